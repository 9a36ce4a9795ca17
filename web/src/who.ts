import { type Me, call } from "./api.ts";
import { byId, fill, say, show } from "./dom.ts";
import { markSignedIn, maySignedIn, remember, remembered } from "./memory.ts";
import { replace } from "./pages.ts";
import { complain } from "./problems.ts";

/** 「氏名、事業所名」 at the top right. */
export function showWho(me: Me): void {
  const who = byId("who");
  fill(who, { "who-name": me.name, "who-office": me.office.name });
  show(who);
}

/** Logs out: the server's session ends, and whatever this browser remembers. */
export async function logOut(): Promise<void> {
  const outcome = await call("post", "/logout");
  if (outcome.kind !== "answer") return complain(say("say.network"));
  forget();
  replace("logged-out");
}

/** Nothing of the person stays in this tab. */
export function forget(): void {
  markSignedIn(false);
  for (const key of ["draft", "registration-until", "login-until", "word", "terms-read", "account", "confirm-key", "completed"]) remember(key, null);
}

/** On pages that anybody may read: shows who is logged in, if somebody may be. */
export async function whoReads(): Promise<boolean> {
  if (!maySignedIn()) return false;
  const outcome = await call("get", "/me");
  if (outcome.kind === "answer") {
    showWho(outcome.value);
    return true;
  }
  if (outcome.kind === "problem" && outcome.problem.code === "no-session") markSignedIn(false);
  return false;
}

/**
 * A page that the browser keeps in its memory keeps nothing of the person in sight, and somebody who comes back to it,
 * or to its tab, may have logged out elsewhere.
 */
export function onReturn(hide: () => void, again: () => void): void {
  addEventListener("pagehide", (event) => {
    if (event.persisted) hide();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) again();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) again();
  });
}

/** A flow that this tab has begun and that may be gone on with, and until when. */
export function begun(flow: "registration" | "login"): string | undefined {
  const until = remembered(`${flow}-until`);
  return until !== null && Date.parse(until) > Date.now() ? until : undefined;
}
