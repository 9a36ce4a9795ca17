/** ログアウト: the result and its reason; never shown to a user who is logged in. */
import { byId, show } from "../dom.ts";
import { replace } from "../pages.ts";
import { whoReads } from "../who.ts";

const look = () => void whoReads().then((is) => is && replace("my-page"));

show(byId("ended"), location.hash === "#ended");
look();
addEventListener("pageshow", (event) => {
  if (event.persisted) look();
});
