import { html } from "../markup.ts";
import type { Page } from "../page.ts";
import { action, banner, field, fill, form, list, more, must, onward, pairs, paragraphs, submit } from "../parts.ts";
import { otpScreen } from "./otp.ts";
import { personFields } from "./person.ts";

const CANCEL = ["cancel-registration", "show-registration"];

/** 初回利用登録 and 新規ユーザ登録. */
export const registration: readonly Page[] = [
  {
    name: "registration",
    stage: 1,
    script: "claims",
    operations: ["start-registration"],
    title: (w) => w.t.claims.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.claims.lead)}</p>
<p id="resume" hidden>${w.rich(w.t.login.resumeRegistration)}</p>
<p class="hint">${w.rich(w.t.claims.about)}</p>
${form(
  "claims",
  html`
${field(w, {
  name: "userId",
  label: w.t.claims.userId,
  hint: w.t.claims.userIdHint,
  autocomplete: "section-seikyu username",
  exact: true,
  maxlength: 64,
  size: "short",
})}
${field(w, {
  name: "password",
  label: w.t.claims.password,
  hint: w.t.claims.passwordHint,
  type: "password",
  autocomplete: "section-seikyu current-password",
  maxlength: 256,
  size: "short",
  reveal: { show: w.t.site.showPassword, hide: w.t.site.hidePassword },
})}
<div id="risk" class="banner warning" hidden><h2>${w.rich(w.t.claims.riskTitle)}</h2><p>${w.rich(w.t.claims.risk)}</p>
<div class="field" data-field="acceptLockRisk"><p class="wrong" id="acceptLockRisk-wrong" hidden></p>
<p class="check"><input type="checkbox" id="acceptLockRisk" aria-required="true"> <label for="acceptLockRisk">${w.rich(w.t.claims.acceptRisk)} ${must(w)}</label></p></div></div>
${submit(w, w.t.claims.submit)}`,
)}
${more(w.rich(w.t.claims.lostTitle), list(w, w.t.claims.lost))}`,
  },
  {
    name: "registration-security-code",
    stage: 1,
    script: "security-code",
    operations: ["enter-security-code", ...CANCEL],
    waits: true,
    title: (w) => w.t.securityCode.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.securityCode.lead)}</p>
${pairs([[w.rich(w.t.claims.userId), fill("user-id")]], html`id="whose"`)}
${form(
  "security-code",
  html`
${field(w, {
  name: "securityCode",
  label: w.t.securityCode.code,
  hint: w.t.securityCode.hint,
  type: "password",
  autocomplete: "off",
  maxlength: 64,
  size: "short",
  reveal: { show: w.t.securityCode.show, hide: w.t.securityCode.hide },
  note: w.rich(w.t.securityCode.tries),
})}
${submit(w, w.t.securityCode.submit)}`,
)}
<p id="until" class="hint">${w.rich(w.t.say.until)}</p>
<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  },
  otpScreen("registration"),
  {
    name: "registration-profile",
    stage: 2,
    script: "profile",
    operations: ["enter-profile", ...CANCEL],
    says: ["profile."],
    waits: true,
    title: (w) => w.t.profile.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.profile.lead)}</p>
${pairs([
  [w.rich(w.t.profile.officeNumber), fill("office-number")],
  [w.rich(w.t.profile.officeName), html`${fill("office-name")} ${w.rich(w.t.profile.officeWrong)}`],
])}
${form(
  "profile",
  html`
${field(w, {
  name: "email",
  label: w.t.profile.email,
  hint: w.t.profile.emailHint,
  inputmode: "email",
  autocomplete: "username",
  exact: true,
  maxlength: 320,
  note: w.rich(w.t.profile.oneOffice),
})}<p class="hint" id="email-plus" role="status" hidden>${w.rich(w.t.profile.plus)}</p>
${personFields(w)}
<p class="hint">${w.rich(w.t.profile.more)}</p>
<p>${w.rich(w.t.profile.check)}</p>
${submit(w, w.t.profile.submit)}`,
)}
<p id="until" class="hint">${w.rich(w.t.say.until)}</p>
<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  },
  {
    name: "registration-confirm",
    stage: 2,
    script: "confirm",
    operations: ["confirm", ...CANCEL],
    waits: true,
    title: (w) => w.t.confirm.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.confirm.lead)}</p>
<div id="warnings" class="banner warning" role="status" hidden></div>
${pairs([
  [w.rich(w.t.profile.officeNumber), fill("office-number")],
  [w.rich(w.t.profile.officeName), fill("office-name")],
])}
<dl class="review">${(["email", "name", "nameKana", "department", "jobTitle", "phone"] as const).map(
      (name) => html`<div class="${name}"><dt>${w.rich(w.t.profile[name])}</dt><dd>${fill(name)}${
        name === "email" && html`<p class="hint">${w.rich(w.t.confirm.mail)}</p>`
      }</dd><dd class="change"><a href="registration-profile.html#${name}" aria-label="${w.t.confirm.changeOf.replace("{label}", w.t.profile[name]).replace(/\{([^|{}]+)\|[^{}]+\}/g, "$1")}">${w.rich(w.t.confirm.change)}</a></dd></div>`,
    )}</dl>
${form("confirm", submit(w, w.t.confirm.submit, onward(w, "registration-profile", w.t.confirm.back, "outline")))}
<p id="until" class="hint">${w.rich(w.t.say.until)}</p>
<p class="buttons">${action(w, "print", w.t.site.print, "plain")}${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  },
  {
    name: "registration-completed",
    stage: 2,
    script: "completed",
    operations: ["resend-initial-password", "reissue-initial-password", "show-registration"],
    says: ["delivery.", "deliveryHelp.", "completed.reissued"],
    waits: true,
    title: (w) => w.t.completed.title,
    body: (w) => html`
${banner("success", w.rich(w.t.completed.done), html`<p>${w.rich(w.t.completed.lead)}</p><p>${w.rich(w.t.completed.spam)}</p>`)}
<h2>${w.rich(w.t.completed.nextTitle)}</h2>${list(w, w.t.completed.next, true)}
<p class="buttons">${onward(w, "login", w.t.completed.submit)}</p>
<section id="password-mail" aria-labelledby="mail"><h2 id="mail">${w.rich(w.t.otp.mailTitle)}</h2>
${pairs([
  [w.rich(w.t.otp.sentTo), fill("sentTo")],
  [w.rich(w.t.otp.delivery), html`<span id="delivery" role="status"></span>`],
  [w.rich(w.t.completed.until), fill("until")],
])}
<p id="delivery-help" role="status"></p>
<h3>${w.rich(w.t.otp.missingTitle)}</h3>
<p id="expired" hidden>${w.rich(w.t.completed.expired)}</p>
<p class="buttons">${action(w, "resend", w.t.completed.resend)}${action(w, "reissue", w.t.completed.reissue)}</p>
<p class="hint">${w.rich(w.t.completed.wrongAddress)}</p>
<p class="hint" id="reissue-hint">${w.rich(w.t.completed.reissueHint)}</p></section>
<section id="registered" aria-labelledby="registered-title"><h2 id="registered-title">${w.rich(w.t.completed.profile)}</h2>
${pairs([
  [w.rich(w.t.profile.officeNumber), fill("office-number")],
  [w.rich(w.t.profile.officeName), fill("office-name")],
])}<dl id="profile">${(["email", "name", "nameKana", "department", "jobTitle", "phone"] as const).map(
      (name) => html`<div><dt>${w.rich(w.t.profile[name])}</dt><dd>${fill(name)}</dd></div>`,
    )}</dl></section>
<p class="buttons">${action(w, "print", w.t.site.print, "plain")}</p>`,
  },
  {
    name: "registration-already-registered",
    stage: 1,
    script: "already-registered",
    operations: ["reissue-initial-password", "enter-profile", "ask-for-take-over", "withdraw-take-over", ...CANCEL],
    says: ["alreadyRegistered.", "profile.voided"],
    waits: true,
    title: (w) => w.t.alreadyRegistered.title,
    body: (w) => html`
${banner("warning", w.rich(w.t.alreadyRegistered.message), html`<p>${w.rich(w.t.alreadyRegistered.check)}</p>`)}
${pairs([
  [w.rich(w.t.profile.officeNumber), fill("office-number")],
  [w.rich(w.t.profile.officeName), fill("office-name")],
])}
<h2>${w.rich(w.t.alreadyRegistered.members)}</h2><ul id="members"></ul>
<h2>${w.rich(w.t.alreadyRegistered.meTitle)}</h2><p>${w.rich(w.t.alreadyRegistered.me)}</p>
<section id="may-reissue" aria-labelledby="reissue-title" hidden><h2 id="reissue-title">${w.rich(w.t.alreadyRegistered.reissueTitle)}</h2>
<p>${w.rich(w.t.alreadyRegistered.reissueText)}</p><p class="buttons">${action(w, "reissue", w.t.alreadyRegistered.reissue)}</p></section>
<section id="may-correct" aria-labelledby="correct-title" hidden><h2 id="correct-title">${w.rich(w.t.alreadyRegistered.correctTitle)}</h2>
<p>${w.rich(w.t.alreadyRegistered.correctText)}</p><p class="buttons">${onward(w, "registration-profile", w.t.alreadyRegistered.correct, "outline")}</p></section>
<section id="take-over" aria-labelledby="take-over-title" hidden><h2 id="take-over-title">${w.rich(w.t.alreadyRegistered.takeOverTitle)}</h2>
<p id="take-over-state" role="status"></p><p id="take-over-text">${w.rich(w.t.alreadyRegistered.takeOverText)}</p>
<p class="buttons"><span id="may-complete" hidden>${onward(w, "registration-profile", w.t.alreadyRegistered.complete)}</span>${action(w, "take-over", w.t.alreadyRegistered.takeOver)}${action(w, "withdraw", w.t.alreadyRegistered.withdraw)}</p></section>
<h2>${w.rich(w.t.alreadyRegistered.unknownTitle)}</h2><p>${w.rich(w.t.alreadyRegistered.unknown)}</p>
${paragraphs(w, [])}<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  },
];
