import { say, tell } from "./dom.ts";
import { leaving } from "./pages.ts";
import { complain } from "./problems.ts";

let underWay = false;

/**
 * What a button does: one thing at a time on a page, and nothing any more once the page is being left.
 *
 * Whatever goes wrong in it is said; nobody presses a button in vain.
 */
export async function pressed(act: () => Promise<unknown>): Promise<void> {
  if (underWay || leaving()) return;
  underWay = true;
  try {
    await act();
  } catch (error) {
    tell();
    complain(say("say.network"));
    reportError(error);
  } finally {
    underWay = false;
  }
}
