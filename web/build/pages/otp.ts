import { html } from "../markup.ts";
import type { Page } from "../page.ts";
import { action, field, fill, form, list, pairs, submit } from "../parts.ts";

/** ワンタイムパスワード認証, which is in 初回利用登録 and in ログイン. */
export function otpScreen(flow: "registration" | "login"): Page {
  return {
    name: `${flow}-otp`,
    stage: flow === "registration" ? 1 : 3,
    script: "otp",
    operations:
      flow === "registration"
        ? ["enter-registration-otp", "resend-registration-otp", "show-registration", "cancel-registration"]
        : ["enter-login-otp", "resend-login-otp", "show-login", "cancel-login"],
    says: ["delivery.", "deliveryHelp."],
    waits: true,
    title: (w) => w.t.otp.title,
    body: (w) => html`
<p class="lead">${w.rich(flow === "registration" ? w.t.otp.registrationLead : w.t.otp.loginLead)}</p>
<p>${w.rich(w.t.otp.subjectOf)} ${w.rich(w.t.otp.then)}</p>
<section aria-labelledby="mail"><h2 id="mail">${w.rich(w.t.otp.mailTitle)}</h2>
${pairs([
  [w.rich(w.t.otp.sentTo), fill("sentTo")],
  [w.rich(w.t.otp.label), html`<strong class="label">${fill("label")}</strong> <span class="hint">${w.rich(w.t.otp.labelHint)}</span>`],
  [w.rich(w.t.otp.until), fill("until")],
  [w.rich(w.t.otp.delivery), html`<span id="delivery" role="status"></span>`],
])}
<p id="delivery-help" role="status"></p></section>
${form(
  "otp",
  html`
${field(w, {
  name: "code",
  label: w.t.otp.code,
  hint: w.t.otp.codeHint,
  inputmode: "numeric",
  exact: true,
  autocomplete: "one-time-code",
  // A user may paste the whole mail.
  maxlength: 4096,
  size: "code",
  note: w.rich(w.t.otp.tries),
})}
${submit(w, w.t.otp.submit)}`,
)}
<section class="missing" aria-labelledby="missing"><h2 id="missing">${w.rich(w.t.otp.missingTitle)}</h2>
${list(w, [...w.t.otp.missing, ...(flow === "registration" ? [w.t.otp.missingRegistration] : [])])}
<p class="buttons">${action(w, "resend", w.t.otp.resend)}</p>
<p class="hint" id="sends-left">${w.rich(w.t.otp.sendsLeft)}</p><p class="hint" id="no-sends" hidden>${w.rich(w.t.otp.noSends)}</p>
<p class="hint">${w.rich(w.t.otp.shared)}</p></section>
<p id="until" class="hint">${w.rich(w.t.say.until)}</p>
<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  };
}
