/** セキュリティコードの入力, only where one is set. */
import { call } from "../api.ts";
import { byId, fill } from "../dom.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { follow } from "../pages.ts";
import { lockedOut } from "../problems.ts";
import { rules } from "../values.ts";

const triesLeft = (tries: number) => fill(byId("securityCode-note"), { tries });

screen("registration", ["security-code"], (progress) => {
  if (progress.securityCode.triesLeft === 0) return lockedOut("registration");
  triesLeft(progress.securityCode.triesLeft);
  fill(byId("whose"), { "user-id": progress.userIdMasked });
});

form({
  id: "security-code",
  flow: "registration",
  rules: { securityCode: rules.securityCode },
  send: async (form) => {
    const outcome = await call("post", "/registration/security-code", { securityCode: form.value("securityCode") });
    if (outcome.kind === "answer") return void (await follow("registration", outcome.value, false));
    byId<HTMLInputElement>("securityCode").value = "";
    if (outcome.kind === "problem" && outcome.problem.code === "wrong-security-code") triesLeft(outcome.problem.triesLeft);
    form.refused(outcome);
  },
});
