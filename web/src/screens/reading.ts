/** Information pages: the logged-in user, and printing. */
import { byId, maybe, onAction, say, show } from "../dom.ts";
import { logOut, onReturn, whoReads } from "../who.ts";

onAction("print", () => print());
onAction("logout", () => void logOut());

const link = maybe("enter")?.querySelector("a");

async function look(): Promise<void> {
  const is = await whoReads();
  if (!is) show(byId("who"), false);
  if (link === null || link === undefined) return;
  link.href = is ? "my-page.html" : "login.html";
  link.replaceChildren(say(is ? "top.myPage" : "top.login"));
}
void look();
onReturn(
  () => show(byId("who"), false),
  () => void look(),
);
