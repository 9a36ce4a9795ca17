import { html } from "../markup.ts";
import type { Page } from "../page.ts";
import { banner, list, onward } from "../parts.ts";

/** Final pages, each with a way to continue. */
export const states: readonly Page[] = [
  {
    name: "expired",
    script: "states",
    title: (w) => w.t.expired.title,
    body: (w) => html`
${banner(
  "info",
  w.rich(w.t.expired.done),
  html`<p id="of-registration">${w.rich(w.t.expired.registration)}</p><p id="of-login" hidden>${w.rich(w.t.expired.login)}</p><p id="of-password-reset" hidden>${w.rich(w.t.expired.passwordReset)}</p><p id="of-completed" hidden>${w.rich(w.t.expired.completed)}</p>`,
)}
<p class="buttons" id="onward">${onward(w, "registration", w.t.expired.restart)}${onward(w, "login", w.t.expired.loginButton, "outline")}</p>`,
  },
  {
    name: "locked",
    script: "states",
    title: (w) => w.t.locked.title,
    body: (w) => html`
${banner(
  "warning",
  w.rich(w.t.locked.done),
  html`<p>${w.rich(w.t.locked.textSoon)}</p><p>${w.rich(w.t.locked.why)}</p>`,
)}
<p class="buttons" id="onward">${onward(w, "registration", w.t.expired.restart)}${onward(w, "login", w.t.expired.loginButton, "outline")}</p>`,
  },
  {
    name: "cookies",
    script: "states",
    title: (w) => w.t.cookies.title,
    body: (w) => html`
${banner("warning", w.rich(w.t.cookies.done), html`<p>${w.rich(w.t.cookies.text)}</p>`)}
<h2>${w.rich(w.t.cookies.howTitle)}</h2>${list(w, w.t.cookies.how)}
<p id="admin">${w.rich(w.t.cookies.admin)}</p>
<p class="buttons">${onward(w, "registration", w.t.expired.restart)}${onward(w, "login", w.t.expired.loginButton, "outline")}</p>`,
  },
  {
    name: "unavailable",
    title: (w) => w.t.unavailable.title,
    body: (w) => html`
${banner("warning", w.rich(w.t.unavailable.done), html`<p>${w.rich(w.t.unavailable.textPlain)}</p>`)}
<p class="buttons">${onward(w, "index", w.t.unavailable.top, "outline")}</p>`,
  },
  {
    name: "maintenance",
    title: (w) => w.t.maintenance.title,
    body: (w) => banner("info", w.rich(w.t.maintenance.done), html`<p>${w.rich(w.t.maintenance.text)}</p>`),
  },
  {
    name: "404",
    title: (w) => w.t.notFound.title,
    body: (w) => html`
${banner("info", w.rich(w.t.notFound.done), html`<p>${w.rich(w.t.notFound.text)}</p>`)}
<p class="buttons">${onward(w, "index", w.t.notFound.top)}</p>`,
  },
];
