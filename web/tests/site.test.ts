import { readFileSync, readdirSync } from "node:fs";

import { HtmlValidate } from "html-validate";
import { describe, expect, test } from "vitest";

import { pages, site } from "../build/site.ts";

const files = site((script) => ({ style: "assets/style.css", script: script && `assets/${script}.js`, preloads: [], code: "" }));
const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // White space does not matter to readers, and void elements and quotes follow HTML.
    "no-trailing-whitespace": "off",
    "void-style": ["error", { style: "omit" }],
    // 電話番号 is not a link here, and Japanese sentences contain long numbers.
    "tel-non-breaking": "off",
    "long-title": "off",
    // The security code is a fixed secret of another system, and not a password of this one.
    "autocomplete-password": "off",
  },
});

test("every screen is written in three languages", () => {
  expect(files.length).toBe(3 * pages.length);
  expect(new Set(files.map((file) => file.fileName)).size).toBe(files.length);
});

describe("each page", () => {
  test.each(files.map((file) => [file.fileName, file.source] as const))("%s is valid HTML", async (_, source) => {
    const report = await validator.validateString(source);
    const found = report.results.flatMap((result) => result.messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`));
    expect(found).toEqual([]);
  });

  test.each(files.map((file) => [file.fileName, file.source] as const))("%s carries nothing inline", (_, source) => {
    expect(source).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle="|\son[a-z]+="|<style/);
  });

  test.each(files.map((file) => [file.fileName, file.source] as const))("%s links pages that exist", (fileName, source) => {
    const folder = fileName.slice(0, fileName.lastIndexOf("/") + 1);
    const names = new Set(files.map((file) => file.fileName));
    for (const [, href] of source.matchAll(/href="((?![a-z]+:|\/|#)[^"#]+)/g)) {
      const target = new URL(href ?? "", `http://portal/${folder}`).pathname.slice(1);
      expect(names.has(target), `${href} in ${fileName}`).toBe(true);
    }
  });
});

describe("what is required", () => {
  test.each(files.map((file) => [file.fileName, file.source] as const))("on %s is announced once: by its state, not by its name as well", (_, source) => {
    const marks = source.match(/<span class="must"[^>]*>/g) ?? [];
    for (const mark of marks) expect(mark).toContain('aria-hidden="true"');
    expect(source.match(/ aria-required="true"/g)?.length ?? 0).toBe(marks.length);
  });
});

/** Fields with natural-language text, which a keyboard may capitalise. */
const WORDS = ["name", "nameKana", "department", "jobTitle"];

describe("each field", () => {
  test.each(files.map((file) => [file.fileName, file.source] as const))("on %s that is an ID, a code or a secret is left by keyboards as it is typed", (_, source) => {
    for (const [field, id] of source.matchAll(/<input (?![^>]*type="checkbox")(?![^>]*tabindex="-1")[^>]*id="([^"]+)"[^>]*>/g)) {
      const attributes = ["spellcheck=\"false\"", ...(WORDS.includes(id ?? "") ? [] : ["autocapitalize=\"none\"", "autocorrect=\"off\""])];
      for (const attribute of attributes) expect(field, id).toContain(attribute);
      if (WORDS.includes(id ?? "")) expect(field, id).not.toContain("autocapitalize");
    }
  });
});

/** A field, and a problem that only it can have. */
const OWN_PROBLEMS = [
  ["nameKana", "not-kana"],
  ["phone", "not-a-phone-number"],
  ["code", "not-six-digits"],
  ["userId", "not-a-claims-user-id"],
  ["email", "not-an-email-address"],
  ["newPassword", "too-short"],
  ["newPassword", "common-password"],
  ["newPassword", "contains-context-word"],
  ["newPassword", "same-as-before"],
] as const;

describe("the sentences of a field's problems", () => {
  test.each(files.map((file) => [file.fileName, file.source] as const))("on %s are those that its fields can have", (_, source) => {
    const has = (code: string) => source.includes(`<template data-text="fields.${code}">`);
    if (source.includes('data-field="')) for (const code of ["required", "too-long", "forbidden-character"]) expect(has(code), code).toBe(true);
    for (const [name, code] of OWN_PROBLEMS) expect(has(code), code).toBe(source.includes(`data-field="${name}"`));
  });
});

test("no script counts on what browsers of a few years ago do not have", () => {
  // Safari before 15.4, or later.
  const young = /\b(randomUUID|reportError|structuredClone|hasOwn|findLast|toSorted|toReversed|groupBy|withResolvers|AbortSignal\.(timeout|any))\b|\.at\(/;
  for (const file of readdirSync(new URL("../src/", import.meta.url), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
    const code = readFileSync(new URL(`../src/${file}`, import.meta.url), "utf8").replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    expect(code, file).not.toMatch(young);
  }
});

test("no script holds what an older browser cannot even read", () => {
  const source = new URL("../src/", import.meta.url);
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
    // Look-behind: Safari supports it since 16.4, and refuses the whole script before.
    expect(readFileSync(new URL(file, source), "utf8"), file).not.toMatch(/\(\?<[=!]/);
  }
});
