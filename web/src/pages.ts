import { type Failure, type Progress, call } from "./api.ts";
import { markSignedIn, remember, remembered } from "./memory.ts";

/** The three kinds of flow, each with the name of its path. */
export type Flow = "registration" | "login" | "password-reset";

/** The page of each `next` of a flow. */
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
  "password-reset": { otp: "password-reset-otp", "new-password": "password-reset-password", done: "password-reset-done" },
};

/** The present page. */
export const here = document.documentElement.dataset["page"] ?? "";

/** The page of a `next`. */
export function screenOf(flow: Flow, next: Progress["next"]): string {
  return SCREENS[flow][next] ?? "index";
}

/** After this time without leaving the page, buttons work again. */
const GIVEN_UP = 30_000;

let left = Number.NEGATIVE_INFINITY;
addEventListener("pageshow", () => stay());

/** Whether this page is being left: further presses are ignored until the next one is shown. */
export const leaving = (): boolean => performance.now() - left < GIVEN_UP;

function leave(): void {
  left = performance.now();
}

function stay(): void {
  left = Number.NEGATIVE_INFINITY;
  for (const button of document.querySelectorAll("button[type=submit][aria-disabled]")) button.removeAttribute("aria-disabled");
}

/** Goes to a page of this language, and replaces the history entry. */
export function replace(page: string, hash = ""): void {
  leave();
  location.replace(`${page}.html${hash}`);
}

/** Goes to a page of this language. */
export function goTo(page: string): void {
  leave();
  location.assign(`${page}.html`);
}

/** Reloads this page. */
export function reload(): void {
  leave();
  location.reload();
}

/** The hash of the first screen after a start: a browser without cookies may store nothing else. */
const STARTED = "#started";

/** Goes to the first screen of a flow; the start page stays in the history, with the ID in it. */
export function enter(flow: Flow, progress: Progress): void {
  leave();
  hint(flow, progress);
  remember("completed", null);
  location.assign(`${screenOf(flow, progress.next)}.html${STARTED}`);
}

/** Whether this page follows a successful start; true only once. */
export function justStarted(): boolean {
  if (location.hash !== STARTED) return false;
  history.replaceState(history.state, "", location.pathname);
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "navigate";
}

/** Goes to the help page if cookies are blocked; returns whether they are, because no flow works without them. */
export function cookiesBlocked(): boolean {
  // `navigator.cookieEnabled` is true in a Chromium that blocks all cookies.
  document.cookie = "probe=1; SameSite=Strict";
  const kept = document.cookie.includes("probe=1");
  document.cookie = "probe=; Max-Age=0; SameSite=Strict";
  if (kept) return false;
  leave();
  location.assign("cookies.html");
  return true;
}

/** Whether a flow is unfinished. */
export const unfinished = ({ next }: Progress): boolean => !["completed", "my-page", "done"].includes(next);

/** Stores that a flow can be continued; the server decides whether that is still so. */
export function hint(flow: Flow, progress: Progress): void {
  remember(`${flow}-begun`, unfinished(progress) ? "1" : null);
}

/** Whether this tab has stored an unfinished flow. */
export const hinted = (flow: Flow): boolean => remembered(`${flow}-begun`) !== null;

/**
 * Goes to the current screen of the flow; returns the failure, if there was one.
 *
 * With `lost`, the answer with the session may have been lost; then the session is requested, and without an answer
 * the page stays, so that it can be requested again.
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

/** Stores that the flow is over. */
export function end(flow: Flow): void {
  remember(`${flow}-begun`, null);
}

/** Handles an expired flow; a user who has already seen its completion is not sent to the start. */
export function expired(flow: Flow): void {
  end(flow);
  remember("word", null);
  replace("expired", here === "registration-completed" && remembered("completed") !== null ? "#completed" : `#${flow}`);
}
