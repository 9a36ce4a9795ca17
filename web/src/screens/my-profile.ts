/** 登録情報の変更. */
import { call } from "../api.ts";
import { byId } from "../dom.ts";
import { type Draft, draftOf, keepDraft } from "../draft.ts";
import { form } from "../form.ts";
import { leaveWord } from "../memory.ts";
import { mine } from "../mine.ts";
import { replace } from "../pages.ts";
import { profileRules } from "../profile-values.ts";
import { restores } from "../restore.ts";

const FIELDS = ["name", "nameKana", "department", "jobTitle", "phone"] as const;
const field = (name: string) => byId<HTMLInputElement>(name);

let session = "";

mine((me, first) => {
  session = me.session.id;
  if (!first) return;
  // On the way back, or after a reload, what was typed and not sent counts; on a new visit, what is stored.
  const came = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type ?? "navigate";
  const typed = came === "navigate" ? {} : draftOf(session);
  for (const name of FIELDS) field(name).value = typed[name] ?? me[name] ?? "";
  keep();
});

restores(FIELDS.map(field));

function keep(): void {
  keepDraft(session, Object.fromEntries(FIELDS.map((name) => [name, field(name).value])) as Draft);
}
for (const name of FIELDS) field(name).addEventListener("input", keep);

const { email: _, ...rules } = profileRules;
form({
  id: "my-profile",
  rules,
  send: async (form) => {
    const typed = Object.fromEntries(FIELDS.map((name) => [name, form.value(name)]));
    const outcome = await call("patch", "/me", typed);
    if (outcome.kind !== "answer") return form.refused(outcome);
    leaveWord("myPage.told.profile");
    replace("my-page");
  },
});
