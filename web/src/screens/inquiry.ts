/** お問い合わせの入力. */
import { byId, say, show, tell, words } from "../dom.ts";
import { form } from "../form.ts";
import { FIELDS, type Name, keepInquiry, keptInquiry } from "../inquiry.ts";
import { freshKey } from "../key.ts";
import { remembered } from "../memory.ts";
import { goTo } from "../pages.ts";
import { profileRules } from "../profile-values.ts";
import { wanted } from "../values.ts";

const field = (name: Name) => byId<HTMLInputElement>(name);
const chosen = (name: Name) => (byId(name) as HTMLElement as HTMLSelectElement).selectedOptions[0]?.text ?? "";
const groups = [...byId("subcategory").querySelectorAll("optgroup")];

/** The subcategories are those of the category; the further fields are those of an application for an ID. */
function follow(): void {
  const category = field("category").value;
  const subcategory = byId<HTMLElement>("subcategory") as HTMLElement as HTMLSelectElement;
  const before = subcategory.value;
  for (const group of groups) {
    if (group.dataset["category"] === category) subcategory.append(group);
    else group.remove();
  }
  if (subcategory.value !== before) subcategory.value = "";
  show(byId("id-request"), subcategory.value === "id-request");
}
for (const name of ["category", "subcategory"] as const) field(name).addEventListener("change", follow);

// Here the answers are confirmed first; without scripts the other button sends them as they are.
byId("plain").remove();
show(document.querySelector<HTMLElement>("#inquiry button[type=submit]"));

const choice = { check: wanted };
const made = form({
  id: "inquiry",
  rules: {
    category: choice,
    subcategory: choice,
    userKind: choice,
    organisationName: profileRules.name,
    organisationNumber: profileRules.department,
    institutionKind: { check: () => undefined },
    prefecture: { check: () => undefined },
    name: profileRules.name,
    nameKana: profileRules.nameKana,
    email: profileRules.email,
    phone: profileRules.phone,
    // A line end is one character, here and for the server.
    message: { right: (typed) => typed.trim(), check: (value) => wanted(value) ?? (value.length > 16_000 ? "too-long" : undefined) },
  },
  send: () => {
    keep();
    goTo("inquiry-confirm");
    return Promise.resolve();
  },
});

// One key for one confirmation, for all its repetitions.
function keep(): void {
  const labels = Object.fromEntries(
    (["category", "subcategory", "userKind", "institutionKind", "prefecture"] as const).map((name) => [name, field(name).value && chosen(name)]),
  );
  keepInquiry({ typed: Object.fromEntries(FIELDS.map((name) => [name, made.value(name)])) as Record<Name, string>, labels, key: freshKey() });
}
for (const name of FIELDS) {
  field(name).addEventListener("input", keep);
  field(name).addEventListener("change", keep);
}

// A link may name both levels: `#other.id-request`.
const [category = "", subcategory = ""] = location.hash.slice(1).split(".");

/** Fills fields that are empty: at first, and where the browser has emptied them in its back-forward cache. */
function fillIn(): void {
  const kept = keptInquiry()?.typed;
  const known: Partial<Record<Name, string>> = { ...kept, ...(category === "" ? {} : { category, subcategory }) };
  field("category").value ||= known.category ?? "";
  follow();
  for (const name of FIELDS) field(name).value ||= known[name] ?? "";
  follow();
  // The number of the problem that led here, to quote it.
  const id = remembered("problem-id");
  if (id !== null) field("message").value ||= `${words("inquiry.about", { id })}\n`;
  if (kept !== undefined) tell(say("profile.restored"));
}
fillIn();
addEventListener("pageshow", (event) => event.persisted && fillIn());

// What the server found wrong at the confirmation is shown here, where it can be corrected.
const wrong = keptInquiry()?.wrong;
if (wrong !== undefined) made.refused(wrong);
