import { expect, test } from "vitest";

import { kana, phone, plusAddress, profileRules } from "../src/profile-values.ts";
import { type Rule, passwordLength, rules as common, userId } from "../src/values.ts";

const rules = { ...common, ...profileRules };

const right = (name: keyof typeof rules, typed: string) => {
  const rule: Rule = rules[name];
  return rule.right?.(typed) ?? typed;
};
const wrong = (name: keyof typeof rules, typed: string) => rules[name].check(right(name, typed));

test.each([
  ["ｋｊ 0001-23", "KJ000123"],
  ["KJ０００１", "KJ0001"],
  ["kj\u200B0001", "KJ0001"],
])("an ID of 電子請求受付システム may be typed as %j", (typed, meant) => {
  expect(userId(typed)).toBe(meant);
  expect(wrong("userId", typed)).toBeUndefined();
});

test("a mail address is no ID of 電子請求受付システム", () => {
  expect(wrong("userId", "taro@example.jp")).toBe("not-a-claims-user-id");
  expect(wrong("userId", "  ")).toBe("required");
});

test.each([
  ["123 456", "123456"],
  ["１２３４５６\n", "123456"],
  ["123-456", "123456"],
  ["12３ー４５6", "123456"],
  ["\u200B012345", "012345"],
])("a code may be pasted as %j", (typed, meant) => {
  expect(right("code", typed)).toBe(meant);
  expect(wrong("code", typed)).toBeUndefined();
});

test("a code has six digits", () => {
  expect(wrong("code", "12345")).toBe("not-six-digits");
  expect(wrong("code", "12345a")).toBe("not-six-digits");
});

test.each([
  ["かいご　たろう", "カイゴ タロウ"],
  ["ｶｲｺﾞ ﾀﾛｳ", "カイゴ タロウ"],
  ["さとー", "サトー"],
  ["ｻﾄ-", "サトー"],
  ["う゛ぃくとる", "ヴィクトル"],
])("%j is put right to %j", (typed, meant) => {
  expect(kana(typed)).toBe(meant);
  expect(wrong("nameKana", typed)).toBeUndefined();
});

test("kanji is no フリガナ", () => expect(wrong("nameKana", "田中")).toBe("not-kana"));

test.each([
  ["03-1234-5678", "0312345678"],
  ["０９０ー１２３４ー５６７８", "09012345678"],
  ["+81 90 1234 5678", "09012345678"],
  ["+81(0)3-1234-5678", "0312345678"],
  ["（03）1234－5678", "0312345678"],
])("the phone number %j is %j", (typed, meant) => {
  expect(phone(typed)).toBe(meant);
  expect(wrong("phone", typed)).toBeUndefined();
});

test.each([
  ["ｔａｒｏ＠ＥＸＡＭＰＬＥ．ｊｐ", "taro@example.jp"],
  [" Taro@Example.JP ", "Taro@example.jp"],
  ["taro@介護.jp", "taro@介護.jp"],
])("the mail address %j is %j", (typed, meant) => {
  expect(right("email", typed)).toBe(meant);
  expect(wrong("email", typed)).toBeUndefined();
});

test("names keep their characters", () => {
  for (const name of ["髙橋 﨑", "𠮷野", "葛\u{E0100}城"]) expect(right("name", `　${name}　`)).toBe(name);
});

test("a password has 15 to 128 characters and is sent as it was typed", () => {
  expect(wrong("newPassword", "a".repeat(14))).toBe("too-short");
  expect(wrong("newPassword", "a".repeat(15))).toBeUndefined();
  expect(wrong("newPassword", "a".repeat(129))).toBe("too-long");
  expect(passwordLength("か\u3099")).toBe(1);
  expect(right("newPassword", " ａ ")).toBe(" ａ ");
});

test("an address that also serves another office is suggested only where the domain is known to deliver it", () => {
  const suggested = (typed: string) => plusAddress(typed, "1379901018");
  expect(suggested(" taro@GMAIL.com ")).toBe("taro+1379901018@gmail.com");
  expect(suggested("ｔａｒｏ@outlook.jp")).toBe("taro+1379901018@outlook.jp");
  for (const typed of ["taro@example.jp", "taro@docomo.ne.jp", "taro@yahoo.co.jp", "taro+a@gmail.com", "taro@sub.gmail.com", "gmail.com", ""]) {
    expect(suggested(typed), typed).toBeUndefined();
  }
  expect(suggested(`${"a".repeat(53)}@gmail.com`)).toHaveLength(74);
  expect(suggested(`${"a".repeat(54)}@gmail.com`)).toBeUndefined();
});
