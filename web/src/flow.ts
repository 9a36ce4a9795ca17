import { type Failure, type Progress, type ProgressAt, call, meanFlow } from "./api.ts";
import { byId, fill, has, maybe, onAction, say, show, tell, words } from "./dom.ts";
import { remember, takeWord } from "./memory.ts";
import { type Flow, end, follow, hint, justStarted, leaving, replace } from "./pages.ts";
import { pressed } from "./press.ts";
import { complain, complainWithReload, ledAway, reason } from "./problems.ts";
import { ask } from "./resume.ts";
import { clock, secondsUntil } from "./time.ts";

/** Shows what waited for the server's word. */
export function reveal(): void {
  show(maybe("loading"), false);
  show(byId("content"));
  const word = takeWord();
  if (word !== null && has(word)) tell(say(word));
  // A link to a field of a page that waited leads there only now.
  const target = location.hash.length > 1 ? maybe(location.hash.slice(1)) : null;
  if (target instanceof HTMLInputElement) target.focus();
}

/** Tells why the server's word has not come, with a button to ask again. */
export function unanswered(failure: Failure): void {
  show(maybe("loading"), false);
  complainWithReload(reason(failure));
}

/** After so long the page says that it waits. */
const SILENT = 300;

/** Waits visibly, after a while. */
export function waiting(): void {
  setTimeout(() => show(maybe("loading"), byId("content").hidden && byId("summary").hidden), SILENT);
}

/**
 * A screen of a flow: it asks the server where the person is, when it is loaded and whenever the person returns to it,
 * and makes room for the screen that belongs there.
 */
export function screen<N extends Progress["next"]>(
  flow: Flow,
  places: readonly N[],
  shows: (progress: ProgressAt<N>, first: boolean) => void,
): void {
  let first = true;
  const load = async (anew = false) => {
    waiting();
    const started = justStarted();
    const outcome = await ask(flow);
    // What was pressed meanwhile leads on by itself, and a page that is only looked at again needs no answer.
    if (leaving() || (anew && outcome.kind !== "answer" && outcome.kind !== "problem")) return;
    if (outcome.kind !== "answer") {
      if (started && outcome.kind === "problem" && outcome.problem.code === "no-flow") return replace("cookies");
      if (outcome.kind !== "problem" || !ledAway(flow, outcome.problem)) unanswered(outcome);
      return;
    }
    const progress = outcome.value;
    if (!places.includes(progress.next as N)) {
      const failure = await follow(flow, progress, true);
      if (failure !== undefined) unanswered(failure);
      return;
    }
    hint(flow, progress);
    meanFlow(progress.flow);
    lives(flow, progress.expiresAt);
    shows(progress as ProgressAt<N>, first);
    if (first) reveal();
    first = false;
  };
  void load();
  addEventListener("pageshow", (event) => {
    if (event.persisted) void load();
  });
  // Another tab may have gone on, or begun another flow.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !first) void load(true);
  });
  onAction("cancel", () => void pressed(() => cancel(flow)));
  onAction("print", () => print());
}

/** So long before its end a flow says that it will be over: enough to send what was typed. */
const WARNED = 120;

let ending: ReturnType<typeof setTimeout>[] = [];

/** Says until when a flow lives, and leaves when it is over. */
function lives(flow: Flow, until: string): void {
  fill(maybe("until") ?? document.createElement("p"), { at: clock(until) });
  ending.forEach(clearTimeout);
  const left = secondsUntil(until);
  const over = async () => {
    const outcome = await ask(flow);
    if (outcome.kind === "problem") ledAway(flow, outcome.problem);
  };
  // The server's word counts: it is asked once more a moment after the end.
  ending = [setTimeout(() => void over(), (left + 2) * 1000)];
  if (left > WARNED) ending.push(setTimeout(() => tell(say("say.flowEnds")), (left - WARNED) * 1000));
}

/** Ends the flow because the person wants to. */
async function cancel(flow: Flow): Promise<void> {
  if (!confirm(words("say.askCancel"))) return;
  const outcome = await call("delete", `/${flow}`);
  const over = outcome.kind === "answer" || (outcome.kind === "problem" && outcome.problem.code === "no-flow");
  if (!over) return complain(reason(outcome));
  end(flow);
  if (flow === "registration") remember("draft", null);
  replace("login", "#cancelled");
}
