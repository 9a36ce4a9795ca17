/** One user of the office: what a manager changes, once it is confirmed. */
import { type Failure, type Member, call } from "../api.ts";
import { byId, fill, onAction, say, show, tell, words } from "../dom.ts";
import { unanswered } from "../flow.ts";
import { freshKey } from "../key.ts";
import { leaveWord } from "../memory.ts";
import { mine, signedOut } from "../mine.ts";
import { replace } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm, complain, ledAway, reason } from "../problems.ts";
import { asksProof, proof } from "../proof.ts";

const ACTS = ["reissue", "manager", "member", "disable", "enable", "remove"] as const;
type Act = (typeof ACTS)[number];

let member: Member;
let wanted: { readonly act: Act; readonly key: string } | undefined;

mine(async () => {
  const outcome = await call("get", "/members");
  if (outcome.kind !== "answer") {
    if (outcome.kind === "problem" && signedOut(outcome.problem)) return;
    return unanswered(outcome);
  }
  const found = outcome.value.members.find(({ id }) => `#${id}` === location.hash);
  if (found === undefined) return back("members.gone");
  member = found;
  const { name, email, role, status, current } = member;
  fill(byId("content"), { name, email, role: words(`myPage.roles.${role}`), status: words(`members.statuses.${status}`) });
  show(byId("own"), current);
  const may: Readonly<Record<Act, boolean>> = {
    reissue: status === "pending",
    manager: role === "member",
    member: role === "manager",
    disable: status !== "disabled",
    enable: status === "disabled",
    remove: true,
  };
  for (const act of ACTS) show(byId(act), may[act]);
});

/** Back to the list, where this is told. */
function back(word: string): void {
  leaveWord(word);
  replace("members");
}

/** Shows what may be done, or the question, and takes the focus there. */
function turnTo(part: HTMLElement): void {
  show(byId("proof"), false);
  for (const one of [byId("choice"), byId("sure")]) show(one, one === part);
  part.querySelector("h2")?.focus();
}

for (const act of ACTS) {
  onAction(act, () => {
    calm();
    wanted = { act, key: freshKey() };
    byId("sure-text").replaceChildren(say(`members.sure.${act}`, { name: member.name }));
    turnTo(byId("sure"));
  });
}
onAction("stop", () => turnTo(byId("choice")));

proof();
onAction("go", () => void pressed(goOn));

async function goOn(): Promise<void> {
  if (wanted === undefined) return;
  const { act, key } = wanted;
  calm();
  tell(say("site.sending"));
  const outcome = await sends(act, member.id, key);
  if (outcome.kind === "answer") return back(`members.done.${act}`);
  if (!asksProof(outcome, goOn)) failed(outcome);
}

function sends(act: Act, id: string, key: string) {
  switch (act) {
    case "reissue":
      return call("post", "/members/{id}/initial-password", undefined, key, id);
    case "remove":
      return call("delete", "/members/{id}", undefined, undefined, id);
    case "manager":
    case "member":
      return call("patch", "/members/{id}", { role: act }, undefined, id);
    case "disable":
    case "enable":
      return call("patch", "/members/{id}", { status: act === "disable" ? "disabled" : "active" }, undefined, id);
  }
}

function failed(failure: Failure): void {
  tell();
  if (failure.kind === "problem") {
    const { problem } = failure;
    if (signedOut(problem)) return;
    // Another change was first: the list shows the present state.
    if (problem.code === "not-found") return back("members.gone");
    if (problem.code === "wrong-step") return back("members.logged");
    if (ledAway(undefined, problem)) return;
  }
  complain(reason(failure));
}
