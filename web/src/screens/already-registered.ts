/** 同一組織で新規登録が完了しています, and the ways to continue. */
import { call } from "../api.ts";
import { byId, fill, onAction, say, show, tell } from "../dom.ts";
import { screen } from "../flow.ts";
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
});

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
