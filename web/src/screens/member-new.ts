/** ユーザ新規登録: a manager adds a colleague, and confirms what was typed. */
import { call } from "../api.ts";
import { byId, fill, onAction, show, tell, words } from "../dom.ts";
import { form } from "../form.ts";
import { freshKey } from "../key.ts";
import { leaveWord } from "../memory.ts";
import { mine, signedOut } from "../mine.ts";
import { replace } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm } from "../problems.ts";
import { profileRules } from "../profile-values.ts";
import { asksProof, proof } from "../proof.ts";

let typed = { email: "", name: "", nameKana: "", department: "", jobTitle: "", phone: "" };
/** One key for what is confirmed, for all repetitions. */
let key = "";

mine((me) => {
  const isFull = me.members.count >= me.members.limit;
  fill(byId("content"), { left: Math.max(0, me.members.limit - me.members.count), limit: me.members.limit });
  show(byId("left"), !isFull);
  show(byId("managers-only"), me.role !== "manager");
  if (me.role !== "manager") show(byId("entry"), false);
});

function turnTo(part: HTMLElement): void {
  show(byId("proof"), false);
  for (const one of [byId("entry"), byId("check")]) show(one, one === part);
}

const entry = form({
  id: "member-new",
  rules: profileRules,
  send: (form) => {
    const value = form.value;
    typed = {
      email: value("email"),
      name: value("name"),
      nameKana: value("nameKana"),
      department: value("department"),
      jobTitle: value("jobTitle"),
      phone: value("phone"),
    };
    key = freshKey();
    const none = words("members.none");
    fill(byId("check"), { ...typed, department: typed.department || none, jobTitle: typed.jobTitle || none });
    tell();
    turnTo(byId("check"));
    byId("check-title").focus();
    history.pushState("check", "");
    return Promise.resolve();
  },
});

// The browser's own way back leads to the form, too, with everything in it.
addEventListener("popstate", () => {
  calm();
  turnTo(byId("entry"));
});
onAction("back", () => history.back());

proof();
onAction("register", () => void pressed(registers));

async function registers(): Promise<void> {
  calm();
  const outcome = await call("post", "/members", typed, key);
  if (outcome.kind === "answer") {
    leaveWord("members.done.added");
    return replace("members");
  }
  if (asksProof(outcome, registers)) return;
  if (outcome.kind === "problem" && signedOut(outcome.problem)) return;
  const atField = outcome.kind === "problem" && ["email-taken", "invalid-fields"].includes(outcome.problem.code);
  if (atField) turnTo(byId("entry"));
  entry.refused(outcome);
}
