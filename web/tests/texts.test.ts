import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { fieldCodes, problemCodes } from "../build/contract.ts";
import { plain } from "../build/markup.ts";
import { reactions } from "../src/reactions.ts";
import { entriesOf, languages } from "../texts/index.ts";

/** Every code of the contract, as docs/problems.md has them: those that no step answers with yet, too. */
const everyCode = [...readFileSync(new URL("../../docs/problems.md", import.meta.url), "utf8").matchAll(/^## ([a-z-]+)$/gm)].map(
  (match) => match[1] ?? "",
);

test("the front knows what to do at every problem of the contract", () => {
  expect(Object.keys(reactions).sort()).toEqual([...problemCodes]);
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
