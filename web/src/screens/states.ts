/** Ends of ways: on which of them the person was stands in the address, and nothing else is taken from it. */
import { byId, fill, maybe, show } from "../dom.ts";

fill(document, { host: location.host });
const was = location.hash.slice(1);
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-language]")) link.hash = location.hash;

if (was === "login" || was === "completed") {
  show(maybe("of-registration"), false);
  show(maybe(`of-${was}`));
  // First the way that this person was on.
  const [restart, login] = byId("onward").querySelectorAll("a");
  restart?.remove();
  login?.setAttribute("class", "go");
}
