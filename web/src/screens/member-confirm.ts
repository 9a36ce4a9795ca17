/** ユーザ新規登録: what was typed is confirmed, and the colleague is added. */
import { call } from "../api.ts";
import { type Colleague, FIELDS, keepColleague, keptColleague } from "../colleague.ts";
import { byId, fill, onAction, say, tell, words } from "../dom.ts";
import { leaveWord } from "../memory.ts";
import { mine, signedOut } from "../mine.ts";
import { replace } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm, complain, ledAway, reason } from "../problems.ts";
import { asksProof, proof } from "../proof.ts";

let colleague: Colleague | undefined;

mine(({ session }) => {
  colleague = keptColleague(session.id);
  if (colleague === undefined) return replace("member-new");
  const shown = colleague;
  fill(byId("content"), Object.fromEntries(FIELDS.map((name) => [name, shown[name] || words("confirm.none")])));
});

proof();
onAction("register", () => void pressed(registers));

async function registers(): Promise<void> {
  if (colleague === undefined) return;
  calm();
  tell(say("site.sending"));
  const { key, session: _, ...typed } = colleague;
  const outcome = await call("post", "/members", typed, key);
  if (outcome.kind === "answer") {
    keepColleague(null);
    leaveWord("members.done.added");
    return replace("members");
  }
  if (asksProof(outcome, registers)) return;
  tell();
  if (outcome.kind === "problem") {
    const { problem } = outcome;
    if (signedOut(problem)) return;
    if (problem.code === "email-taken" || problem.code === "invalid-fields") {
      leaveWord(`problems.${problem.code}`);
      return replace("member-new");
    }
    if (ledAway(undefined, problem)) return;
  }
  complain(reason(outcome));
}
