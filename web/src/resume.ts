import { type Outcome, type Problem, type Progress, call, isOtherFlow } from "./api.ts";
import { byId, fill, show } from "./dom.ts";
import { type Flow, end, hint, hinted, unfinished } from "./pages.ts";
import { clock } from "./time.ts";

/** Asks the server where the person is. A flow that another tab has begun is no answer for this page. */
export async function ask(flow: Flow): Promise<Outcome<Progress>> {
  const outcome = await call("get", `/${flow}`);
  return outcome.kind === "answer" && isOtherFlow(outcome.value)
    ? { kind: "problem", problem: { code: "other-flow" } as Problem, id: "" }
    : outcome;
}

/**
 * Offers to go on with what has been begun, as the server knows it: when the page is loaded, if this tab remembers a
 * beginning, and whenever the person returns to it, for a page from the browser's memory may remember what was.
 *
 * Answers what to wait for before a new start: the answer to an older question would take the new cookie away.
 */
export function resumable(flow: Flow, place: string): () => Promise<void> {
  const look = async () => {
    const outcome = await ask(flow);
    if (outcome.kind === "answer" && unfinished(outcome.value)) {
      hint(flow, outcome.value);
      fill(byId(place), { at: clock(outcome.value.expiresAt) });
      show(byId(place));
    } else if (outcome.kind === "answer" || (outcome.kind === "problem" && outcome.problem.code === "no-flow")) end(flow);
  };
  let looked = hinted(flow) ? look() : Promise.resolve();
  addEventListener("pagehide", () => show(byId(place), false));
  addEventListener("pageshow", (event) => {
    if (event.persisted) looked = look();
  });
  return () => looked;
}
