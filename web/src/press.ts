import { leaving } from "./pages.ts";

let underWay = false;

/**
 * What a button does: one thing at a time on a page, and nothing any more once the page is being left.
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
