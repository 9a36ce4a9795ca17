/** 電子請求受付システム認証. */
import { call } from "../api.ts";
import { byId, show } from "../dom.ts";
import { form } from "../form.ts";
import { cookiesBlocked, enter } from "../pages.ts";
import { resumable } from "../resume.ts";
import { rules } from "../values.ts";

/** Whether the server has warned that one more wrong password locks the office out of its claims. */
let warned = false;
const accepted = () => byId<HTMLInputElement>("acceptLockRisk");

const looked = resumable("registration", "resume");

form({
  id: "claims",
  flow: "registration",
  rules: {
    userId: rules.userId,
    password: rules.password,
    acceptLockRisk: { check: () => (warned && !accepted().checked ? "risk-not-accepted" : undefined) },
  },
  send: async (form) => {
    if (cookiesBlocked()) return;
    await looked();
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
