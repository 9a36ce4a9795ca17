import { type Language, entriesOf, languages } from "../texts/index.ts";
import type { Assets } from "./plugin.ts";
import { fieldCodes, problemsOf } from "./contract.ts";
import { Html, html, plain } from "./markup.ts";
import type { Page } from "./page.ts";
import { type Writing, action, onward } from "./parts.ts";

/** The texts that every page contains. */
const EVERYWHERE = ["say.network", "say.between", "say.broken", "say.number", "problems.temporarily-unavailable"];
/** Those about a call that fails. */
const OF_CALLS = ["say.network", "say.between", "problems.temporarily-unavailable"];

/** The fields at which a problem can be told; every other problem of a field can be told at any. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  "not-kana": ["nameKana"],
  "not-a-phone-number": ["phone"],
  "not-six-digits": ["code"],
  "not-a-claims-user-id": ["userId"],
  "not-an-email-address": ["email"],
  "too-short": ["newPassword"],
  "common-password": ["newPassword"],
  "contains-context-word": ["newPassword"],
  "same-as-before": ["newPassword"],
  "not-a-choice": [],
};

/** Problems that only another client than this front can cause; should one come all the same, its title is shown. */
const NEVER_OURS = ["unreadable-request", "unsupported-media-type", "idempotency-key-missing", "too-large"];

/** Whether a page has a field at which this problem can be told. */
const mayBeTold = (code: string, body: string) => (FIELDS_OF[code] ?? [""]).some((name) => body.includes(`data-field="${name}`));

/** The whole document of a page in one language. */
export function document(page: Page, w: Writing, assets: Assets): string {
  const { language, t } = w;
  const up = language.folder === "" ? "" : "../";
  const asset = (name: string) => `/${name}`;
  const body = page.body(w);
  const title = plain(page.title(w));
  return html`<!DOCTYPE html>
<html lang="${language.lang}" data-page="${page.name}">
<head>
<meta charset="utf-8">
<title>${title}｜${plain(t.site.name)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${asset(assets.style)}">
${assets.preloads.map((name) => html`<link rel="modulepreload" href="${asset(name)}">`)}
${assets.script && html`<script type="module" src="${asset(assets.script)}"></script>`}
</head>
<body>
<a class="skip" href="#main">${w.rich(t.site.skip)}</a>
<header>
<div class="bar">
<p class="site"><a href="index.html">${w.rich(t.site.name)}</a></p>
<div class="who" id="who" role="group" aria-label="${plain(t.site.signedIn)}" hidden><span data-fill="who-name"></span><span data-fill="who-office"></span>${page.name !== "my-page" && onward(w, "my-page", t.myPage.title, "outline")}${action(w, "logout", t.site.logout)}</div>
<nav class="languages" aria-label="${plain(t.site.languages)}"><ul>${languages.map((other) => languageLink(other, language, page, up))}</ul></nav>
</div>
<nav class="menu" aria-label="${plain(t.site.menu)}"><ul>${(["notices", "applications", "faq", "materials", "inquiry"] as const).map(
    (name) =>
      html`<li><a href="${name}.html"${page.name === name && html` aria-current="page"`}>${w.rich(t.site[name])}</a></li>`,
  )}</ul></nav>
</header>
${page.stage !== undefined && steps(w, page.stage, page.begins === true)}
<main id="main" tabindex="-1">
${t.site.translation !== "" && html`<p class="translation">${w.rich(t.site.translation)}</p>`}
<h1>${w.rich(page.title(w))}</h1>
${page.script && html`<div id="no-script" class="banner ${page.withoutScript === undefined ? "error" : "warning"} late"><p>${w.rich(page.withoutScript?.(w) ?? t.site.noScript)}</p></div>`}
<div id="summary" class="banner error" role="group" tabindex="-1" hidden></div>
<p id="status" class="status" role="status"></p>
${page.waits === true ? html`<p id="loading" class="loading" role="status" hidden>${w.rich(t.site.loading)}</p><div id="content" hidden>${body}</div>` : body}
<aside class="help" aria-labelledby="help"><h2 id="help">${w.rich(t.site.help)}</h2><p>${w.rich(t.site.helpText)}</p></aside>
</main>
<footer><p>${w.rich(t.site.footer)}</p></footer>
${page.script && templates(page, w, assets, body.text)}
</body>
</html>
`.text.replace(/\n{2,}/g, "\n");
}

function languageLink(other: Language, here: Language, page: Page, up: string): Html {
  const lang = other.lang === here.lang ? false : html` lang="${other.lang}" hreflang="${other.lang}"`;
  if (other === here) return html`<li><span aria-current="true">${other.short}</span></li>`;
  return html`<li><a href="${up}${other.folder}${page.name}.html"${lang} data-language>${other.short}</a></li>`;
}

function steps(w: Writing, at: number, begins: boolean): Html {
  const { t } = w;
  const items = t.site.steps.map((name, index) => {
    const state = index + 1 < at && !begins ? "done" : index + 1 === at ? "here" : "ahead";
    const done = state === "done" && html`<span class="unseen">（${w.rich(t.site.stepsDone)}）</span>`;
    return html`<li class="${state}"${state === "here" && html` aria-current="step"`}>${w.rich(name)}${done}</li>`;
  });
  const of = t.site.stepOf.replace("{at}", String(at));
  return html`<nav class="steps" aria-label="${plain(t.site.stepsTitle)}"><p class="unseen">${w.rich(of)}</p><ol>${items}</ol></nav>`;
}

/** The texts that the page's script shows: those whose names are in its code, and those of its operations. */
function templates(page: Page, w: Writing, assets: Assets, body: string): Html {
  const operations = page.operations ?? [];
  const problems = operations.flatMap(problemsOf).filter((code) => !NEVER_OURS.includes(code)).map((code) => `problems.${code}`);
  const fields = operations.length === 0 ? [] : fieldCodes.map((code) => `fields.${code}`);
  const beginnings = page.says ?? [];
  const wanted = new Set([...EVERYWHERE, ...problems, ...fields]);
  const quoted = new Set([...assets.code.matchAll(/["'`]([a-zA-Z]+\.[a-zA-Z.-]+|[a-z]+(?:-[a-z]+)+)["'`]/g)].map((match) => match[1]));
  const said = entriesOf(w.t).filter(([key]) => !(page.silent === true && OF_CALLS.includes(key))).filter(
    ([key]) =>
      !(key.startsWith("fields.") && !mayBeTold(key.slice("fields.".length), body)) &&
      (wanted.has(key) ||
      quoted.has(key) ||
      // The front's own field problems occur in its code without a prefix.
      (key.startsWith("fields.") && quoted.has(key.slice("fields.".length))) ||
      beginnings.some((beginning) => key.startsWith(beginning))),
  );
  return html`${said.map(([key, text]) => html`<template data-text="${key}">${w.rich(text)}</template>
`)}`;
}
