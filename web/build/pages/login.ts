import { html, plain } from "../markup.ts";
import type { Page } from "../page.ts";
import { type Writing, action, banner, field, fill, form, more, must, onward, pairs, paragraphs, submit } from "../parts.ts";
import { otpScreen } from "./otp.ts";

/** A new password and the same again, beside the account's name for password managers. */
const newPasswords = (w: Writing) => html`
<div class="unseen" aria-hidden="true"><input type="text" id="username" autocomplete="username" tabindex="-1" aria-label="${plain(w.t.newPassword.account)}"></div>
${field(w, {
  name: "newPassword",
  label: w.t.newPassword.newPassword,
  hint: w.t.newPassword.newPasswordHint,
  type: "password",
  autocomplete: "new-password",
  maxlength: 512,
  reveal: { show: w.t.site.showPassword, hide: w.t.site.hidePassword },
})}
${field(w, {
  name: "again",
  label: w.t.newPassword.again,
  hint: w.t.newPassword.againHint,
  type: "password",
  autocomplete: "new-password",
  maxlength: 512,
  reveal: { show: w.t.site.showPassword, hide: w.t.site.hidePassword },
})}`;

/** The account that a page is about, once the server has named it. */
const whose = (w: Writing) =>
  pairs(
    [
      [w.rich(w.t.newPassword.account), fill("account")],
      [w.rich(w.t.myPage.office), html`${fill("office-name")}（${fill("office-number")}）`],
    ],
    html`id="whose" hidden`,
  );

/** ログイン, パスワードの再設定 and マイページ. */
export const login: readonly Page[] = [
  {
    name: "login",
    stage: 3,
    begins: true,
    script: "login",
    operations: ["start-login"],
    title: (w) => w.t.login.title,
    body: (w) => html`
<p id="resume-login" hidden>${w.rich(w.t.login.resumeLogin)}</p>
<p id="resume-password-reset" hidden>${w.rich(w.t.login.resumeReset)}</p>
<div class="halves">
<section aria-label="${plain(w.t.site.login)}">
${form(
  "login",
  html`
${field(w, {
  name: "email",
  label: w.t.login.email,
  hint: w.t.login.emailHint,
  inputmode: "email",
  autocomplete: "username",
  exact: true,
  maxlength: 320,
})}
${field(w, {
  name: "password",
  label: w.t.login.password,
  hint: w.t.login.passwordHint,
  type: "password",
  autocomplete: "current-password",
  maxlength: 4096,
  reveal: { show: w.t.site.showPassword, hide: w.t.site.hidePassword },
})}
${submit(w, w.t.login.submit)}`,
)}
<p><a class="alone" href="password-reset.html">${w.rich(w.t.passwordReset.title)}</a></p>
<p>${w.rich(w.t.login.takeOver)}</p>
${more(w.rich(w.t.login.lost), html`<p>${w.rich(w.t.login.lostText)}</p>`)}
</section>
<section aria-labelledby="first"><h2 id="first">${w.rich(w.t.login.firstTitle)}</h2>
<p>${w.rich(w.t.login.first)}</p>
<p id="resume-registration" hidden>${w.rich(w.t.login.resumeRegistration)}</p>
<p class="buttons">${onward(w, "registration", w.t.login.register, "outline")}</p><p>${w.rich(w.t.login.prepare)}</p>
</section></div>
<section aria-labelledby="municipality"><h2 id="municipality">${w.rich(w.t.login.municipalityTitle)}</h2>${paragraphs(w, w.t.login.municipality)}</section>
<section aria-labelledby="medical"><h2 id="medical">${w.rich(w.t.login.medicalTitle)}</h2><p>${w.rich(w.t.login.medical)}</p></section>`,
  },
  otpScreen("login"),
  {
    name: "new-password",
    stage: 3,
    script: "new-password",
    operations: ["show-terms", "mark-terms-shown", "change-initial-password", "show-login", "cancel-login"],
    waits: true,
    title: (w) => w.t.newPassword.title,
    body: (w) => html`
${whose(w)}
${form(
  "new-password",
  html`
<div id="passwords"><p class="lead">${w.rich(w.t.newPassword.lead)}</p>
${newPasswords(w)}</div>
<p id="agree-only" class="lead" hidden>${w.rich(w.t.newPassword.agreeOnlyLead)}</p>
<h2>${w.rich(w.t.newPassword.termsTitle)}</h2><p>${w.rich(w.t.newPassword.termsLead)}</p>
<p class="version">${w.rich(w.t.newPassword.termsVersion)}</p>
<section id="terms" class="terms" lang="ja" aria-label="${plain(w.t.newPassword.termsBox)}" tabindex="0"></section>
<p><a class="alone" href="terms.html" target="_blank">${w.rich(w.t.newPassword.termsOpen)}</a></p>
<div class="field" data-field="agree"><p class="hint" id="agree-hint">${w.rich(w.t.newPassword.agreeHint)}</p>
<p class="wrong" id="agree-wrong" hidden></p>
<p class="check"><input type="checkbox" id="agree" aria-required="true" aria-disabled="true" aria-describedby="agree-hint" data-described="agree-hint"> <label for="agree">${w.rich(w.t.newPassword.agree)} ${must(w)}</label></p>
<p class="aside" id="agree-aside" role="status"></p></div>
<p id="leads">${w.rich(w.t.newPassword.leads)}</p>
${submit(w, w.t.newPassword.submit)}`,
)}
<p id="until" class="hint">${w.rich(w.t.say.until)}</p>
<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  },
  {
    name: "password-reset",
    script: "password-reset",
    operations: ["start-password-reset"],
    title: (w) => w.t.passwordReset.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.passwordReset.lead)}</p>
${form(
  "password-reset",
  html`
${field(w, {
  name: "email",
  label: w.t.login.email,
  hint: w.t.login.emailHint,
  inputmode: "email",
  autocomplete: "username",
  exact: true,
  maxlength: 320,
})}
${submit(w, w.t.passwordReset.submit)}`,
)}
<section aria-labelledby="never"><h2 id="never">${w.rich(w.t.passwordReset.neverTitle)}</h2><p>${w.rich(w.t.passwordReset.never)}</p></section>
<p class="buttons">${onward(w, "login", w.t.expired.loginButton, "outline")}</p>`,
  },
  otpScreen("password-reset"),
  {
    name: "password-reset-password",
    script: "password-reset-password",
    operations: ["reset-password", "show-password-reset", "cancel-password-reset"],
    waits: true,
    title: (w) => w.t.newPassword.title,
    body: (w) => html`
${whose(w)}
<p class="lead">${w.rich(w.t.passwordReset.newLead)}</p>
${form("new-password", html`${newPasswords(w)}${submit(w, w.t.passwordReset.set)}`)}
<p id="until" class="hint">${w.rich(w.t.say.until)}</p>
<p class="buttons">${action(w, "cancel", w.t.site.cancel, "plain")}</p>`,
  },
  {
    name: "password-reset-done",
    script: "password-reset-done",
    operations: ["show-password-reset"],
    waits: true,
    title: (w) => w.t.passwordReset.doneTitle,
    body: (w) => html`
${banner("success", w.rich(w.t.passwordReset.done), html`<p>${w.rich(w.t.passwordReset.doneText)}</p>`)}
${whose(w)}
<p>${w.rich(w.t.passwordReset.told)}</p>
<p class="buttons">${onward(w, "login", w.t.expired.loginButton)}</p>`,
  },
  {
    name: "my-page",
    stage: 4,
    script: "my-page",
    operations: ["show-me", "log-out", "renew-session", "stop-take-over-of-office"],
    says: ["myPage.roles.", "myPage.told.", "myPage.stopTakeOverAsk", "myPage.takeOverStopped", "myPage.takeOverOver"],
    waits: true,
    title: (w) => w.t.myPage.title,
    body: (w) => html`
<div id="done" class="banner success" role="status" hidden><h2>${w.rich(w.t.myPage.changed)}</h2><p>${w.rich(w.t.myPage.done)}</p></div>
<section id="take-over" class="banner warning" aria-labelledby="take-over-title" hidden><h2 id="take-over-title">${w.rich(w.t.myPage.takeOverTitle)}</h2><p>${w.rich(w.t.myPage.takeOver)}</p><p>${w.rich(w.t.myPage.takeOverHelp)}</p>
<p class="buttons">${action(w, "stop-take-over", w.t.myPage.stopTakeOver)}</p></section>
${pairs([
  [w.rich(w.t.myPage.name), fill("name")],
  [w.rich(w.t.myPage.office), html`${fill("office-name")}（${fill("office-number")}）`],
])}
<section aria-labelledby="notices"><h2 id="notices">${w.rich(w.t.myPage.noticesTitle)}</h2><p>${w.rich(w.t.myPage.noNotices)}</p></section>
<section aria-labelledby="applications"><h2 id="applications">${w.rich(w.t.myPage.applicationsTitle)}</h2><p>${w.rich(w.t.myPage.applications)}</p></section>
<section aria-labelledby="users"><h2 id="users">${w.rich(w.t.myPage.usersTitle)}</h2><p id="users-left">${w.rich(w.t.myPage.users)}</p><p id="users-full" hidden>${w.rich(w.t.myPage.usersFull)}</p><p>${w.rich(w.t.myPage.newUserText)}</p>
<p class="buttons"><span id="new-user">${onward(w, "member-new", w.t.members.newUser, "outline")}</span>${onward(w, "members", w.t.members.title, "outline")}</p></section>
<section aria-labelledby="profile"><h2 id="profile">${w.rich(w.t.myPage.profileTitle)}</h2>
<dl>${(["email", "name", "nameKana", "department", "jobTitle", "phone"] as const).map(
      (name) => html`<div><dt>${w.rich(w.t.profile[name])}</dt><dd>${fill(name)}</dd></div>`,
    )}<div><dt>${w.rich(w.t.myPage.role)}</dt><dd>${fill("role")}</dd></div>
<div><dt>${w.rich(w.t.myPage.lastLogin)}</dt><dd>${fill("last-login")}<p class="hint">${w.rich(w.t.myPage.lastLoginHint)}</p></dd></div></dl>
<p class="buttons">${onward(w, "my-profile", w.t.mine.profileTitle, "outline")}</p></section>
<section aria-labelledby="account"><h2 id="account">${w.rich(w.t.myPage.accountTitle)}</h2><ul><li>${w.rich(w.t.myPage.email)}</li><li>${w.rich(w.t.myPage.password)}</li><li>${w.rich(w.t.myPage.sessions)}</li></ul></section>
<p id="until" class="hint">${w.rich(w.t.myPage.sessionUntil)}</p>
<p class="buttons">${action(w, "print", w.t.site.print, "plain")}</p>
<dialog id="ending" aria-labelledby="ending-title"><h2 id="ending-title">${w.rich(w.t.myPage.endTitle)}</h2><p id="ending-text" role="status"></p>
<p class="buttons">${action(w, "stay", w.t.myPage.stay, "go")}${action(w, "leave", w.t.myPage.leave)}</p></dialog>`,
  },
  {
    name: "stop-take-over",
    script: "stop-take-over",
    operations: ["stop-take-over"],
    says: ["stopTakeOver.wrong"],
    title: (w) => w.t.stopTakeOver.title,
    body: (w) => html`
<div id="stopped" class="banner success" role="status" tabindex="-1" hidden><h2>${w.rich(w.t.stopTakeOver.doneTitle)}</h2><p>${w.rich(w.t.stopTakeOver.done)}</p></div>
<div id="stopping"><p class="lead">${w.rich(w.t.stopTakeOver.lead)}</p>
${form(
  "stop-take-over",
  html`
${field(w, {
  name: "officeNumber",
  label: w.t.stopTakeOver.officeNumber,
  hint: w.t.stopTakeOver.officeNumberHint,
  autocomplete: "off",
  exact: true,
  maxlength: 40,
  size: "short",
})}
${field(w, {
  name: "stopCode",
  label: w.t.stopTakeOver.stopCode,
  hint: w.t.stopTakeOver.stopCodeHint,
  autocomplete: "off",
  exact: true,
  maxlength: 128,
})}
${submit(w, w.t.myPage.stopTakeOver)}`,
)}</div>
<p class="buttons">${onward(w, "login", w.t.expired.loginButton, "outline")}</p>`,
  },
  {
    name: "logged-out",
    script: "logged-out",
    title: (w) => w.t.loggedOut.title,
    body: (w) => html`
${banner("success", w.rich(w.t.loggedOut.done), html`<p id="ended" hidden>${w.rich(w.t.loggedOut.ended)}</p><p>${w.rich(w.t.loggedOut.text)}</p>`)}
<p class="buttons">${onward(w, "login", w.t.loggedOut.login)}${onward(w, "index", w.t.loggedOut.top, "outline")}</p>`,
  },
];
