/** A piece of a document that is already escaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | false | null | undefined | readonly Part[];

/** Escapes text for an element or a double-quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);
}

function written(part: Part): string {
  if (part === false || part === null || part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escaped(String(part));
  return part.map(written).join("");
}

/** A template whose values are escaped, unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, at) => text + written(parts[at])).join(""));
}

const RUBY = /\{([^{}|]+)\|([^{}|]+)\}/g;
const PLACE = /\{([a-zA-Z]+)\}/g;

/** The placeholders of a text, in the order of the alphabet. */
export function placeholders(text: string): string[] {
  return [...text.matchAll(PLACE)].map((match) => match[1] ?? "").sort();
}

/** A text without furigana and marks, for titles and attributes. */
export function plain(text: string): string {
  return text.replace(RUBY, "$1").replace(/\*\*/g, "").replace(/\[([^\]]+)\]\([^)]+\)/g, "$1").replace(/\n/g, "");
}

/**
 * A text of the dictionary as HTML.
 *
 * `{漢字|かんじ}` is furigana, which is there for the eye alone: a screen reader reads the word and not its reading after it, `{name}` a place that is filled in by the page, `**…**` is strong, `[…](name)` a link that
 * `hrefs` knows, and a line end breaks the line. All else is text. A link that is the whole text is no part of a sentence
 * and is marked so.
 */
export function rich(text: string, hrefs: (name: string) => string): Html {
  const alone = /^\[[^\]]+\]\([^()]+\)$/.test(text) ? ' class="alone"' : "";
  const done = escaped(text)
    .replace(RUBY, '<ruby>$1<rt aria-hidden="true">$2</rt></ruby>')
    .replace(PLACE, '<span data-fill="$1"></span>')
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, shown: string, name: string) => {
      const href = hrefs(name);
      return href.startsWith("https:")
        ? `<a href="${escaped(href)}"${alone} rel="external noopener">${shown}</a>`
        : `<a href="${escaped(href)}"${alone}>${shown}</a>`;
    })
    .replace(/\n/g, "<br>");
  return new Html(done);
}

const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー・、。「」【】（）]*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}][\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー・、。「」【】（）]*/gu;

/** Marks the Japanese words of a text in another language, so that they are read out as such. */
export function withJapanese(text: Html): Html {
  return new Html(text.text.replace(/(<[^>]*>)|([^<]+)/g, (_, tag: string | undefined, words: string) => tag ?? words.replace(JAPANESE, '<span lang="ja">$&</span>')));
}
