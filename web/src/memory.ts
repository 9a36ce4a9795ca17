/**
 * What this tab remembers: never a secret, and nothing that the server does not know better.
 *
 * A browser that keeps nothing (a private window, a full disk) is no reason to stop.
 */
function keep(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Then it is not remembered.
  }
}

function kept(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

const tab = () => sessionStorage;
const browser = () => localStorage;

/** Remembers something as long as this tab is open. */
export const remember = (key: string, value: string | null): void => keep(tab, key, value);
/** What this tab remembers. */
export const remembered = (key: string): string | null => kept(tab, key);

/** Remembers that somebody is, or is no longer, logged in: so that nobody else's page has to ask the server. */
export const markSignedIn = (is: boolean): void => keep(browser, "signed-in", is ? "1" : null);
/** Whether somebody may be logged in. */
export const maySignedIn = (): boolean => kept(browser, "signed-in") !== null;

/** Says something once on the next page. */
export const leaveWord = (word: string): void => remember("word", word);
/** What was to be said on this page. */
export function takeWord(): string | null {
  const word = remembered("word");
  remember("word", null);
  return word;
}
