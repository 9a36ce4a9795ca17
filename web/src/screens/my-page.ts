/** マイページ. */
import { type Me, call } from "../api.ts";
import { byId, fill, has, onAction, say, show, tell, words } from "../dom.ts";
import { reveal, unanswered, waiting } from "../flow.ts";
import { markSignedIn, takeWord } from "../memory.ts";
import { isAnothers } from "../mine.ts";
import { replace } from "../pages.ts";
import { staysTrue } from "../stays-true.ts";
import { pressed } from "../press.ts";
import { calm, complain, reason } from "../problems.ts";
import { clock, dateAndClock, secondsUntil } from "../time.ts";
import { forget, logOut, onReturn, showWho } from "../who.ts";

/** The time of the warning before a session ends: enough to read it and to press a button (WCAG 2.2.1). */
const WARNED = 120;

const dialog = byId<HTMLDialogElement>("ending");
/** Safari before 15.4 has no dialogs: there the warning is shown in the page, and this code closes it. */
const modal = Boolean(dialog.showModal as unknown);
const isOpen = () => dialog.hasAttribute("open");
function open(): void {
  if (modal) return dialog.showModal();
  dialog.setAttribute("open", "");
  dialog.querySelector("button")?.focus();
}
function close(): void {
  if (modal) return dialog.close();
  if (!isOpen()) return;
  dialog.removeAttribute("open");
  dialog.dispatchEvent(new Event("close"));
}

let warned = false;
let timers: ReturnType<typeof setTimeout>[] = [];
const at = (seconds: number, act: () => void) => timers.push(setTimeout(act, Math.max(0, seconds) * 1000));

function shows(me: Me, first: boolean): void {
  showWho(me);
  const { members } = me;
  fill(byId("content"), {
    ...fillsOf(me),
    count: members.count,
    limit: members.limit,
    left: Math.max(0, members.limit - members.count),
  });
  show(byId("users-left"), members.count < members.limit);
  show(byId("users-full"), members.count >= members.limit);
  show(byId("new-user"), members.count < members.limit && me.role === "manager");
  const { takeOver } = me.office;
  show(byId("take-over"), takeOver !== undefined);
  if (takeOver !== undefined) fill(byId("take-over"), { from: dateAndClock(takeOver.from) });
  lives(me);
  show(byId("content"));
  if (!first) return;
  const word = takeWord();
  show(byId("done"), word === "changed");
  reveal();
  if (word !== null && has(word)) tell(say(word));
}

function fillsOf(me: Me): Record<string, string> {
  return {
    name: me.name,
    nameKana: me.nameKana,
    email: me.email,
    phone: me.phone,
    department: me.department ?? "",
    jobTitle: me.jobTitle ?? "",
    role: words(`myPage.roles.${me.role}`),
    "office-name": me.office.name,
    "office-number": me.office.number,
    "last-login": me.lastLoginAt === undefined ? words("myPage.noLastLogin") : dateAndClock(me.lastLoginAt),
  };
}

/** Shows the end of the session, warns before it, and leaves the page when it is over. */
function lives(me: Me): void {
  timers.forEach(clearTimeout);
  timers = [];
  const { idleExpiresAt, expiresAt } = me.session;
  const end = idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt;
  fill(byId("until"), { at: clock(end) });
  const left = secondsUntil(end);
  const warn = (minutes: number) => byId("ending-text").replaceChildren(say("myPage.end", { minutes }));
  at(left - WARNED, () => {
    // An end that cannot be extended gets one warning.
    if (end === expiresAt && warned) return;
    warned = end === expiresAt;
    warn(Math.max(1, Math.ceil(secondsUntil(end) / 60)));
    if (!isOpen()) open();
  });
  at(left - WARNED / 2, () => warn(1));
  at(left + 1, () => void over());
}

/** The time is over by this page's clock; another tab may have extended it. */
async function over(): Promise<void> {
  const outcome = await call("get", "/me");
  if (outcome.kind === "answer") {
    close();
    if (isAnothers(outcome.value)) return;
    shows(outcome.value, false);
    return;
  }
  if (outcome.kind === "problem" && outcome.problem.code === "no-session") {
    forget();
    replace("logged-out", "#ended");
    return;
  }
  // It is unknown whether the session is over: personal data is hidden, without a message that it has ended.
  if (isOpen()) {
    leaves = true;
    close();
  }
  show(byId("content"), false);
  unanswered(outcome);
}

let leaves = false;
let first = true;
async function load(): Promise<void> {
  waiting();
  const outcome = await call("get", "/me");
  if (outcome.kind === "answer") {
    if (isAnothers(outcome.value)) return;
    markSignedIn(true);
    shows(outcome.value, first);
    first = false;
    return;
  }
  if (outcome.kind === "problem" && outcome.problem.code === "no-session") {
    forget();
    replace("login", "#ended");
    return;
  }
  if (!byId("content").hidden) return;
  unanswered(outcome);
}
void load();
// An open warning has its own request.
const again = async () => void (isOpen() || (await load()));
onReturn(
  () => {
    show(byId("content"), false);
    show(byId("who"), false);
  },
  () => void again(),
);
staysTrue(again);

onAction("stop-take-over", () => {
  if (confirm(words("myPage.stopTakeOverAsk"))) void pressed(stopTakeOver);
});

async function stopTakeOver(): Promise<void> {
  calm();
  const outcome = await call("delete", "/office/take-over");
  const isOver = outcome.kind === "problem" && outcome.problem.code === "not-found";
  if (outcome.kind !== "answer" && !isOver) {
    if (outcome.kind === "problem" && outcome.problem.code === "no-session") return over();
    return complain(reason(outcome));
  }
  await load();
  tell(say(isOver ? "myPage.takeOverOver" : "myPage.takeOverStopped"));
}

onAction("logout", () => void logOut(byId("content")));
onAction("leave", () => {
  // Without an answer the failure must be visible and announced, and the dialog would cover it.
  leaves = true;
  close();
  void logOut(byId("content"));
});
onAction("print", () => print());
onAction("stay", close);
// Escape also extends the session.
dialog.addEventListener("close", () => {
  if (leaves) {
    leaves = false;
    return;
  }
  void call("get", "/me").then((outcome) => {
    if (outcome.kind !== "answer") return over();
    if (isAnothers(outcome.value)) return;
    lives(outcome.value);
    tell(say("myPage.stayed"));
    return undefined;
  });
});
