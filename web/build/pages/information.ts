import { html, plain } from "../markup.ts";
import type { Page } from "../page.ts";
import { action, list, onward, paragraphs } from "../parts.ts";

/** The information pages. */
export const information: readonly Page[] = [
  {
    name: "index",
    script: "reading",
    title: (w) => w.t.top.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.top.lead)}</p>
<p class="buttons" id="enter">${onward(w, "login", w.t.top.login)}</p>
<section aria-labelledby="first"><h2 id="first">${w.rich(w.t.top.firstTitle)}</h2>
${paragraphs(w, w.t.top.first)}<p>${w.rich(w.t.top.prepare)}</p></section>
<section aria-labelledby="notices"><h2 id="notices">${w.rich(w.t.top.noticesTitle)}</h2><p>${w.rich(w.t.top.noNotices)}</p></section>
<section aria-labelledby="matters"><h2 id="matters">${w.rich(w.t.top.mattersTitle)}</h2>
<ul class="cards">${(["applications", "faq", "materials", "inquiry"] as const).map(
      (name) => html`<li><a href="${name}.html">${w.rich(w.t.site[name])}</a><p>${w.rich(w.t.top[name])}</p></li>`,
    )}</ul></section>`,
  },
  {
    name: "prepare",
    script: "reading",
    title: (w) => w.t.prepare.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.prepare.lead)}</p>
<h2>${w.rich(w.t.prepare.needTitle)}</h2>${list(w, w.t.prepare.need)}
<h2>${w.rich(w.t.prepare.flowTitle)}</h2>${list(w, w.t.prepare.flow, true)}
<h2>${w.rich(w.t.prepare.timesTitle)}</h2>${list(w, w.t.prepare.times)}
<h2>${w.rich(w.t.prepare.notTitle)}</h2>${list(w, w.t.prepare.not)}
<p class="buttons">${onward(w, "login", w.t.prepare.start)}${action(w, "print", w.t.site.print)}</p>`,
  },
  {
    name: "notices",
    script: "reading",
    title: (w) => w.t.notices.title,
    body: (w) => html`<p>${w.rich(w.t.notices.none)}</p>`,
  },
  {
    name: "applications",
    script: "reading",
    title: (w) => w.t.applications.title,
    body: (w) => html`<p>${w.rich(w.t.applications.text)}</p><p>${w.rich(w.t.applications.first)}</p>
<p class="buttons" id="enter">${onward(w, "login", w.t.top.login)}</p>`,
  },
  {
    name: "faq",
    script: "reading",
    title: (w) => w.t.faq.title,
    body: (w) =>
      html`${w.t.faq.items.map((item) => html`<section><h2>${w.rich(item.q)}</h2><p>${w.rich(item.a)}</p></section>`)}`,
  },
  {
    name: "materials",
    script: "reading",
    title: (w) => w.t.materials.title,
    body: (w) => html`<ul class="plain">
<li>${w.rich(w.t.materials.manual)}<p>${w.rich(w.t.materials.manualText)}</p></li>
<li>${w.rich(w.t.materials.prepare)}</li>
<li>${w.rich(w.t.materials.terms)}</li></ul>`,
  },
  {
    name: "terms",
    script: "terms",
    operations: ["show-terms"],
    waits: true,
    title: (w) => w.t.terms.title,
    body: (w) => html`<p>${w.rich(w.t.terms.lead)}</p><p class="version">${w.rich(w.t.newPassword.termsVersion)}</p>
<section id="terms" class="terms whole" lang="ja" aria-label="${plain(w.t.newPassword.termsBox)}"></section>
<p class="buttons">${action(w, "print", w.t.site.print)}</p>`,
  },
];
