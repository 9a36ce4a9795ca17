import type { Language, Texts } from "../texts/index.ts";
import { Html, html, plain, rich, withJapanese } from "./markup.ts";

/** The helpers for building a page. */
export interface Writing {
  readonly language: Language;
  readonly t: Texts;
  /** A text of the dictionary as HTML. */
  readonly rich: (text: string) => Html;
}

/** The targets of links in texts: pages of the same language, and a few external addresses. */
const OUTSIDE: Readonly<Record<string, string>> = {
  "claims-desk": "https://www.e-seikyuu.jp/",
  portal: "https://www.kaigo-kiban-portal.jp/",
};

/** Links whose target a script sets to the current screen of the flow. */
const RESUME: Readonly<Record<string, string>> = {
  "resume-registration": "registration-otp.html",
  "resume-login": "login-otp.html",
  "resume-password-reset": "password-reset-otp.html",
};

/** Links to a page with something chosen. */
const CHOSEN: Readonly<Record<string, string>> = { "inquiry-id-request": "inquiry.html#other.id-request" };

/** The address of a page or an external target. */
export function hrefs(pages: ReadonlySet<string>): (name: string) => string {
  return (name) => {
    const known = OUTSIDE[name] ?? RESUME[name] ?? CHOSEN[name] ?? (pages.has(name) ? `${name}.html` : undefined);
    if (known === undefined) throw new Error(`a text leads to ${name}, which is no page`);
    return known;
  };
}

/** Creates the helpers for a page. */
export function writing(language: Language, pages: ReadonlySet<string>): Writing {
  const written = (text: string) => rich(text, hrefs(pages));
  return { language, t: language.texts, rich: language.lang === "ja" ? written : (text) => withJapanese(written(text)) };
}

/** One field of a form. */
export interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly type?: "text" | "password" | "tel";
  readonly inputmode?: "email" | "numeric" | "tel";
  readonly autocomplete: string;
  /** Whether keyboards must not capitalise or correct it, as for an ID or a code; always so for a secret. */
  readonly exact?: boolean;
  readonly maxlength: number;
  /** Its width: the expected length. */
  readonly size?: "code" | "short" | "long";
  /** The label of its button, if it is a secret that can be shown. */
  readonly reveal?: { readonly show: string; readonly hide: string };
  /** Whether a form without scripts sends it: then it has a name. */
  readonly named?: boolean;
  /** An additional description, such as a counter. */
  readonly note?: Html;
}

/** A label with its control, its hint, and the place for its problem. */
export function field(w: Writing, of: Field): Html {
  const required = of.required ?? true;
  const hint = of.hint === undefined ? undefined : `${of.name}-hint`;
  const note = of.note === undefined ? undefined : `${of.name}-note`;
  const described = [hint, note].filter((id) => id !== undefined).join(" ");
  const attributes = [
    html`id="${of.name}"${of.named === true && html` name="${of.name}"`} type="${of.type ?? "text"}" maxlength="${of.maxlength}"`,
    html` autocomplete="${of.autocomplete}" spellcheck="false"`,
    of.inputmode && html` inputmode="${of.inputmode}"`,
    (of.exact === true || of.type === "password") && html` autocapitalize="none" autocorrect="off"`,
    required && html` aria-required="true"`,
    described !== "" && html` aria-describedby="${described}" data-described="${described}"`,
  ];
  return html`
<div class="field" data-field="${of.name}">
<label for="${of.name}">${w.rich(of.label)} ${required ? must(w) : html`<span class="may">${w.rich(w.t.site.optional)}</span>`}</label>
${of.hint !== undefined && html`<p class="hint" id="${hint}">${w.rich(of.hint)}</p>`}
<p class="wrong" id="${of.name}-wrong" hidden></p>
<div class="control ${of.size ?? "long"}"><input ${attributes}>${of.reveal && reveal(of)}</div>
<p class="aside" id="${of.name}-aside" role="status"></p>
${of.note !== undefined && html`<p class="aside" id="${note}">${of.note}</p>`}
</div>`;
}

/** 必須, visual only: a screen reader gets it once from the field's state. */
export function must(w: Writing): Html {
  return html`<span class="must" aria-hidden="true">${w.rich(w.t.site.required)}</span>`;
}

function reveal(of: Field): Html {
  const { show, hide } = of.reveal ?? { show: "", hide: "" };
  const label = (text: string, when: string, hidden: boolean) =>
    html`<span data-reveal="${when}"${hidden && html` hidden`}>${text}</span>`;
  return html`<button type="button" class="reveal" aria-controls="${of.name}">${label(plain(show), "show", false)}${label(plain(hide), "hide", true)}</button>`;
}

/** The submit button of a form, with its neighbours. Until the script controls the form, it is disabled. */
export function submit(w: Writing, label: string, beside: Html = html``): Html {
  return html`<p class="buttons"><button type="submit" class="go" disabled>${w.rich(label)}</button>${beside}</p>`;
}

/** A button for an action on the page. */
export function action(w: Writing, name: string, label: string, look: "go" | "outline" | "plain" = "outline"): Html {
  return html`<button type="button" class="${look}" data-action="${name}">${w.rich(label)}</button>`;
}

/** A link that looks like a button. */
export function onward(w: Writing, page: string, label: string, look: "go" | "outline" = "go"): Html {
  return html`<a class="${look}" href="${page}.html">${w.rich(label)}</a>`;
}

/** A form. The browser itself never sends it: its button waits for the script, and its fields have no names. */
export function form(name: string, body: Html): Html {
  return html`<form id="${name}" method="post" novalidate>${body}</form>`;
}

/** 本人確認: hidden until the server wants fresh proof for what was pressed (`src/proof.ts`). */
export function proof(w: Writing): Html {
  return html`<section id="proof" aria-labelledby="proof-title" hidden><h2 id="proof-title">${w.rich(w.t.proof.title)}</h2><p>${w.rich(w.t.proof.lead)}</p>
${form(
  "proof-form",
  html`${field(w, {
    name: "currentPassword",
    label: w.t.mine.currentPassword,
    type: "password",
    autocomplete: "current-password",
    maxlength: 4096,
    reveal: { show: w.t.site.showPassword, hide: w.t.site.hidePassword },
  })}${submit(w, w.t.proof.submit)}`,
)}</section>`;
}

/** A notice in a box. */
export function banner(kind: "success" | "warning" | "error" | "info", heading: Html, body: Html, attributes: Html = html``): Html {
  return html`<div class="banner ${kind}" ${attributes}><h2>${heading}</h2>${body}</div>`;
}

/** A description list. */
export function pairs(rows: readonly (readonly [Html, Html])[], attributes: Html = html``): Html {
  return html`<dl ${attributes}>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A collapsible section. */
export function more(heading: Html, body: Html): Html {
  return html`<details><summary>${heading}</summary>${body}</details>`;
}

/** Paragraphs of a list of texts. */
export function paragraphs(w: Writing, texts: readonly string[]): Html {
  return html`${texts.map((text) => html`<p>${w.rich(text)}</p>`)}`;
}

/** A list of texts. */
export function list(w: Writing, texts: readonly string[], ordered = false): Html {
  const items = texts.map((text) => html`<li>${w.rich(text)}</li>`);
  return ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
}

/** A placeholder that the script fills. */
export function fill(name: string): Html {
  return html`<span data-fill="${name}"></span>`;
}
