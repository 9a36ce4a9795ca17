/** 同一組織で新規登録が完了しています, and the ways to continue. */
import { type Outcome, type Progress, call } from "../api.ts";
import { actions, byId, fill, onAction, say, show, tell, words } from "../dom.ts";
import { screen } from "../flow.ts";
import { freshKey } from "../key.ts";
import { leaveWord } from "../memory.ts";
import { follow } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm, complain, ledAway, reason } from "../problems.ts";
import { dateAndClock } from "../time.ts";

screen("registration", ["already-registered"], (progress, first) => {
  const may = (what: string) => (progress.allowed as readonly string[]).includes(what);
  fill(byId("content"), { "office-number": progress.office.number, "office-name": progress.office.name });
  if (first && progress.voided) tell(say("profile.voided", { email: progress.voided.emailMasked }));
  byId("members").replaceChildren(
    ...progress.members.map((member) => {
      const item = document.createElement("li");
      item.append(
        member.emailMasked,
        "　",
        say("alreadyRegistered.registered", { at: dateAndClock(member.registeredAt) }),
        "　",
        say(member.pending ? "alreadyRegistered.pending" : "alreadyRegistered.active"),
      );
      return item;
    }),
  );
  show(byId("may-reissue"), may("reissue-initial-password"));
  show(byId("may-correct"), may("correct-profile"));
  const takeOver = progress.takeOver;
  const underWay = takeOver !== undefined && takeOver.state !== "stopped";
  // Where a member has ever logged in, and only there, a take-over is possible, under way, or used up.
  const known = may("take-over") || takeOver !== undefined || (!may("reissue-initial-password") && !may("correct-profile"));
  show(byId("take-over"), known);
  const state = byId("take-over-state");
  if (takeOver === undefined) state.replaceChildren(...(may("take-over") || !known ? [] : [say("alreadyRegistered.takeOverSpent")]));
  else {
    const fills = { from: dateAndClock(takeOver.from), until: dateAndClock(takeOver.until) };
    state.replaceChildren(say(STATES[takeOver.state], fills));
  }
  show(byId("take-over-text"), !underWay);
  show(byId("may-complete"), may("complete-take-over"));
  for (const button of actions("take-over")) show(button, may("take-over"));
  for (const button of actions("withdraw")) show(button, underWay);
});

/** What each state of a take-over says. */
const STATES = {
  waiting: "alreadyRegistered.takeOverWaiting",
  open: "alreadyRegistered.takeOverOpen",
  completing: "alreadyRegistered.takeOverCompleting",
  stopped: "alreadyRegistered.takeOverStopped",
} as const;

// One wish, however often it is pressed.
let wish = freshKey();

onAction("take-over", () => void changes("alreadyRegistered.takeOverAsk", () => call("post", "/registration/take-over", undefined, wish)));
onAction("withdraw", () =>
  void changes("alreadyRegistered.withdrawAsk", () => call("delete", "/registration/take-over"), "alreadyRegistered.takeOverWithdrawn"),
);

/** Changes the take-over if the person confirms it, and shows the screen anew. */
async function changes(
  question: "alreadyRegistered.takeOverAsk" | "alreadyRegistered.withdrawAsk",
  send: () => Promise<Outcome<Progress>>,
  done?: "alreadyRegistered.takeOverWithdrawn",
): Promise<void> {
  if (!confirm(words(question))) return;
  await pressed(async () => {
    calm();
    tell(say("site.sending"));
    const outcome = await send();
    tell();
    if (outcome.kind !== "answer") {
      if (outcome.kind !== "problem" || !ledAway("registration", outcome.problem)) complain(reason(outcome));
      return;
    }
    wish = freshKey();
    if (done !== undefined) leaveWord(done);
    await follow("registration", outcome.value, false);
  });
}

onAction("reissue", () =>
  void pressed(async () => {
    calm();
    tell(say("site.sending"));
    const outcome = await call("post", "/registration/initial-password/reissue");
    tell();
    if (outcome.kind !== "answer") {
      if (outcome.kind !== "problem" || !ledAway("registration", outcome.problem)) complain(reason(outcome));
      return;
    }
    leaveWord("completed.reissued");
    await follow("registration", outcome.value, false);
  }),
);
