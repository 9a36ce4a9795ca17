/**
 * What people type, put right in the sight of the person, and what is plainly wrong with it.
 *
 * The server puts right and checks by itself (docs/input.md); here it is only that nobody has to wait for it.
 */
import type { components } from "./generated/schema";

/** What can be wrong with a field, the front's own two words included. */
export type FieldCode = components["schemas"]["FieldError"]["code"] | "not-the-same" | "not-agreed" | "risk-not-accepted";

/** A field's rule: how it is put right, and what is wrong with it then. */
export interface Rule {
  readonly right?: (typed: string) => string;
  readonly check: (value: string) => FieldCode | undefined;
}

const INVISIBLE = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/g;
const DASHES = /[-\u2010-\u2015\u2212\uFF0D\u30FC\uFF70]/g;
const nfkc = (typed: string) => typed.normalize("NFKC").replace(INVISIBLE, "");

const wanted = (value: string): FieldCode | undefined => (value === "" ? "required" : undefined);
const trimmed = (typed: string) => typed.replace(INVISIBLE, "").replace(/[\t\u00A0\u3000 ]+/g, " ").trim();

/** Hiragana and half-width kana as full-width katakana; a dash after kana is a long vowel. */
export function kana(typed: string): string {
  return trimmed(nfkc(typed.replace(/[うウｳ][゛ﾞ\u3099]/g, "ヴ")))
    .normalize("NFC")
    .replace(/[\u3041-\u3096\u309D\u309E]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0x60))
    .replace(/([\u30A1-\u30FA\u30FC])[-\u2010-\u2015\u2212\uFF0D\uFF70]/g, "$1ー");
}

/** Digits only; +81 at the beginning is the 0. */
export function phone(typed: string): string {
  const digits = nfkc(typed).replace(/[\s()]/g, "").replace(DASHES, "");
  return digits.replace(/^\+810?/, "0");
}

/** A mail address without spaces, its signs half-width, its domain in small letters. */
export function email(typed: string): string {
  const whole = nfkc(typed).replace(/\s/g, "").replace(/。/g, ".");
  const at = whole.lastIndexOf("@");
  return at < 0 ? whole : whole.slice(0, at + 1) + whole.slice(at + 1).toLowerCase().replace(/\.$/, "");
}

/** A code of digits, without what mail programs and people put between them. */
export const code = (typed: string): string => nfkc(typed).replace(/\s/g, "").replace(DASHES, "");

/** An ID of 電子請求受付システム. */
export const userId = (typed: string): string => code(typed).toUpperCase();

/** How many characters a person counts; an older browser counts code points, and the server has the last word. */
export function characters(text: string): number {
  return "Segmenter" in Intl ? [...new Intl.Segmenter().segment(text)].length : [...text].length;
}

/** As long as a password is for the server: code points after NFC. */
export const passwordLength = (typed: string): number => [...typed.normalize("NFC")].length;

const line = (required: boolean, longest: number): Rule => ({
  right: trimmed,
  check: (value) =>
    required && value === "" ? "required" : characters(value) > longest ? "too-long" : undefined,
});

/** The rules of the fields, by the names that the contract gives them. */
export const rules = {
  userId: {
    right: userId,
    check: (value) => wanted(value) ?? (/^KJ[0-9A-Z]*$/.test(value) && value.length <= 32 ? undefined : "not-a-claims-user-id"),
  },
  password: { check: wanted },
  securityCode: { check: wanted },
  code: { right: code, check: (value) => wanted(value) ?? (/^[0-9]{6}$/.test(value) ? undefined : "not-six-digits") },
  email: {
    right: email,
    check: (value) => wanted(value) ?? (/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(value) ? undefined : "not-an-email-address"),
  },
  name: line(true, 100),
  nameKana: {
    right: kana,
    check: (value) => wanted(value) ?? (/^[ァ-ヺー・ ]+$/.test(value) ? (characters(value) > 200 ? "too-long" : undefined) : "not-kana"),
  },
  department: line(false, 100),
  jobTitle: line(false, 100),
  phone: { right: phone, check: (value) => wanted(value) ?? (/^0[0-9]{9,10}$/.test(value) ? undefined : "not-a-phone-number") },
  newPassword: {
    check: (value) => {
      const length = passwordLength(value);
      return wanted(value) ?? (length < 15 ? "too-short" : length > 128 ? "too-long" : undefined);
    },
  },
} as const satisfies Record<string, Rule>;
