/** ユーザ登録完了. */
import { type ProgressAt, call } from "../api.ts";
import { actions, byId, fill, onAction, say, show, tell } from "../dom.ts";
import { screen } from "../flow.ts";
import { type Delivery, delivery, watch } from "../mail.ts";
import { remember } from "../memory.ts";
import { follow, leaving } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm, complain, ledAway, reason } from "../problems.ts";
import { ask } from "../resume.ts";
import { clock, dateAndClock, now, secondsUntil } from "../time.ts";

function shows(progress: ProgressAt<"completed">): void {
  const { initialPassword, allowed, office, profile } = progress;
  fill(byId("content"), { "office-number": office.number, "office-name": office.name });
  show(byId("profile"), profile !== undefined);
  if (profile !== undefined) {
    fill(byId("profile"), { department: "", jobTitle: "", ...profile });
    for (const row of byId("profile").querySelectorAll<HTMLElement>(":scope > div")) {
      show(row, row.querySelector("dd")?.textContent !== "");
    }
  }
  const may = (what: string) => (allowed as readonly string[]).includes(what);
  for (const button of actions("resend")) show(button, may("resend-initial-password"));
  for (const button of actions("reissue")) show(button, may("reissue-initial-password"));
  show(byId("reissue-hint"), may("reissue-initial-password"));
  show(byId("password-mail"), initialPassword !== undefined);
  if (initialPassword === undefined) return;
  fill(byId("password-mail"), { sentTo: initialPassword.sentTo, until: dateAndClock(initialPassword.expiresAt) });
  show(byId("expired"), secondsUntil(initialPassword.expiresAt) <= 0);
  watch(initialPassword.delivery, asksAgain);
}

/** What became of the mail; where the person has logged in meanwhile, or another office's member has, the page says so. */
async function asksAgain(): Promise<Delivery | undefined> {
  const outcome = await ask("registration");
  if (outcome.kind !== "answer" || leaving()) return undefined;
  const progress = outcome.value;
  if (progress.next !== "completed") {
    await follow("registration", progress, true);
    return undefined;
  }
  if (progress.initialPassword === undefined) shows(progress);
  return progress.initialPassword?.delivery;
}

/** So often, in seconds, the page asks again after its mail has arrived. */
const AGAIN_AFTER = 60;
setInterval(() => {
  if (document.hidden || leaving()) return;
  void asksAgain().then((state) => state && delivery(state));
}, AGAIN_AFTER * 1000);

screen("registration", ["completed"], (progress) => {
  remember("draft", null);
  remember("completed", "1");
  shows(progress);
});

async function sends(path: "/registration/initial-password/resend" | "/registration/initial-password/reissue"): Promise<void> {
  calm();
  tell(say("site.sending"));
  const outcome = await call("post", path);
  tell();
  if (outcome.kind !== "answer") {
    if (outcome.kind !== "problem" || !ledAway("registration", outcome.problem)) complain(reason(outcome));
    return;
  }
  if (outcome.value.next !== "completed") return void (await follow("registration", outcome.value, true));
  shows(outcome.value);
  tell(say(path.endsWith("resend") ? "say.passwordResent" : "say.reissued", { at: clock(now()) }));
}
onAction("resend", () => void pressed(() => sends("/registration/initial-password/resend")));
onAction("reissue", () => void pressed(() => sends("/registration/initial-password/reissue")));
