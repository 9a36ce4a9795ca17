import { html, plain } from "../markup.ts";
import type { Page } from "../page.ts";
import { action, field, fill, form, onward, submit } from "../parts.ts";
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
