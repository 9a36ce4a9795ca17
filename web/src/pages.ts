import { type Progress, call } from "./api.ts";
import { leaveWord, markSignedIn, remember } from "./memory.ts";

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

/** Goes to a page of this language; what is left behind is not gone back to. */
export function replace(page: string, hash = ""): void {
  location.replace(`${page}.html${hash}`);
}

/** Goes to where the flow is. With `lost`, the answer that would have brought the session may not have come. */
export async function follow(flow: Flow, progress: Progress, lost: boolean): Promise<void> {
  remember(`${flow}-until`, progress.expiresAt);
  if (progress.next === "my-page") {
    if (lost && (await call("post", "/login/session")).kind !== "answer") {
      end(flow);
      replace("login");
      return;
    }
    markSignedIn(true);
    remember("login-until", null);
  }
  replace(screenOf(flow, progress.next));
}

/** The flow is over: there is nothing to come back to. */
export function end(flow: Flow): void {
  remember(`${flow}-until`, null);
}

/** The flow has ended by itself. */
export function expired(flow: Flow): void {
  end(flow);
  leaveWord("");
  replace("expired", `#${flow}`);
}
