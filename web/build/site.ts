import { entriesOf, languages } from "../texts/index.ts";
import { document } from "./layout.ts";
import { placeholders } from "./markup.ts";
import type { Page } from "./page.ts";
import { information } from "./pages/information.ts";
import { inquiry } from "./pages/inquiry.ts";
import { login } from "./pages/login.ts";
import { mine } from "./pages/mine.ts";
import { registration } from "./pages/registration.ts";
import { states } from "./pages/states.ts";
import { writing } from "./parts.ts";
import type { Assets } from "./plugin.ts";

/** Every screen, in the order of the manual. */
export const pages: readonly Page[] = [...information, ...inquiry, ...registration, ...login, ...mine, ...states];

/** Every page in every language, as files of the site. */
export function site(assetsOf: (script: string | undefined) => Assets): { fileName: string; source: string }[] {
  agree();
  const names = new Set(pages.map((page) => page.name));
  return languages.flatMap((language) =>
    pages.map((page) => ({
      fileName: `${language.folder}${page.name}.html`,
      source: anywhere(page, language.folder, document(page, writing(language, names), assetsOf(page.script))),
    })),
  );
}

/** 404 is shown at whatever address was asked for: there its links have to hold by themselves. */
function anywhere(page: Page, folder: string, source: string): string {
  if (page.name !== "404") return source;
  return source.replace(/href="(?![a-z]+:|[/#])([^"]+)"/g, (_, href: string) => `href="${new URL(href, `http://portal/${folder}`).pathname}"`);
}

/** Each translation says the same with the same places to fill in. */
function agree(): void {
  const [first, ...others] = languages;
  if (first === undefined) return;
  for (const other of others) {
    const translated = new Map(entriesOf(other.texts));
    for (const [key, text] of entriesOf(first.texts)) {
      const [ours, theirs] = [placeholders(text), placeholders(translated.get(key) ?? "")];
      if (ours.join() !== theirs.join()) {
        throw new Error(`${key} fills in {${ours.join("} {")}} in ${first.name}, and {${theirs.join("} {")}} in ${other.name}`);
      }
    }
  }
}
