/** マイページ. */
import { type Me, call } from "../api.ts";
import { byId, fill, has, onAction, say, show, tell, words } from "../dom.ts";
import { reveal, unanswered, waiting } from "../flow.ts";
import { markSignedIn, takeWord } from "../memory.ts";
import { replace } from "../pages.ts";
import { clock, dateAndClock, secondsUntil } from "../time.ts";
import { forget, logOut, onReturn, showWho } from "../who.ts";

/** The warning stands so long before a session ends: enough to read it and to press a button (WCAG 2.2.1). */
const WARNED = 120;

const dialog = byId<HTMLDialogElement>("ending");
/** Safari before 15.4 knows no dialogs: there the warning stands open in the page, and closing it is said by us. */
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

/** Says until when the session lives, warns before its end, and leaves when it is over. */
function lives(me: Me): void {
  timers.forEach(clearTimeout);
  timers = [];
  const { idleExpiresAt, expiresAt } = me.session;
  const end = idleExpiresAt < expiresAt ? idleExpiresAt : expiresAt;
  fill(byId("until"), { at: clock(end) });
  const left = secondsUntil(end);
  const warn = (minutes: number) => byId("ending-text").replaceChildren(say("myPage.end", { minutes }));
  at(left - WARNED, () => {
    // An end that cannot be put off is warned of once.
    if (end === expiresAt && warned) return;
    warned = end === expiresAt;
    warn(Math.max(1, Math.ceil(secondsUntil(end) / 60)));
    if (!isOpen()) open();
  });
  at(left - WARNED / 2, () => warn(1));
  at(left + 1, () => void over());
}

/** The time is over by this page's clock; another tab may have gone on. */
async function over(): Promise<void> {
  const outcome = await call("get", "/me");
  if (outcome.kind === "answer") {
    close();
    shows(outcome.value, false);
    return;
  }
  if (outcome.kind === "problem" && outcome.problem.code === "no-session") {
    forget();
    replace("logged-out", "#ended");
    return;
  }
  // Nobody knows whether it is over: nothing personal stays in sight, and nobody is told that it is.
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
onReturn(
  () => {
    show(byId("content"), false);
    show(byId("who"), false);
  },
  () => {
    // An open warning waits for its own answer.
    if (!isOpen()) void load();
  },
);

onAction("logout", () => void logOut(byId("content")));
onAction("leave", () => {
  // Where nobody answers, that has to be seen and heard, and the dialog would stand before it.
  leaves = true;
  close();
  void logOut(byId("content"));
});
onAction("print", () => print());
onAction("stay", close);
// Escape, too, means: go on.
dialog.addEventListener("close", () => {
  if (leaves) {
    leaves = false;
    return;
  }
  void call("get", "/me").then((outcome) => {
    if (outcome.kind !== "answer") return over();
    lives(outcome.value);
    tell(say("myPage.stayed"));
    return undefined;
  });
});
