/** Rules that only 新規ユーザ登録情報の入力 needs; see values.ts. */
import { DASHES, INVISIBLE, type Rule, compact, digits, email, nfkc, rules, wanted } from "./values.ts";

const DASHES_AFTER_KANA = new RegExp(`([\u30A1-\u30FA\u30FC])([${DASHES}]+)`, "g");

const line = (typed: string) => typed.replace(INVISIBLE, "").replace(/[\t\p{Zs}]+/gu, " ").trim();

/** Converts any kana to full-width katakana with composed marks, and dashes after kana to ー. */
export function kana(typed: string): string {
  const joined = typed.replace(/[\u309B\uFF9E]/g, "\u3099").replace(/[\u309C\uFF9F]/g, "\u309A");
  return line(nfkc(joined))
    .replace(/[\u3041-\u3096]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0x60))
    .replace(DASHES_AFTER_KANA, (_, before: string, dashes: string) => before + "ー".repeat(dashes.length))
    .normalize("NFC");
}

/** Keeps digits only, and replaces a leading +81 by 0. Other text stays unchanged. */
export function phone(typed: string): string {
  const national = compact(typed)
    .replace(/[()[\]「」〔〕.]/g, "")
    .replace(/^\+810?/, "0");
  return national === "" || /^0[0-9]{9,10}$/.test(national) ? national : typed.trim();
}

/** The rules of the profile's fields, by their names in the contract. */
export const profileRules = {
  email: rules.email,
  name: { right: line, check: wanted },
  nameKana: {
    right: kana,
    check: (value) => wanted(value) ?? (/[\p{Script=Han}\p{Script=Latin}0-9]/u.test(value) ? "not-kana" : undefined),
  },
  department: { right: line, check: () => undefined },
  jobTitle: { right: line, check: () => undefined },
  phone: {
    right: phone,
    // With +81 and the zero in brackets a number has thirteen.
    check: (value) => wanted(value) ?? (digits(value) >= 10 && digits(value) <= 13 ? undefined : "not-a-phone-number"),
  },
} as const satisfies Record<string, Rule>;

/**
 * Addresses whose domain delivers `name+anything@` to the mailbox of `name@`: elsewhere such an address may reach nobody.
 * With the ten characters of an office's number, a local part has at most 64.
 */
const TAKES_PLUS = /^([^@+]{1,53})(@(gmail|icloud|outlook|hotmail)\.com|@(outlook|live)\.jp)$/;

/** The address by which the mailbox of this one also serves another office, where that is known to work. */
export function plusAddress(typed: string, officeNumber: string): string | undefined {
  const found = TAKES_PLUS.exec(email(typed));
  return found ? `${found[1]}+${officeNumber}${found[2]}` : undefined;
}
