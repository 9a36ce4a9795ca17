/** 電子請求受付システム認証. */
import { call } from "../api.ts";
import { byId, fill, show } from "../dom.ts";
import { emptied, form } from "../form.ts";
import { enter } from "../pages.ts";
import { clock } from "../time.ts";
import { rules } from "../values.ts";
import { begun } from "../who.ts";

/** Whether the server has warned that one more wrong password locks the office out of its claims. */
let warned = false;
const accepted = () => byId<HTMLInputElement>("acceptLockRisk");

form({
  id: "claims",
  flow: "registration",
  rules: {
    userId: rules.userId,
    password: rules.password,
    acceptLockRisk: { check: () => (warned && !accepted().checked ? "risk-not-accepted" : undefined) },
  },
  send: async (form) => {
    const outcome = await call("post", "/registration", {
      userId: form.value("userId"),
      password: form.value("password"),
      ...(warned ? { acceptLockRisk: true } : {}),
    });
    if (outcome.kind === "answer") {
      return enter("registration", outcome.value);
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
emptied(byId<HTMLInputElement>("password"));
addEventListener("pageshow", (event) => {
  if (event.persisted) resume();
});
