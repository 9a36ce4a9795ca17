/** 登録情報の変更. */
import { call } from "../api.ts";
import { byId } from "../dom.ts";
import { form } from "../form.ts";
import { leaveWord } from "../memory.ts";
import { mine } from "../mine.ts";
import { replace } from "../pages.ts";
import { profileRules } from "../profile-values.ts";

const FIELDS = ["name", "nameKana", "department", "jobTitle", "phone"] as const;
const field = (name: string) => byId<HTMLInputElement>(name);

mine((me, first) => {
  if (first) for (const name of FIELDS) field(name).value = me[name] ?? "";
});

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
