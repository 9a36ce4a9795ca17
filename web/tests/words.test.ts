import { expect, test } from "vitest";

import { wordsOf } from "../build/answers.ts";
import { writing } from "../build/parts.ts";
import { pages } from "../build/site.ts";
import { languages } from "../texts/index.ts";

const names = new Set(pages.map((page) => page.name));

test("the pages that answer the plain form say what the front says (npx vitest run words -u writes them)", async () => {
  const words = Object.fromEntries(languages.map((language) => [language.folder === "" ? "ja" : language.folder.slice(0, -1), wordsOf(writing(language, names))]));
  await expect(`${JSON.stringify(words, null, 1)}\n`).toMatchFileSnapshot("../../functions/inquiry/src/words.json");
});

