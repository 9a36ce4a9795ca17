import { type Failure, type Problem, type Progress, lastRequestId } from "./api.ts";
import { type Fills, byId, has, say, tell, words } from "./dom.ts";
import { leaveWord } from "./memory.ts";
import { type Flow, end, expired, follow, reload, replace } from "./pages.ts";
import { reactionTo } from "./reactions.ts";
import { clockIn } from "./time.ts";

/** The sentence of what came instead of an answer. */
export function reason(failure: Failure): DocumentFragment {
  switch (failure.kind) {
    case "problem":
      return sentence(failure.problem, failure.id);
    case "between":
      return say("say.between", { status: failure.status, request: failure.request });
    case "silence":
      return say("say.network");
  }
}

/** A fault of the page itself, which is no fault of the network. */
function broken(): void {
  const text = say("say.broken");
  const id = lastRequestId();
  if (id !== "") text.append(say("say.number", { id }));
  tell();
  complain(text);
}
// Every call of a page that does not succeed ends here, with a message.
addEventListener("unhandledrejection", broken);
addEventListener("error", (event) => event.error && broken());

/** The sentence of a problem, with its numbers and the clock time until which to wait. */
function sentence(problem: Problem, id: string): DocumentFragment {
  const { triesLeft, retryAfterSeconds } = problem as { triesLeft?: number; retryAfterSeconds?: number };
  const fills: Fills = {
    id,
    ...(triesLeft === undefined ? {} : { tries: triesLeft }),
    ...(retryAfterSeconds === undefined ? {} : { seconds: retryAfterSeconds, at: clockIn(retryAfterSeconds) }),
  };
  const key = `problems.${problem.code}`;
  // What this page does not expect is told in the server's own words.
  return has(key) ? say(key, fills) : plainText(problem.title);
}

function plainText(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  fragment.append(text);
  return fragment;
}

/** Leads away where a problem says so; answers whether it did. */
export function ledAway(flow: Flow | undefined, problem: Problem): boolean {
  const { progress, triesLeft } = problem as { progress?: Progress; triesLeft?: number };
  // The last of these answers ends the registration, and then names no screen.
  const ends =
    problem.code === "email-taken" || (problem.code === "too-many-requests" && !("retryAfterSeconds" in problem));
  if (ends && progress === undefined && flow !== undefined) {
    expired(flow);
    return true;
  }
  // The last wrong try ends it, too: there is no invitation to try again.
  switch (triesLeft === 0 ? "locked" : reactionTo(problem.code)) {
    case "follow":
      if (flow === undefined || progress === undefined) return false;
      if (problem.code === "wrong-step") leaveWord("say.elsewhere");
      void follow(flow, progress, true).then((failure) => {
        if (failure === undefined) return;
        tell();
        complain(reason(failure));
      });
      return true;
    case "expired":
      if (flow === undefined) return false;
      expired(flow);
      return true;
    case "login":
      replace("login", "#ended");
      return true;
    case "again":
      leaveWord(`problems.${problem.code}`);
      reload();
      return true;
    case "reload":
      tell();
      complainWithReload(sentence(problem, ""));
      return true;
    case "locked":
      if (flow === undefined) return false;
      lockedOut(flow);
      return true;
    default:
      return false;
  }
}

/** No try is left: the flow is over, and may be begun anew. */
export function lockedOut(flow: Flow): void {
  end(flow);
  replace("locked", `#${flow}`);
}

/** The field at which a problem is told, if this page has it. */
export function fieldOf(problem: Problem): string | undefined {
  const reaction = reactionTo(problem.code);
  return typeof reaction === "object" && document.getElementById(reaction.at) !== null ? reaction.at : undefined;
}

/** The box at the top of the page: what is wrong, with links to the fields; it takes the focus. */
export function summary(heading: "site.summary" | "site.problem", ...parts: Node[]): void {
  const box = byId("summary");
  const title = document.createElement("h2");
  title.id = "summary-title";
  title.append(say(heading));
  box.replaceChildren(title, ...parts);
  box.setAttribute("aria-labelledby", title.id);
  box.hidden = false;
  if (!document.title.startsWith(errorMark())) document.title = errorMark() + document.title;
  box.focus();
}

/** The summary and its mark in the title go. */
export function calm(): void {
  byId("summary").hidden = true;
  if (document.title.startsWith(errorMark())) document.title = document.title.slice(errorMark().length);
}

const errorMark = () => words("site.errorTitle");

/** A sentence of its own in the summary. */
export function complain(sentence: DocumentFragment): void {
  const paragraph = document.createElement("p");
  paragraph.append(sentence);
  summary("site.problem", paragraph);
}

/** The same, with a button that loads the page anew. */
export function complainWithReload(sentence: DocumentFragment): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "outline";
  button.append(say("site.retry"));
  button.addEventListener("click", reload);
  complain(sentence);
  byId("summary").append(button);
}
