/** Ends of ways: what the address says of them. */
import { byId, fill, maybe, show } from "../dom.ts";
import { here } from "../pages.ts";
import { clockFrom } from "../time.ts";

const told = location.hash.slice(1);
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-language]")) link.hash = location.hash;

if (here === "expired" && told === "login") {
  show(byId("of-registration"), false);
  show(byId("of-login"));
  // First the way that this person was on.
  const [restart, login] = document.querySelectorAll<HTMLElement>("main .buttons a");
  restart?.remove();
  login?.setAttribute("class", "go");
}
if (here === "locked" && /^[0-9]{1,12}$/.test(told)) {
  fill(byId("at"), { at: clockFrom(new Date(Number(told) * 1000)) });
  show(byId("at"));
  show(byId("soon"), false);
}
if (here === "unavailable" && told !== "") {
  fill(byId("with-id"), { id: told });
  show(byId("with-id"));
  show(maybe("plain"), false);
}
