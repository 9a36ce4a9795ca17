import { plain } from "./markup.ts";
import { PREFECTURES, marked, spoken } from "./pages/inquiry.ts";
import type { Writing } from "./parts.ts";

/** The words of the pages that answer the plain form of an inquiry (`functions/inquiry/src/words.rs`). */
export function wordsOf(w: Writing) {
  const { t, language } = w;
  const { inquiry } = t;
  // The pages are not in the folder of the language, and the function fills the places itself.
  const said = (text: string) => w.rich(text).text.replace(/href="(?![a-z]+:|[/#])/g, `href="/${language.folder}`).replace(/<span data-fill="([a-zA-Z]+)"><\/span>/g, "{$1}");
  const all = (texts: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, said(text)]));
  const listed = (texts: Readonly<Record<string, string>>) => [{ label: "", options: Object.entries(texts).map(([value, label]) => [value, spoken(label)]) }];
  const problems = ["unreadable-request", "foreign-origin", "too-large", "unsupported-media-type", "invalid-fields", "temporarily-unavailable", "idempotency-key-reused"] as const;
  const fields = ["required", "unknown-field", "too-long", "forbidden-character", "not-an-email-address", "not-kana", "not-a-phone-number", "not-a-choice"] as const;
  return {
    lang: language.lang,
    folder: language.folder,
    titles: {
      site: plain(t.site.name),
      form: plain(inquiry.title),
      received: plain(inquiry.receivedTitle),
      error: plain(t.site.errorTitle),
      choose: spoken(inquiry.choose),
    },
    texts: all({
      translation: t.site.translation,
      title: inquiry.title,
      secret: inquiry.secret,
      attachments: inquiry.attachments,
      optional: t.site.optional,
      send: inquiry.send,
      wait: inquiry.plain.wait,
      goBack: inquiry.plain.back,
      receivedTitle: inquiry.receivedTitle,
      received: inquiry.received,
      receiptNumber: inquiry.receiptNumber,
      receipt: inquiry.receipt,
      keep: inquiry.keep,
      slip: inquiry.slip,
      typo: t.confirm.typo,
      doubtful: t.confirm.doubtful,
      again: inquiry.again,
      home: inquiry.home,
    }),
    labels: all({
      category: inquiry.category,
      subcategory: inquiry.subcategory,
      userKind: inquiry.userKind,
      organisationName: inquiry.organisationName,
      organisationNumber: inquiry.organisationNumber,
      institutionKind: inquiry.institutionKind,
      prefecture: inquiry.prefecture,
      name: t.profile.name,
      nameKana: t.profile.nameKana,
      email: inquiry.email,
      phone: t.profile.phone,
      message: inquiry.message,
    }),
    hints: all({
      category: inquiry.categoryHint,
      organisationNumber: inquiry.organisationNumberHint,
      nameKana: t.profile.nameKanaHint,
      email: inquiry.emailHint,
      message: inquiry.messageHint,
    }),
    fields: all(Object.fromEntries(fields.map((code) => [code, t.fields[code]]))),
    problems: all(Object.fromEntries(problems.map((code) => [code, t.problems[code]]))),
    choices: {
      category: [{ label: "", options: Object.entries(inquiry.topics).map(([id, { label }]) => [id, marked(w, id, label)]) }],
      subcategory: Object.entries(inquiry.topics).map(([id, { label, ...of }]) => ({
        label: marked(w, id, label),
        options: Object.entries(of).map(([sub, text]) => [sub, marked(w, sub, text)]),
      })),
      userKind: listed(inquiry.userKinds),
      institutionKind: listed(inquiry.institutionKinds),
      prefecture: [{ label: "", options: PREFECTURES[language.lang].split(" ").map((name, at) => [String(at + 1).padStart(2, "0"), name]) }],
    },
  };
}
