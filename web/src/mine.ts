import { type Me, type Problem, call, means } from "./api.ts";
import { byId, maybe, onAction, say, show } from "./dom.ts";
import { reveal, unanswered, waiting } from "./flow.ts";
import { markSignedIn } from "./memory.ts";
import { leaving, replace } from "./pages.ts";
import { complainWithReload } from "./problems.ts";
import { forget, logOut, onReturn, showWho } from "./who.ts";

/** Leads to the log-in, where the session is over; answers whether it is. */
export function signedOut(problem: Problem): boolean {
  if (problem.code !== "no-session") return false;
  forget();
  replace("login", "#ended");
  return true;
}

/** Whether it is another session than this page was loaded for: a person has logged in in another tab. The page says so then. */
export function isAnothers(me: Me): boolean {
  if (me.session.id === (means["Portal-Session"] ?? me.session.id)) {
    means["Portal-Session"] = me.session.id;
    return false;
  }
  show(maybe("loading"), false);
  complainWithReload(say("problems.other-session"));
  return true;
}

/**
 * A page about the person who is logged in: it asks the server who that is, when it is loaded and whenever the person returns
 * to it, and says so if it is another session than the page was loaded for. Answers what asks once more.
 */
export function mine(shows: (me: Me, first: boolean) => void | Promise<void>): () => Promise<void> {
  let first = true;
  const load = async () => {
    waiting();
    const outcome = await call("get", "/me");
    if (leaving()) return;
    if (outcome.kind === "problem" && signedOut(outcome.problem)) return;
    if (outcome.kind !== "answer") {
      if (byId("content").hidden) unanswered(outcome);
      return;
    }
    const me = outcome.value;
    if (isAnothers(me)) return;
    markSignedIn(true);
    showWho(me);
    await shows(me, first);
    if (first) reveal();
    else show(byId("content"));
    first = false;
  };
  void load();
  onReturn(
    () => {
      show(byId("content"), false);
      show(byId("who"), false);
    },
    () => void load(),
  );
  onAction("logout", () => void logOut(byId("content")));
  return load;
}
