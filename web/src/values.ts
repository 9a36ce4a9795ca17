/**
 * Normalises input while the user types, and finds obvious problems.
 *
 * The server normalises and checks independently (docs/input.md); this only saves waiting. So it never refuses what the
 * server accepts: doubtful input is sent, and the server decides. tests/corpus compares both.
 *
 * Rules that only the profile needs are in profile-values.ts, so that no other screen loads them.
 */
import type { components } from "./generated/schema";

/** The problems of a field, including two of the front's own. */
export type FieldCode = components["schemas"]["FieldError"]["code"] | "not-the-same" | "not-agreed" | "risk-not-accepted";

/** A field's rule: its normalisation, and its problem afterwards. */
export interface Rule {
  readonly right?: (typed: string) => string;
  readonly check: (value: string) => FieldCode | undefined;
}

/** Invisible characters that are pasted from mails and address books. */
export const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g;
export const DASHES = "\\-\u2010-\u2015\u2043\u2212\u2500\u2501\u30FC\uFE58\uFE63\uFF0D\uFF70";
const SPACES_AND_DASHES = new RegExp(`[\\s${DASHES}]`, "g");

export const nfkc = (typed: string) => typed.normalize("NFKC").replace(INVISIBLE, "");
export const compact = (typed: string) => nfkc(typed).replace(SPACES_AND_DASHES, "");
export const digits = (typed: string) => nfkc(typed).replace(/[^0-9]/g, "").length;

export const wanted = (value: string): FieldCode | undefined => (value === "" ? "required" : undefined);

/** A mail address in half-width, with its domain in lower case. */
export function email(typed: string): string {
  const whole = nfkc(typed).trim().replace(/[。｡]/g, ".");
  const at = whole.lastIndexOf("@");
  return at < 0 ? whole : whole.slice(0, at + 1) + whole.slice(at + 1).toLowerCase().replace(/([^.])\.$/, "$1");
}

/** A code without separators between its digits; from a whole line or mail, its only run of six. */
export function code(typed: string): string {
  const whole = compact(typed);
  if (/^[0-9]{6}$/.test(whole) || whole === "") return whole;
  const runs = (nfkc(typed).match(/[0-9]+/g) ?? []).filter((run) => run.length === 6);
  return runs.length === 1 ? (runs[0] ?? "") : typed.trim();
}

/** An ID of 電子請求受付システム. */
export const userId = (typed: string): string => compact(typed).toUpperCase();

/** The length of a password for the server: code points after NFC. */
export const passwordLength = (typed: string): number => [...typed.normalize("NFC")].length;

/** The rules of the fields, by their names in the contract. */
export const rules = {
  userId: {
    right: userId,
    check: (value) => wanted(value) ?? (/^[^A-Z0-9]*K[^A-Z0-9]*J/.test(value) ? undefined : "not-a-claims-user-id"),
  },
  password: { check: wanted },
  securityCode: { check: wanted },
  code: { right: code, check: (value) => wanted(value) ?? (digits(value) === 6 ? undefined : "not-six-digits") },
  email: { right: email, check: (value) => wanted(value) ?? (value.includes("@") ? undefined : "not-an-email-address") },
  newPassword: {
    check: (value) => {
      const length = passwordLength(value);
      return wanted(value) ?? (length < 15 ? "too-short" : length > 128 ? "too-long" : undefined);
    },
  },
} as const satisfies Record<string, Rule>;
