import { type Progress, call } from "./api.ts";
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

/** Goes to the first screen of a flow; the start stays behind in the history, with the ID in it. */
export function enter(flow: Flow, progress: Progress): void {
  leave();
  hint(flow, progress);
  remember("completed", null);
  location.assign(`${screenOf(flow, progress.next)}.html`);
}

/** Remembers that a flow can be gone on with, unless there is nothing left to do in it. */
export function hint(flow: Flow, progress: Progress): void {
  remember(`${flow}-until`, progress.next === "completed" || progress.next === "my-page" ? null : progress.expiresAt);
}

/**
 * Goes to where the flow is, and answers whether it could.
 *
 * With `lost`, the answer that would have brought the session may not have come; then it is asked for, and where nobody
 * answers, the page stays so that it can be asked for again.
 */
export async function follow(flow: Flow, progress: Progress, lost: boolean): Promise<boolean> {
  leave();
  if (progress.next === "my-page") {
    const outcome = lost ? await call("post", "/login/session") : undefined;
    if (outcome?.kind === "problem" && outcome.problem.code === "no-flow") {
      end(flow);
      remember("word", null);
      replace("login", "#ended");
      return true;
    }
    if (outcome !== undefined && outcome.kind !== "answer") {
      stay();
      return false;
    }
    markSignedIn(true);
  }
  hint(flow, progress);
  replace(screenOf(flow, progress.next));
  return true;
}

/** The flow is over: there is nothing to come back to. */
export function end(flow: Flow): void {
  remember(`${flow}-until`, null);
}

/** The flow has ended by itself; whoever has seen that all of it was done is not sent to begin again. */
export function expired(flow: Flow): void {
  end(flow);
  remember("word", null);
  replace("expired", here === "registration-completed" && remembered("completed") !== null ? "#completed" : `#${flow}`);
}
