import { byId, fill, show } from "./dom.ts";
import { remember, remembered } from "./memory.ts";

/** Shows whose password a page is about. */
export function showWhose(account: { emailMasked: string; office: { name: string; number: string } } | undefined): void {
  show(byId("whose"), account !== undefined);
  if (account === undefined) return;
  const { name, number } = account.office;
  fill(byId("whose"), { account: account.emailMasked, "office-name": name, "office-number": number });
}

/** Stores the address with which a flow was begun in this tab. */
export const rememberAccount = (flow: string, email: string): void => remember("account", `${flow} ${email}`);

/** The address with which this flow was begun in this tab; with no flow, the last one. Empty for another tab's flow. */
export function typedAccount(flow?: string): string {
  const [of, email] = (remembered("account") ?? "").split(" ");
  return (flow ?? of) === of ? (email ?? "") : "";
}
