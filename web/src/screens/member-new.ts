/** ユーザ新規登録: what a manager types of a colleague. */
import { type Colleague, FIELDS, keepColleague, keptColleague } from "../colleague.ts";
import { byId, fill, say, show } from "../dom.ts";
import { form } from "../form.ts";
import { freshKey } from "../key.ts";
import { remembered, takeWord } from "../memory.ts";
import { mine } from "../mine.ts";
import { goTo } from "../pages.ts";
import { profileRules } from "../profile-values.ts";
import { restores } from "../restore.ts";

const field = (name: string) => byId<HTMLInputElement>(name);
let own = "";

mine(({ members, role, session }, first) => {
  own = session.id;
  fill(byId("content"), { left: Math.max(0, members.limit - members.count), limit: members.limit });
  show(byId("left"), members.count < members.limit);
  show(byId("managers-only"), role !== "manager");
  show(byId("member-new"), role === "manager");
  if (!first) return;
  const kept = keptColleague(own);
  for (const name of FIELDS) field(name).value ||= kept?.[name] ?? "";
  if (remembered("word") !== "problems.email-taken") return;
  takeWord();
  // Found at 登録する: shown here, where it can be corrected, once the field is visible.
  queueMicrotask(() => made.wrong({ email: say("problems.email-taken") }));
});

restores(FIELDS.map(field));

// One key for one confirmation, for all its repetitions.
const keep = () =>
  keepColleague({ ...Object.fromEntries(FIELDS.map((name) => [name, made.value(name)])), session: own, key: freshKey() } as Colleague);
for (const name of FIELDS) field(name).addEventListener("input", keep);

const made = form({
  id: "member-new",
  rules: profileRules,
  send: () => {
    keep();
    goTo("member-confirm");
    return Promise.resolve();
  },
});
