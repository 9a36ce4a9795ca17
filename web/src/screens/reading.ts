/** Pages that are there to be read: who is logged in, and paper. */
import { maybe, onAction, say } from "../dom.ts";
import { whoReads } from "../who.ts";

onAction("print", () => print());
void whoReads().then((is) => {
  const enter = maybe("enter")?.querySelector("a");
  if (!is || enter === null || enter === undefined) return;
  enter.href = "my-page.html";
  enter.replaceChildren(say("top.myPage"));
});
