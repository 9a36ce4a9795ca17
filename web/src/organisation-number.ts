/**
 * Whether the number of an organisation may be a slip, by form and check digit. Only ever a hint: what the server says counts,
 * which never refuses one either. tests/corpus/organisation-number.toml compares both.
 */
import { compact } from "./values.ts";

/** The digits that stand for a kind of institution in the whole number. */
const TABLES: Readonly<Record<string, string>> = { medical: "1", dental: "3", pharmacy: "4" };

/** The values of digits and letters; I, O and Q are none. */
const VALUES = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";

/** Modulus 10 with weights 2 and 1 from the right, the digits of each product added. */
function hasCheckDigit(number: string): boolean {
  const values = [...number].reverse().map((c) => VALUES.indexOf(c));
  const [check = -1, ...others] = values;
  if (check > 9 || values.includes(-1)) return false;
  const sum = others.reduce((sum, value, place) => {
    const product = place % 2 === 0 ? 2 * value : value;
    return sum + Math.floor(product / 10) + (product % 10);
  }, check);
  return sum % 10 === 0;
}

/** In four prefectures the check digit may leave out prefecture and kind. */
const isOfficeNumber = (number: string): boolean =>
  /^[\0-\x7f]{10}$/.test(number) && (hasCheckDigit(number) || (/^1[1-4]/.test(number) && hasCheckDigit(number.slice(3))));

/** Whether a number of this kind of user may be a slip. None is none. */
export function isDoubtful(userKind: string, typed: string, prefecture = "", institution = ""): boolean {
  const number = compact(typed).toUpperCase();
  if (number === "" || userKind === "other") return false;
  if (userKind === "municipality") return !(/^[\0-\x7f]{6}$/.test(number) && hasCheckDigit(number));
  if (userKind === "medical-institution" && /^[\0-\x7f]{7}$/.test(number)) {
    const table = TABLES[institution];
    // Without the other three characters the check digit is unknown.
    return prefecture === "" || table === undefined ? !/^[0-9]{7}$/.test(number) : !isOfficeNumber(prefecture + table + number);
  }
  return !isOfficeNumber(number);
}
