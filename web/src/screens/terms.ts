/** 利用規約, to be read in full and printed. */
import { call } from "../api.ts";
import { byId, fill, onAction } from "../dom.ts";
import { reveal, unanswered, waiting } from "../flow.ts";
import { write } from "../terms.ts";

onAction("print", () => print());
waiting();
const outcome = await call("get", "/terms");
if (outcome.kind === "answer") {
  fill(byId("content"), { version: outcome.value.version });
  write(byId("terms"), outcome.value, "h2");
  reveal();
} else {
  unanswered(outcome);
}
