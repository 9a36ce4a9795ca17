import { type Html, html } from "../markup.ts";
import type { Page } from "../page.ts";
import { type Writing, action, banner, field, fill, must, onward, pairs } from "../parts.ts";

/** What a field of the inquiry has around its control. */
interface Around {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly control: (attributes: Html) => Html;
}

/** A label with a control other than an input, its hint, and the place for its problem. */
function around(w: Writing, of: Around): Html {
  const required = of.required ?? true;
  const hint = of.hint === undefined ? undefined : `${of.name}-hint`;
  const attributes = html`id="${of.name}" name="${of.name}"${required && html` aria-required="true"`}${hint !== undefined && html` aria-describedby="${hint}" data-described="${hint}"`}`;
  return html`
<div class="field" data-field="${of.name}">
<label for="${of.name}">${w.rich(of.label)} ${required ? must(w) : html`<span class="may">${w.rich(w.t.site.optional)}</span>`}</label>
${of.hint !== undefined && html`<p class="hint" id="${hint}">${w.rich(of.hint)}</p>`}
<p class="wrong" id="${of.name}-wrong" hidden></p>
<div class="control long">${of.control(attributes)}</div>
</div>`;
}

/** A list of choices, in groups if there are any. */
function choice(w: Writing, of: Omit<Around, "control">, choices: Html): Html {
  return around(w, { ...of, control: (attributes) => html`<select ${attributes}><option value="">${spoken(w.t.inquiry.choose)}</option>${choices}</select>` });
}

/** A label without furigana, for where only text can stand. In English its words keep their spaces. */
export const spoken = (text: string): string => text.replace(/\{([^|}]+)\|[^}]+\}/g, "$1");

const optionsOf = (texts: Readonly<Record<string, string>>): Html => html`${Object.entries(texts).map(([value, label]) => html`<option value="${value}">${spoken(label)}</option>`)}`;

/** The categories that are samples: all but the pair of the manual. */
const isSample = (id: string): boolean => !["other", "id-request"].includes(id);

export const marked = (w: Writing, id: string, label: string): string => spoken(label) + (isSample(id) ? spoken(w.t.inquiry.sample) : "");

/** お問い合わせ区分（大カテゴリー） */
const categories = (w: Writing): Html =>
  html`${Object.entries(w.t.inquiry.topics).map(([id, { label }]) => html`<option value="${id}">${marked(w, id, label)}</option>`)}`;

/** お問い合わせ区分（中カテゴリー）, of each category a group. */
const subcategories = (w: Writing): Html =>
  html`${Object.entries(w.t.inquiry.topics).map(
    ([id, { label: group, ...of }]) =>
      html`<optgroup label="${marked(w, id, group)}" data-category="${id}">${Object.entries(of).map(([sub, label]) => html`<option value="${sub}">${marked(w, sub, label)}</option>`)}</optgroup>`,
  )}`;

/** The prefectures, in the order of their numbers. */
export const PREFECTURES = {
  ja: "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県",
  en: "Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba Tokyo Kanagawa Niigata Toyama Ishikawa Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie Shiga Kyoto Osaka Hyogo Nara Wakayama Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima Kagawa Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima Okinawa",
} as const;

const prefectures = (w: Writing): Html =>
  html`${PREFECTURES[w.language.lang].split(" ").map((name, at) => html`<option value="${String(at + 1).padStart(2, "0")}">${name}</option>`)}`;

/** The fields that are shown for confirmation, in the order of the screen. */
const SHOWN = [
  "category", "subcategory", "userKind", "organisationName", "organisationNumber", "institutionKind", "prefecture", "name", "nameKana", "email", "phone", "message",
] as const;

const labelOf = (w: Writing, name: (typeof SHOWN)[number]): string =>
  name === "name" || name === "nameKana" || name === "phone" ? w.t.profile[name] : w.t.inquiry[name];

/** The path of the step that a form calls without scripts. */
export const PLAIN = "/api/v1/inquiries/form";

/**
 * The form of the inquiry, the last way out: the browser itself sends it where no script runs. Until a script controls it, the
 * button of the confirmation is not there; where one does, the button that sends is not.
 */
function plainForm(w: Writing, body: Html): Html {
  const language = w.language.folder === "" ? w.language.lang : w.language.folder.slice(0, -1);
  return html`<form id="inquiry" action="${PLAIN}" method="post" accept-charset="utf-8" novalidate>${body}
<p class="buttons"><button type="submit" class="go" disabled hidden>${w.rich(w.t.inquiry.check)}</button><button type="submit" class="go late" id="plain">${w.rich(w.t.inquiry.send)}</button></p>
<input type="hidden" name="language" value="${language}"></form>`;
}

/** お問い合わせ (R-08 to R-11, R-71, R-72). */
export const inquiry: readonly Page[] = [
  {
    name: "inquiry",
    script: "inquiry",
    // The call itself is made at the confirmation.
    silent: true,
    says: ["fields.required", "fields.too-long", "fields.not-an-email", "fields.not-kana", "fields.not-a-phone", "fields.not-a-choice", "fields.forbidden"],
    title: (w) => w.t.inquiry.title,
    withoutScript: (w) => w.t.inquiry.plain.works,
    body: (w) => html`
<p class="lead">${w.rich(w.t.inquiry.lead)}</p>
<p><strong>${w.rich(w.t.inquiry.secret)}</strong> ${w.rich(w.t.inquiry.attachments)}</p>
${plainForm(
  w,
  html`
${choice(w, { name: "category", label: w.t.inquiry.category, hint: w.t.inquiry.categoryHint }, categories(w))}
${choice(w, { name: "subcategory", label: w.t.inquiry.subcategory }, subcategories(w))}
${choice(w, { name: "userKind", label: w.t.inquiry.userKind }, optionsOf(w.t.inquiry.userKinds))}
${field(w, { name: "organisationName", named: true, label: w.t.inquiry.organisationName, autocomplete: "organization", exact: true, maxlength: 400 })}
${field(w, { name: "organisationNumber", named: true, label: w.t.inquiry.organisationNumber, hint: w.t.inquiry.organisationNumberHint, required: false, exact: true, autocomplete: "off", maxlength: 80, size: "short" })}
<div id="id-request">
${choice(w, { name: "institutionKind", label: w.t.inquiry.institutionKind, required: false }, optionsOf(w.t.inquiry.institutionKinds))}
${choice(w, { name: "prefecture", label: w.t.inquiry.prefecture, required: false }, prefectures(w))}
</div>
${field(w, { name: "name", named: true, label: w.t.profile.name, autocomplete: "name", maxlength: 400 })}
${field(w, { name: "nameKana", named: true, label: w.t.profile.nameKana, hint: w.t.profile.nameKanaHint, autocomplete: "off", maxlength: 400 })}
${field(w, { name: "email", named: true, label: w.t.inquiry.email, hint: w.t.inquiry.emailHint, inputmode: "email", autocomplete: "email", exact: true, maxlength: 320 })}
${field(w, { name: "phone", named: true, label: w.t.profile.phone, type: "tel", exact: true, inputmode: "tel", autocomplete: "tel", maxlength: 64, size: "short" })}
${around(w, {
  name: "message",
  label: w.t.inquiry.message,
  hint: w.t.inquiry.messageHint,
  control: (attributes) => html`<textarea ${attributes} rows="10" autocomplete="off"></textarea>`,
})}
`,
)}`,
  },
  {
    name: "inquiry-confirm",
    script: "inquiry-confirm",
    operations: ["send-inquiry"],
    waits: true,
    title: (w) => w.t.confirm.title,
    body: (w) => html`
<p class="lead">${w.rich(w.t.inquiry.confirmLead)}</p>
${pairs(SHOWN.map((name) => [w.rich(labelOf(w, name)), fill(name)] as const))}
<div id="doubt" class="banner warning" hidden></div>
<p class="buttons">${action(w, "send", w.t.inquiry.send, "go")}${onward(w, "inquiry", w.t.confirm.back, "outline")}</p>`,
  },
  {
    name: "inquiry-received",
    script: "inquiry-received",
    waits: true,
    title: (w) => w.t.inquiry.receivedTitle,
    body: (w) => html`
${banner("success", w.rich(w.t.inquiry.received), html`<p>${w.rich(w.t.inquiry.receiptNumber)} <strong class="receipt">${fill("number")}</strong></p>`)}
<div id="warnings" class="banner warning" hidden></div>
<p>${w.rich(w.t.inquiry.receipt)}</p><p>${w.rich(w.t.inquiry.keep)}</p>
<p class="buttons">${onward(w, "index", w.t.inquiry.home)}${action(w, "print", w.t.site.print)}</p>`,
  },
];
