/** 同一組織で新規登録が完了しています, and the ways out. */
import { call } from "../api.ts";
import { byId, fill, onAction, say, show, tell } from "../dom.ts";
import { screen } from "../flow.ts";
import { leaveWord } from "../memory.ts";
import { follow, leaving } from "../pages.ts";
import { calm, complain, ledAway, sentence } from "../problems.ts";
import { dateAndClock } from "../time.ts";

screen("registration", ["already-registered"], (progress) => {
  const may = (what: string) => (progress.allowed as readonly string[]).includes(what);
  fill(byId("content"), { "office-number": progress.office.number, "office-name": progress.office.name });
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

let busy = false;
onAction("reissue", () => {
  if (busy || leaving()) return;
  busy = true;
  calm();
  tell(say("site.sending"));
  void call("post", "/registration/initial-password/reissue")
    .then((outcome) => {
      tell();
      if (outcome.kind === "silence") return complain(say("say.network"));
      if (outcome.kind === "problem") {
        if (!ledAway("registration", outcome.problem)) complain(sentence(outcome.problem, outcome.id));
        return undefined;
      }
      leaveWord("completed.reissueHint");
      return void follow("registration", outcome.value, false);
    })
    .finally(() => {
      busy = false;
    });
});
