import { type Failure, type Progress, call } from "./api.ts";
import { markSignedIn, remember, remembered } from "./memory.ts";

/** The two procedures that the server keeps. */
export type Flow = "registration" | "login";

/** The screen of each place in a flow. */
const SCREENS: Readonly<Record<Flow, Partial<Record<Progress["next"], string>>>> = {
  registration: {
    "security-code": "registration-security-code",
    otp: "registration-otp",
    profile: "registration-profile",
    confirm: "registration-confirm",
    completed: "registration-completed",
    "already-registered": "registration-already-registered",
  },
  login: { otp: "login-otp", "new-password": "new-password", "my-page": "my-page" },
};

/** The page that this is. */
export const here = document.documentElement.dataset["page"] ?? "";

/** The screen that belongs to a place in a flow. */
export function screenOf(flow: Flow, next: Progress["next"]): string {
  return SCREENS[flow][next] ?? "index";
}

/** Whoever has not got away after so long stays, and may press again. */
const GIVEN_UP = 30_000;

let left = Number.NEGATIVE_INFINITY;
addEventListener("pageshow", () => stay());

/** Whether this page is being left: whatever is pressed until the next one is there has been pressed already. */
export const leaving = (): boolean => performance.now() - left < GIVEN_UP;

function leave(): void {
  left = performance.now();
}

function stay(): void {
  left = Number.NEGATIVE_INFINITY;
  for (const button of document.querySelectorAll("button[type=submit][aria-disabled]")) button.removeAttribute("aria-disabled");
}

/** Goes to a page of this language; what is left behind is not gone back to. */
export function replace(page: string, hash = ""): void {
  leave();
  location.replace(`${page}.html${hash}`);
}

/** Loads this page anew. */
export function reload(): void {
  leave();
  location.reload();
}

/** What stands behind the address of the first screen after a start: a browser without cookies may keep nothing else. */
const STARTED = "#started";

/** Goes to the first screen of a flow; the start stays behind in the history, with the ID in it. */
export function enter(flow: Flow, progress: Progress): void {
  leave();
  hint(flow, progress);
  remember("completed", null);
  location.assign(`${screenOf(flow, progress.next)}.html${STARTED}`);
}

/** Whether this page follows a start that succeeded; asked again, no more. */
export function justStarted(): boolean {
  if (location.hash !== STARTED) return false;
  history.replaceState(history.state, "", location.pathname);
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "navigate";
}

/** Leads to how cookies are allowed where they are blocked, and answers whether they are: without them nothing goes on. */
export function cookiesBlocked(): boolean {
  // `navigator.cookieEnabled` says yes in a Chromium that blocks all of them.
  document.cookie = "probe=1; SameSite=Strict";
  const kept = document.cookie.includes("probe=1");
  document.cookie = "probe=; Max-Age=0; SameSite=Strict";
  if (kept) return false;
  leave();
  location.assign("cookies.html");
  return true;
}

/** Whether there is something left to do in a flow. */
export const unfinished = ({ next }: Progress): boolean => next !== "completed" && next !== "my-page";

/** Remembers that a flow can be gone on with; whether that is still so, the server knows. */
export function hint(flow: Flow, progress: Progress): void {
  remember(`${flow}-begun`, unfinished(progress) ? "1" : null);
}

/** Whether a flow has been begun in this tab, as far as is remembered. */
export const hinted = (flow: Flow): boolean => remembered(`${flow}-begun`) !== null;

/**
 * Goes to where the flow is, and answers what hindered it, if anything did.
 *
 * With `lost`, the answer that would have brought the session may not have come; then it is asked for, and where nobody
 * answers, the page stays so that it can be asked for again.
 */
export async function follow(flow: Flow, progress: Progress, lost: boolean): Promise<Failure | undefined> {
  leave();
  if (progress.next === "my-page") {
    const outcome = lost ? await call("post", "/login/session") : undefined;
    if (outcome?.kind === "problem" && outcome.problem.code === "no-flow") {
      end(flow);
      remember("word", null);
      replace("login", "#ended");
      return undefined;
    }
    if (outcome !== undefined && outcome.kind !== "answer") {
      stay();
      return outcome;
    }
    markSignedIn(true);
  }
  hint(flow, progress);
  replace(screenOf(flow, progress.next));
  return undefined;
}

/** The flow is over: there is nothing to come back to. */
export function end(flow: Flow): void {
  remember(`${flow}-begun`, null);
}

/** The flow has ended by itself; whoever has seen that all of it was done is not sent to begin again. */
export function expired(flow: Flow): void {
  end(flow);
  remember("word", null);
  replace("expired", here === "registration-completed" && remembered("completed") !== null ? "#completed" : `#${flow}`);
}
