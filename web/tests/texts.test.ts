import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { wordsOf } from "../build/answers.ts";
import { fieldCodes, problemCodes } from "../build/contract.ts";
import { plain } from "../build/markup.ts";
import { writing } from "../build/parts.ts";
import { pages } from "../build/site.ts";
import { reactions, told } from "../src/reactions.ts";
import { entriesOf, languages } from "../texts/index.ts";

const web = fileURLToPath(new URL("../", import.meta.url));

/** Every code of the contract, from docs/problems.md: also those that no step uses yet. */
const everyCode = [...readFileSync(new URL("../../docs/problems.md", import.meta.url), "utf8").matchAll(/^## ([a-z-]+)$/gm)].map(
  (match) => match[1] ?? "",
);

test("the front knows what to do at every problem of the contract", () => {
  expect([...told, ...Object.keys(reactions)].sort()).toEqual([...problemCodes]);
});

describe.each(languages)("$name", ({ name, texts }) => {
  test("every problem of the contract has its sentence", () => {
    expect(everyCode.length).toBeGreaterThan(35);
    expect(Object.keys(texts.problems).sort()).toEqual([...everyCode].sort());
  });

  test("whatever can be wrong with a field has its sentence", () => {
    expect(Object.keys(texts.fields)).toEqual(expect.arrayContaining([...fieldCodes]));
  });

  test.runIf(name === "やさしい日本語")("every kanji has its furigana", () => {
    const kept = /「[^」]*(?:通知|お知らせ|介護)[^」]*」|[^\s]+@[^\s]+/g;
    const bare = entriesOf(texts).filter(
      ([, text]) => /\p{Script=Han}/u.test(text.replace(/\{[^{}|]+\|[^{}|]+\}/g, "").replace(kept, "")),
    );
    expect(bare).toEqual([]);
  });

  test.runIf(name === "English")("only names are in Japanese", () => {
    const inJapanese = entriesOf(texts).filter(
      ([, text]) =>
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(plain(text).replace(/[（(][^）)]*[）)]|[「"“][^」"”]*[」"”]/g, "")),
    );
    expect(inJapanese).toEqual([]);
  });
});

test("no text is kept that nothing shows", () => {
  const used = new Set<string>();
  const watched = <T extends object>(texts: T, at: string): T =>
    new Proxy(texts, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof key === "symbol" || (Array.isArray(target) && !/^\d+$/.test(key))) return value;
        const path = at === "" ? key : `${at}.${key}`;
        used.add(path);
        return typeof value === "object" && value !== null ? watched(value, path) : value;
      },
    });
  const [first] = languages;
  if (first === undefined) throw new Error("no language");
  const w = writing({ ...first, texts: watched(first.texts, "") }, new Set(pages.map((page) => page.name)));
  for (const page of pages) [page.title(w), page.body(w), page.withoutScript?.(w) ?? "", wordsOf(w)].forEach((part) => expect(part).toBeDefined());
  const code = [...readdirSync(`${web}src`, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts")).map((file) => `src/${file}`), "build/layout.ts"].map((file) => readFileSync(`${web}${file}`, "utf8")).join("\n");
  const said = (key: string) => code.includes(`"${key}"`) || code.includes(`t.${key}`) || code.includes(`.${key.split(".")[1]}`) || /^site\.(notices|applications|faq|materials|inquiry)$/.test(key);
  const told = ["problems.", "fields.", "delivery.", "deliveryHelp.", ...pages.flatMap((page) => page.says ?? []).filter((says) => says.split(".").length > 2)];
  const idle = entriesOf(first.texts)
    .map(([key]) => key)
    .filter((key) => !used.has(key) && !told.some((beginning) => key.startsWith(beginning)) && !(key.startsWith("site.") ? said(key) : code.includes(`"${key}"`)));
  expect(idle).toEqual([]);
});
