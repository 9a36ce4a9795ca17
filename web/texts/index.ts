import { easy } from "./easy.ts";
import { en } from "./en.ts";
import { ja } from "./ja.ts";

type Worded<T> = T extends string ? string : { readonly [K in keyof T]: Worded<T[K]> };

/** Every text of the front. What 日本語 has, each language has, or the build fails. */
export type Texts = Worded<typeof ja>;

type Dotted<T, At extends string = ""> = {
  [K in keyof T & string]: T[K] extends string ? `${At}${K}` : T[K] extends readonly unknown[] ? never : Dotted<T[K], `${At}${K}.`>;
}[keyof T & string];

/** The name of a text: `otp.resend`. */
export type TextKey = Dotted<typeof ja>;

/** A language of the front: its folder, its name in itself, what `lang` says. */
export interface Language {
  readonly folder: "" | "easy/" | "en/";
  readonly name: string;
  readonly short: string;
  readonly lang: "ja" | "en";
  readonly texts: Texts;
}

/** 日本語, やさしい日本語, English. */
export const languages: readonly Language[] = [
  { folder: "", name: "日本語", short: "日本語", lang: "ja", texts: ja },
  { folder: "easy/", name: "やさしい日本語", short: "やさしい日本語", lang: "ja", texts: easy },
  { folder: "en/", name: "English", short: "English", lang: "en", texts: en },
];

/** Every text of a dictionary with its dotted name; the entries of lists by their number. */
export function entriesOf(texts: unknown, at = ""): [string, string][] {
  if (typeof texts === "string") return [[at, texts]];
  return Object.entries(texts as Record<string, unknown>).flatMap(([key, value]) =>
    entriesOf(value, at === "" ? key : `${at}.${key}`),
  );
}
