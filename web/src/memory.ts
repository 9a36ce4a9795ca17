/**
 * Storage of this tab: never a secret, and only hints that the server overrides.
 *
 * The front also works if the browser stores nothing (a private window, a full disk).
 */
function keep(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Then it is not stored.
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

/** Stores a value as long as this tab is open. */
export const remember = (key: string, value: string | null): void => keep(tab, key, value);
/** A stored value of this tab. */
export const remembered = (key: string): string | null => kept(tab, key);

/** Removes everything that this tab has stored. */
export function clearTab(): void {
  try {
    tab().clear();
  } catch {
    // Then nothing is stored.
  }
}

/** Stores whether a user is logged in, so that public pages need not ask the server otherwise. */
export const markSignedIn = (is: boolean): void => keep(browser, "signed-in", is ? "1" : null);
/** Whether a user may be logged in. */
export const maySignedIn = (): boolean => kept(browser, "signed-in") !== null;

/** Stores a message for the next page. */
export const leaveWord = (word: string): void => remember("word", word);
/** The message for this page, once. */
export function takeWord(): string | null {
  const word = remembered("word");
  remember("word", null);
  return word;
}
