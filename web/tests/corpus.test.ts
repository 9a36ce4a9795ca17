import { readFileSync } from "node:fs";

import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";

import { isDoubtful } from "../src/organisation-number.ts";
import { profileRules } from "../src/profile-values.ts";
import { type Rule, rules as common } from "../src/values.ts";

const rules = { ...common, ...profileRules };

/** A line of tests/corpus, as its README describes. */
interface Line {
  readonly typed: string;
  readonly times?: number;
  readonly before?: string;
  readonly after?: string;
  readonly stored?: string;
  readonly as_typed?: boolean;
  readonly refused?: string;
  readonly why: string;
}

const FILES: Readonly<Record<string, readonly (keyof typeof rules)[]>> = {
  "claims-user-id": ["userId"],
  "claims-secret": ["password", "securityCode"],
  code: ["code"],
  email: ["email"],
  name: ["name"],
  kana: ["nameKana"],
  phone: ["phone"],
};

/** Values that the server stores in another form than the front shows: a domain in punycode, a name's characters from a PDF. */
const STORED_OTHERWISE = ["email", "name"];

/** Input that the server refuses and the front corrects: invisible characters, and a code within a mail. */
const PUT_RIGHT = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]|^照合記号：K7 123456$/;

for (const [file, names] of Object.entries(FILES)) {
  const { cases } = parse(readFileSync(new URL(`../../tests/corpus/${file}.toml`, import.meta.url), "utf8")) as unknown as { cases: Line[] };
  const lines = cases.map((line) => [line.why, (line.before ?? "") + line.typed.repeat(line.times ?? 1) + (line.after ?? ""), line] as const);
  describe.each(names)(`${file}.toml, as %s`, (name) => {
    const rule: Rule = rules[name];
    const right = (typed: string) => rule.right?.(typed) ?? typed;

    test.each(lines.filter(([, , line]) => line.refused === undefined))("what the server takes is not refused: %s", (_, typed, line) => {
      const value = right(typed);
      expect(rule.check(value)).toBeUndefined();
      // Normalisation is idempotent.
      expect(right(value)).toBe(value);
      if (!STORED_OTHERWISE.includes(name)) expect(value).toBe(line.stored ?? typed);
    });

    test.each(lines.filter(([, , line]) => line.refused !== undefined))("what the server refuses is sent, or told in its words: %s", (_, typed, line) => {
      const value = right(typed);
      const found = rule.check(value);
      if (PUT_RIGHT.test(typed) && found === undefined) return;
      if (found !== undefined) return expect(found).toBe(line.refused);
      // The server judges the typed text, not the front's normalised one.
      expect(right(value)).toBe(value);
    });
  });
}

/** A line of organisation-number.toml. */
interface NumberLine {
  readonly user: string;
  readonly typed: string;
  readonly prefecture?: string;
  readonly institution?: string;
  readonly doubtful: boolean;
  readonly why: string;
}

describe("organisation-number.toml", () => {
  const { cases } = parse(readFileSync(new URL("../../tests/corpus/organisation-number.toml", import.meta.url), "utf8")) as unknown as { cases: NumberLine[] };
  test.each(cases.map((line) => [line.why, line] as const))("a slip is one for the front and for the server: %s", (_, line) => {
    expect(isDoubtful(line.user, line.typed, line.prefecture, line.institution)).toBe(line.doubtful);
  });
  test("no number is no slip", () => {
    expect(isDoubtful("care-office", " － ")).toBe(false);
  });
});

const MAIL = `ワンタイムパスワードをお知らせします。

ワンタイムパスワード：012345
照合記号：K7
有効期限：2026年4月1日 9時10分

no-reply@mail.kaigo-kiban-portal.jp 03-1234-5678`;

test.each([
  ["the mail's line", "ワンタイムパスワード：012345"],
  ["the line in full width", "ワンタイムパスワード：０１２３４５　"],
  ["the whole mail", MAIL],
  ["the whole mail in one line, as a field takes it", MAIL.replace(/\n/g, "")],
])("pasted as a code, %s is its only run of six digits", (_, typed) => {
  expect(rules.code.right(typed)).toBe("012345");
});

test.each(["123456 654321", "1234567", "第123456号と第234567号"])("%j is no code", (typed) => {
  expect(rules.code.check(rules.code.right(typed))).toBe("not-six-digits");
});
