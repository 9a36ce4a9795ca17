/** お問い合わせの確認: what was typed is shown, and sent once. */
import { call } from "../api.ts";
import { byId, fill, maybe, onAction, say, show, tell, words } from "../dom.ts";
import { FIELDS, keepInquiry, keptInquiry } from "../inquiry.ts";
import { remember } from "../memory.ts";
import { isDoubtful } from "../organisation-number.ts";
import { replace } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm, complain, reason } from "../problems.ts";

function look(): void {
  const kept = keptInquiry();
  if (kept === undefined) return replace("inquiry");
  const { typed, labels } = kept;
  fill(byId("content"), Object.fromEntries(FIELDS.map((name) => [name, (labels[name] ?? typed[name]) || words("confirm.none")])));
  const isSlip = isDoubtful(typed.userKind, typed.organisationNumber, typed.prefecture, typed.institutionKind);
  const told = document.createElement("p");
  if (isSlip) told.append(say("inquiry.slip"), say("inquiry.anyway"));
  byId("doubt").replaceChildren(told);
  show(byId("doubt"), isSlip);
  show(maybe("loading"), false);
  show(byId("content"));
}
look();
addEventListener("pageshow", (event) => event.persisted && look());

onAction("send", () => void pressed(sends));

async function sends(): Promise<void> {
  const kept = keptInquiry();
  if (kept === undefined) return replace("inquiry");
  calm();
  tell(say("site.sending"));
  const { typed, key } = kept;
  // What is empty is left out.
  const body = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== "")) as typeof typed;
  const outcome = await call("post", "/inquiries", body, key);
  if (outcome.kind === "answer") {
    keepInquiry(null);
    remember("problem-id", null);
    remember("inquiry-received", JSON.stringify(outcome.value));
    return replace("inquiry-received");
  }
  tell();
  if (outcome.kind === "problem" && outcome.problem.code === "invalid-fields") {
    keepInquiry({ ...kept, wrong: outcome });
    return replace("inquiry");
  }
  complain(reason(outcome));
}
