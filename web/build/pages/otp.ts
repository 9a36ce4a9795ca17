import { type Html, html } from "../markup.ts";
import type { Page } from "../page.ts";
import { type Writing, action, field, fill, form, list, pairs, submit } from "../parts.ts";

/** The flows that have the screen, each with its lead and its stage. */
const FLOWS = {
  registration: { lead: "registrationLead", stage: 1 },
  login: { lead: "loginLead", stage: 3 },
  "password-reset": { lead: "resetLead" },
} as const;

/** What the screens of a mailed code differ in. */
interface Code {
  readonly lead: string;
  /** What else to look at when the mail does not come. */
  readonly missing: readonly string[];
  /** A reset does not say what became of its mail. */
  readonly isReset: boolean;
  /** Whether the screen says when all that is typed is over; マイページ says when its session is. */
  readonly ends: boolean;
  /** Whether the screen names the claims user id whose office is registered. */
  readonly namesUserId?: boolean;
}

/** A mailed code: where it went, the field, and what to do when it does not come. */
export function otpBody(w: Writing, { lead, missing, isReset, ends, namesUserId }: Code): Html {
  return html`
<p class="lead">${w.rich(lead)}</p>
<p>${w.rich(w.t.otp.subjectOf)} ${w.rich(w.t.otp.then)}</p>
<section aria-labelledby="mail"><h2 id="mail">${w.rich(w.t.otp.mailTitle)}</h2>
${pairs([
  ...(namesUserId === true ? [[w.rich(w.t.claims.userId), fill("user-id")] as const] : []),
  [w.rich(w.t.otp.sentTo), fill("sentTo")],
  [w.rich(w.t.otp.label), html`<strong class="label">${fill("label")}</strong> <span class="hint">${w.rich(w.t.otp.labelHint)}</span>`],
  [w.rich(w.t.otp.until), fill("until")],
  ...(isReset ? [] : [[w.rich(w.t.otp.delivery), html`<span id="delivery" role="status"></span>`] as const]),
])}
${isReset ? html`<p>${w.rich(w.t.otp.resetDelivery)}</p>` : html`<p id="delivery-help" role="status"></p>`}</section>
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
${list(w, [...w.t.otp.missing, ...missing])}
<p class="buttons">${action(w, "resend", w.t.otp.resend)}</p>
<p class="hint" id="sends-left">${w.rich(w.t.otp.sendsLeft)}</p><p class="hint" id="no-sends" hidden>${w.rich(w.t.otp.noSends)}</p>
<p class="hint">${w.rich(w.t.otp.shared)}</p></section>
${ends ? html`<p id="until" class="hint">${w.rich(w.t.say.until)}</p>` : html``}
<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`;
}

/** ワンタイムパスワード認証, which is in 初回利用登録, in ログイン and in パスワードの再設定. */
export function otpScreen(flow: keyof typeof FLOWS): Page {
  const { lead, ...stage } = FLOWS[flow];
  const isReset = flow === "password-reset";
  return {
    name: `${flow}-otp`,
    ...stage,
    script: "otp",
    operations: [`enter-${flow}-otp`, `resend-${flow}-otp`, `show-${flow}`, `cancel-${flow}`],
    says: isReset ? [] : ["delivery.", "deliveryHelp."],
    waits: true,
    title: (w) => w.t.otp.title,
    body: (w) =>
      otpBody(w, {
        lead: w.t.otp[lead],
        missing: flow === "registration" ? [w.t.otp.missingRegistration] : isReset ? w.t.otp.missingReset : [],
        isReset,
        ends: true,
        namesUserId: flow === "registration",
      }),
  };
}
