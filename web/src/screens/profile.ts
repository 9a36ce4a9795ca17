/** 新規ユーザ登録情報の入力. */
import { call } from "../api.ts";
import { byId, fill, say, show, tell } from "../dom.ts";
import { type Draft, draftOf, keepDraft } from "../draft.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { remembered, takeWord } from "../memory.ts";
import { follow } from "../pages.ts";
import { plusAddress, profileRules } from "../profile-values.ts";
import { restores } from "../restore.ts";

const FIELDS = ["email", "name", "nameKana", "department", "jobTitle", "phone"] as const;
const field = (name: string) => byId<HTMLInputElement>(name);

let office = "";

/** What allows a profile: a new registration, a correction of an unused one, a take-over. */
const ENTERS: readonly string[] = ["profile", "correct-profile", "complete-take-over"];

screen("registration", ["profile", "confirm", "already-registered", "completed"], (progress, first) => {
  if (!(progress.allowed as readonly string[]).some((word) => ENTERS.includes(word))) {
    void follow("registration", progress, true);
    return;
  }
  office = progress.office.number;
  fill(byId("content"), { "office-number": office, "office-name": progress.office.name });
  if (!first) return void fillIn(draftOf(office));
  if (remembered("word") === "problems.email-taken") {
    takeWord();
    // Found at 登録する: shown here, where it can be corrected, once the field is visible.
    queueMicrotask(() => made.wrong({ email: say("problems.email-taken") }));
  }
  if ("voided" in progress && progress.voided) tell(say("profile.voided", { email: progress.voided.emailMasked }));
  else if (fillIn({ ...("profile" in progress ? progress.profile : {}), ...draftOf(office) })) tell(say("profile.restored"));
});

/** Fills empty fields with known values; returns whether there are any. */
function fillIn(known: Draft): boolean {
  for (const name of FIELDS) if (field(name).value === "") field(name).value = known[name] ?? "";
  return FIELDS.some((name) => (known[name] ?? "") !== "");
}

restores(FIELDS.map(field));

// One address belongs to one office: where it is known to work, one mailbox serves two.
field("email").addEventListener("change", () => {
  const suggestion = plusAddress(field("email").value, office);
  const hint = byId("email-plus");
  show(hint, suggestion !== undefined);
  if (suggestion) fill(hint, { suggestion });
});

function keep(): void {
  keepDraft(office, Object.fromEntries(FIELDS.map((name) => [name, field(name).value])));
}
for (const name of FIELDS) field(name).addEventListener("input", keep);

const made = form({
  id: "profile",
  flow: "registration",
  rules: profileRules,
  send: async (form) => {
    keep();
    const { department, jobTitle } = { department: form.value("department"), jobTitle: form.value("jobTitle") };
    const outcome = await call("put", "/registration/profile", {
      email: form.value("email"),
      name: form.value("name"),
      nameKana: form.value("nameKana"),
      phone: form.value("phone"),
      ...(department === "" ? {} : { department }),
      ...(jobTitle === "" ? {} : { jobTitle }),
    });
    if (outcome.kind === "answer") return void (await follow("registration", outcome.value, false));
    form.refused(outcome);
  },
});
