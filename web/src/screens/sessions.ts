/** セッション: the browsers in which the person is logged in, and the end of each. */
import { type Failure, call } from "../api.ts";
import { byId, fill, onAction, say, show, tell, words } from "../dom.ts";
import { unanswered } from "../flow.ts";
import { mine, signedOut } from "../mine.ts";
import { pressed } from "../press.ts";
import { calm, complain, ledAway, reason } from "../problems.ts";
import { dateAndClock } from "../time.ts";

const list = byId("sessions");
const row = byId<HTMLTemplateElement>("session");

const again = mine(async () => {
  const outcome = await call("get", "/sessions");
  if (outcome.kind !== "answer") {
    if (outcome.kind === "problem" && signedOut(outcome.problem)) return;
    return unanswered(outcome);
  }
  const { sessions } = outcome.value;
  list.replaceChildren(
    ...sessions.map((session, index) => {
      const item = document.importNode(row.content, true);
      const device = session.device === "" ? words("sessions.unknown") : session.device;
      fill(item, { device, created: dateAndClock(session.createdAt), seen: dateAndClock(session.lastSeenAt) });
      show(item.querySelector<HTMLElement>(".current"), session.current);
      const button = item.querySelector("button");
      const heading = item.querySelector(".name");
      // Each button says which session it ends.
      if (heading) heading.id = `session-${index}`;
      button?.setAttribute("aria-describedby", `session-${index}`);
      show(item.querySelector<HTMLElement>(".buttons"), !session.current);
      button?.addEventListener("click", () => void pressed(() => end(session.id)));
      return item;
    }),
  );
  show(byId("others"), sessions.length > 1);
});

function sending(): void {
  calm();
  tell(say("site.sending"));
}

async function end(id: string): Promise<void> {
  sending();
  const outcome = await call("delete", "/sessions/{id}", undefined, undefined, id);
  // An already ended session is a success.
  if (outcome.kind === "answer" || (outcome.kind === "problem" && outcome.problem.code === "not-found")) return await ended();
  failed(outcome);
}

async function ended(): Promise<void> {
  await again();
  // The focus went with the button.
  byId("main").focus();
  tell(say("sessions.ended"));
}

function failed(failure: Failure): void {
  tell();
  if (failure.kind === "problem" && (signedOut(failure.problem) || ledAway(undefined, failure.problem))) return;
  complain(reason(failure));
}

onAction("end-others", () =>
  void pressed(async () => {
    sending();
    const outcome = await call("delete", "/sessions");
    if (outcome.kind === "answer") await ended();
    else failed(outcome);
  }),
);
