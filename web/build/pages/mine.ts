import { html, plain } from "../markup.ts";
import type { Page } from "../page.ts";
import { action, field, fill, form, onward, pairs, proof, submit } from "../parts.ts";
import { otpBody } from "./otp.ts";
import { personFields } from "./person.ts";

/** What a person does with their own account, from マイページ on. */
export const mine: readonly Page[] = [
  {
    name: "my-profile",
    script: "my-profile",
    operations: ["show-me", "change-profile", "log-out"],
    waits: true,
    title: (w) => w.t.mine.profileTitle,
    body: (w) => html`
${form("my-profile", html`${personFields(w)}${submit(w, w.t.mine.save)}`)}
<p class="buttons">${onward(w, "my-page", w.t.mine.back, "outline")}</p>`,
  },
  {
    name: "my-password",
    script: "my-password",
    operations: ["show-me", "change-password", "log-out"],
    waits: true,
    title: (w) => w.t.mine.passwordTitle,
    body: (w) => html`
<p class="lead">${w.rich(w.t.mine.passwordLead)}</p>
${form(
  "my-password",
  html`
<div class="unseen" aria-hidden="true"><input type="text" id="username" autocomplete="username" tabindex="-1" aria-label="${plain(w.t.newPassword.account)}"></div>
${field(w, {
  name: "currentPassword",
  label: w.t.mine.currentPassword,
  type: "password",
  autocomplete: "current-password",
  maxlength: 4096,
  reveal: { show: w.t.site.showPassword, hide: w.t.site.hidePassword },
})}
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
})}
${submit(w, w.t.newPassword.submit)}`,
)}
<p class="buttons">${onward(w, "my-page", w.t.mine.back, "outline")}</p>`,
  },
  {
    name: "my-email",
    script: "my-email",
    operations: ["show-me", "start-address-change", "show-address-change", "prove-password", "log-out"],
    waits: true,
    title: (w) => w.t.mine.emailTitle,
    body: (w) => html`
<p class="lead">${w.rich(w.t.mine.emailLead)}</p>
${pairs([[w.rich(w.t.mine.emailNow), fill("email")]])}
${form(
  "my-email",
  html`${field(w, {
    name: "email",
    label: w.t.mine.emailNew,
    hint: w.t.mine.emailHint,
    inputmode: "email",
    autocomplete: "email",
    exact: true,
    maxlength: 320,
  })}
${submit(w, w.t.mine.emailSend)}`,
)}
${proof(w)}
<p class="buttons">${onward(w, "my-page", w.t.mine.back, "outline")}</p>`,
  },
  {
    name: "my-email-otp",
    script: "my-email-otp",
    operations: ["show-me", "enter-address-otp", "resend-address-otp", "show-address-change", "cancel-address-change", "log-out"],
    says: ["delivery.", "deliveryHelp."],
    waits: true,
    title: (w) => w.t.otp.title,
    body: (w) => otpBody(w, { lead: w.t.mine.emailCode, missing: [w.t.mine.emailMissing], isReset: false, ends: false }),
  },
  {
    name: "members",
    script: "members",
    operations: ["show-me", "show-members", "log-out"],
    says: ["members.done.", "members.statuses.", "members.mailHelp.", "members.released.why.", "members.gone", "members.logged", "myPage.roles.", "delivery."],
    waits: true,
    title: (w) => w.t.members.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.members.lead)}</p>
<p id="left">${w.rich(w.t.members.left)}</p><p id="full" hidden>${w.rich(w.t.members.full)}</p><p id="managers-only" hidden>${w.rich(w.t.members.managersOnly)}</p>
<p class="buttons" id="new-user">${onward(w, "member-new", w.t.members.newUser)}</p>
<ul id="members"></ul>
<template id="member"><li><p class="name"><strong data-fill="name"></strong><span class="current" hidden>${w.rich(w.t.members.you)}</span></p>
<dl><div><dt>${w.rich(w.t.profile.email)}</dt><dd>${fill("email")}</dd></div><div><dt>${w.rich(w.t.members.role)}</dt><dd>${fill("role")}</dd></div><div><dt>${w.rich(w.t.members.status)}</dt><dd>${fill("status")}</dd></div><div><dt>${w.rich(w.t.members.registered)}</dt><dd>${fill("registered")}</dd></div>
<div class="mail"><dt>${w.rich(w.t.members.mail)}</dt><dd><span role="status" data-fill="delivery"></span></dd></div><div class="mail"><dt>${w.rich(w.t.members.until)}</dt><dd>${fill("until")}</dd></div></dl>
<p class="help" role="status"></p><p class="buttons">${onward(w, "member", w.t.members.change, "outline")}</p></li></template>
<section id="released" aria-labelledby="released-title" hidden><h2 id="released-title">${w.rich(w.t.members.released.title)}</h2><p>${w.rich(w.t.members.released.lead)}</p><ul></ul></section>
<template id="free"><li><p><strong data-fill="name"></strong></p><dl><div><dt>${w.rich(w.t.profile.email)}</dt><dd>${fill("email")}</dd></div><div><dt>${w.rich(w.t.members.released.at)}</dt><dd>${fill("at")}</dd></div></dl><p class="why"></p></li></template>
<p>${w.rich(w.t.members.forgotten)}</p>
<p class="buttons">${onward(w, "my-page", w.t.mine.back, "outline")}</p>`,
  },
  {
    name: "member",
    script: "member",
    operations: ["show-me", "show-members", "change-member", "remove-member", "reissue-member-password", "prove-password", "log-out"],
    says: ["members.sure.", "members.statuses.", "myPage.roles."],
    waits: true,
    title: (w) => w.t.members.change,
    body: (w) => html`
${pairs([
  [w.rich(w.t.profile.name), html`<strong data-fill="name"></strong><span id="own" hidden>${w.rich(w.t.members.you)}</span>`],
  [w.rich(w.t.profile.email), fill("email")],
  [w.rich(w.t.members.role), fill("role")],
  [w.rich(w.t.members.status), fill("status")],
])}
<section id="choice" aria-labelledby="choice-title"><h2 id="choice-title" tabindex="-1">${w.rich(w.t.members.choice)}</h2>
<p class="buttons">${(["reissue", "manager", "member", "disable", "enable", "remove"] as const).map(
      (act) => html`<span id="${act}">${action(w, act, w.t.members.act[act])}</span>`,
    )}</p></section>
<section id="sure" aria-labelledby="sure-title" hidden><h2 id="sure-title" tabindex="-1">${w.rich(w.t.members.sureTitle)}</h2><p id="sure-text"></p>
<p class="buttons">${action(w, "go", w.t.members.go, "go")}${action(w, "stop", w.t.members.stop)}</p></section>
${proof(w)}
<p class="buttons">${onward(w, "members", w.t.members.title, "outline")}</p>`,
  },
  {
    name: "member-new",
    script: "member-new",
    operations: ["show-me", "log-out"],
    says: ["problems.invalid-fields"],
    waits: true,
    title: (w) => w.t.members.newUser,
    body: (w) => html`
<p class="lead" id="left">${w.rich(w.t.members.left)}</p><p id="managers-only" hidden>${w.rich(w.t.members.managersOnly)}</p>
${form(
  "member-new",
  html`
${field(w, {
  name: "email",
  label: w.t.profile.email,
  hint: w.t.members.emailHint,
  inputmode: "email",
  autocomplete: "off",
  exact: true,
  maxlength: 320,
})}
${personFields(w)}
${submit(w, w.t.profile.submit)}`,
)}
<p class="buttons">${onward(w, "members", w.t.members.title, "outline")}</p>`,
  },
  {
    name: "member-confirm",
    script: "member-confirm",
    operations: ["show-me", "add-member", "prove-password", "log-out"],
    waits: true,
    title: (w) => w.t.confirm.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.confirm.mail)}</p>
${pairs((["email", "name", "nameKana", "department", "jobTitle", "phone"] as const).map((name) => [w.rich(w.t.profile[name]), fill(name)] as const))}
<p class="buttons">${action(w, "register", w.t.confirm.submit, "go")}${onward(w, "member-new", w.t.confirm.back, "outline")}</p>
${proof(w)}`,
  },
  {
    name: "sessions",
    script: "sessions",
    operations: ["show-me", "show-sessions", "end-session", "end-other-sessions", "log-out"],
    waits: true,
    title: (w) => w.t.sessions.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.sessions.lead)}</p>
<ul id="sessions"></ul>
<template id="session"><li><p class="name"><strong data-fill="device"></strong></p><p class="current" hidden>${w.rich(w.t.sessions.current)}</p>
<dl><div><dt>${w.rich(w.t.sessions.created)}</dt><dd>${fill("created")}</dd></div><div><dt>${w.rich(w.t.sessions.seen)}</dt><dd>${fill("seen")}</dd></div></dl>
<p class="buttons"><button type="button" class="outline">${w.rich(w.t.sessions.end)}</button></p></li></template>
<p class="buttons" id="others" hidden>${action(w, "end-others", w.t.sessions.endOthers)}</p>
<p>${w.rich(w.t.sessions.unknownHelp)}</p>
<p class="buttons">${onward(w, "my-page", w.t.top.myPage, "outline")}</p>`,
  },
];
