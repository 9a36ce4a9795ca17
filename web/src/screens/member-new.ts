/** ユーザ新規登録: what a manager types of a colleague. */
import { FIELDS, keepColleague, keptColleague } from "../colleague.ts";
import { byId, fill, say, show } from "../dom.ts";
import { form } from "../form.ts";
import { freshKey } from "../key.ts";
import { remembered, takeWord } from "../memory.ts";
import { mine } from "../mine.ts";
import { goTo } from "../pages.ts";
import { profileRules } from "../profile-values.ts";

mine(({ members, role }, first) => {
  fill(byId("content"), { left: Math.max(0, members.limit - members.count), limit: members.limit });
  show(byId("left"), members.count < members.limit);
  show(byId("managers-only"), role !== "manager");
  show(byId("member-new"), role === "manager");
  if (!first) return;
  const kept = keptColleague();
  for (const name of FIELDS) byId<HTMLInputElement>(name).value ||= kept?.[name] ?? "";
  if (remembered("word") !== "problems.email-taken") return;
  takeWord();
  // Found at 登録する: shown here, where it can be corrected, once the field is visible.
  queueMicrotask(() => made.wrong({ email: say("problems.email-taken") }));
});

const made = form({
  id: "member-new",
  rules: profileRules,
  send: ({ value }) => {
    const typed = Object.fromEntries(FIELDS.map((name) => [name, value(name)])) as Record<(typeof FIELDS)[number], string>;
    // One key for one confirmation, for all its repetitions.
    keepColleague({ ...typed, key: freshKey() });
    goTo("member-confirm");
    return Promise.resolve();
  },
});
