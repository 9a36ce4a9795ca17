import { leaving } from "./pages.ts";

let underWay = false;

/**
 * The actions of buttons: one at a time on a page, and none once the page is being left.
 */
export async function pressed(act: () => Promise<unknown>): Promise<void> {
  if (underWay || leaving()) return;
  underWay = true;
  try {
    await act();
  } finally {
    underWay = false;
  }
}
