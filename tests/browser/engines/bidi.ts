import type { Browser } from "@playwright/test";

/** Commands of WebDriver BiDi that Playwright sends when a context is made and that Debian's Firefox (ESR 153) does not know. */
const UNKNOWN = new Set(["emulation.setMediaFeaturesOverride"]);

interface Session {
  send(method: string, params: unknown): Promise<unknown>;
}

/** Answers the commands that Firefox does not know. It patches Playwright, whose version is pinned; if unneeded it does nothing. */
export function tolerant(browser: Browser): void {
  const inner = browser as unknown as { _connection: { toImpl(of: Browser): { _browserSession?: Session } } };
  const session = inner._connection.toImpl(browser)._browserSession;
  if (session === undefined) return;
  const prototype = Object.getPrototypeOf(session) as Session & { tolerant?: true };
  if (prototype.tolerant === true) return;
  prototype.tolerant = true;
  const { send } = prototype;
  prototype.send = function (method, params) {
    return UNKNOWN.has(method) ? Promise.resolve({}) : send.call(this, method, params);
  };
}
