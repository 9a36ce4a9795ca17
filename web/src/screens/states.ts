/** Final pages: the address contains the kind of flow, and nothing else is read from it. */
import { byId, fill, maybe, show } from "../dom.ts";

fill(document, { host: location.host });
const was = location.hash.slice(1);
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-language]")) link.hash = location.hash;

if (was === "login" || was === "completed" || was === "password-reset") {
  show(maybe("of-registration"), false);
  show(maybe(`of-${was}`));
  // First the flow that this person was in.
  const [restart, login] = byId("onward").querySelectorAll("a");
  restart?.remove();
  login?.setAttribute("class", "go");
}
