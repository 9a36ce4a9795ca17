/** 電子請求受付システム認証. */
import { call } from "../api.ts";
import { byId, fill, show } from "../dom.ts";
import { form } from "../form.ts";
import { remember } from "../memory.ts";
import { screenOf } from "../pages.ts";
import { clock } from "../time.ts";
import { rules } from "../values.ts";
import { begun } from "../who.ts";

/** Whether the server has warned that one more wrong password locks the office out of its claims. */
let warned = false;
const accepted = () => byId<HTMLInputElement>("acceptLockRisk");

form({
  id: "claims",
  flow: "registration",
  rules: { userId: rules.userId, password: rules.password },
  also: () => (warned && !accepted().checked ? { acceptLockRisk: "risk-not-accepted" } : {}),
  send: async (form) => {
    const outcome = await call("post", "/registration", {
      userId: form.value("userId"),
      password: form.value("password"),
      ...(warned ? { acceptLockRisk: true } : {}),
    });
    if (outcome.kind === "answer") {
      remember("registration-until", outcome.value.expiresAt);
      // The start stays behind in the history, with the ID in it: whoever comes back is told that the mail is sent.
      location.assign(`${screenOf("registration", outcome.value.next)}.html`);
      return;
    }
    if (outcome.kind === "problem") {
      warned = outcome.problem.code === "claims-lock-risk";
      accepted().checked = false;
      show(byId("risk"), warned);
      if (["claims-rejected", "claims-temporary-password", "claims-password-expired"].includes(outcome.problem.code)) {
        byId<HTMLInputElement>("password").value = "";
      }
    }
    form.refused(outcome);
  },
});

function resume(): void {
  const until = begun("registration");
  const link = byId("resume").querySelector("a");
  if (until === undefined || link === null) return show(byId("resume"), false);
  fill(byId("resume"), { at: clock(until) });
  show(byId("resume"));
}
resume();
addEventListener("pageshow", (event) => {
  byId<HTMLInputElement>("password").value = "";
  if (event.persisted) resume();
});
