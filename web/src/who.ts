import { type Me, call } from "./api.ts";
import { byId, fill, say, show, tell } from "./dom.ts";
import { clearTab, markSignedIn, maySignedIn } from "./memory.ts";
import { replace } from "./pages.ts";
import { pressed } from "./press.ts";
import { complain, reason } from "./problems.ts";

/** 「氏名、事業所名」 at the top right. */
export function showWho(me: Me): void {
  const who = byId("who");
  fill(who, { "who-name": me.name, "who-office": me.office.name });
  show(who);
}

/** Logs out: ends the server's session, clears the browser's storage, and hides personal data at once. */
export function logOut(...personal: HTMLElement[]): Promise<void> {
  return pressed(async () => {
    const seen = [byId("who"), ...personal];
    for (const one of seen) show(one, false);
    tell(say("site.sending"));
    const outcome = await call("post", "/logout");
    if (outcome.kind === "answer") {
      forget();
      return replace("logged-out");
    }
    tell();
    for (const one of seen) show(one);
    complain(reason(outcome));
  });
}

/** Removes all personal data from this tab. */
export function forget(): void {
  markSignedIn(false);
  clearTab();
}

/** On public pages: shows the logged-in user, if there may be one. */
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
 * Hides personal data in a page of the back-forward cache. A user who returns to the page, or to its tab, may have
 * logged out elsewhere.
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
