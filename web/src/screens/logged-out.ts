/** ログアウト: done, and why. */
import { byId, show } from "../dom.ts";

show(byId("ended"), location.hash === "#ended");
