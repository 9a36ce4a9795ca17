import { leaving } from "./pages.ts";

/** So often, in seconds, a page in use asks again. */
const AGAIN_AFTER = 60;

/**
 * Asks again every minute, as long as the page is visible and a person uses it: each question prolongs the session, which
 * must end where the person has left.
 */
export function staysTrue(again: () => Promise<void>): void {
  let used = false;
  for (const kind of ["pointermove", "pointerdown", "keydown", "scroll"]) {
    addEventListener(kind, () => (used = true), { capture: true, passive: true });
  }
  setInterval(() => {
    if (!used || document.hidden || leaving()) return;
    used = false;
    void again();
  }, AGAIN_AFTER * 1000);
}
