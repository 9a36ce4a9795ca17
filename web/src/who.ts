import { type Me, call } from "./api.ts";
import { byId, fill, onAction, say, show } from "./dom.ts";
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
export async function logOut(ended = false): Promise<void> {
  const outcome = await call("post", "/logout");
  if (outcome.kind !== "answer") return complain(say("say.network"));
  forget();
  replace("logged-out", ended ? "#ended" : "");
}

/** Nothing of the person stays in this tab. */
export function forget(): void {
  markSignedIn(false);
  for (const key of ["draft", "registration-until", "login-until", "word", "terms-read"]) remember(key, null);
}

/** On pages that anybody may read: shows who is logged in, if somebody may be. */
export async function whoReads(): Promise<boolean> {
  onAction("logout", () => void logOut());
  if (!maySignedIn()) return false;
  const outcome = await call("get", "/me");
  if (outcome.kind === "answer") {
    showWho(outcome.value);
    return true;
  }
  if (outcome.kind === "problem") markSignedIn(false);
  return false;
}

/** A flow that this tab has begun and that may be gone on with, and until when. */
export function begun(flow: "registration" | "login"): string | undefined {
  const until = remembered(`${flow}-until`);
  return until !== null && Date.parse(until) > Date.now() ? until : undefined;
}
