/** メールアドレスの変更: the new address, to which a code goes. */
import { type Failure, call } from "../api.ts";
import { byId, fill, say } from "../dom.ts";
import { type Form, form } from "../form.ts";
import { mine } from "../mine.ts";
import { goTo, replace } from "../pages.ts";
import { asksProof, proof } from "../proof.ts";
import { rules } from "../values.ts";

mine(async (me) => {
  fill(byId("content"), { email: me.email });
  // A code that was sent before is still awaited.
  const outcome = await call("get", "/me/email");
  if (outcome.kind === "answer" && outcome.value.otp !== undefined) replace("my-email-otp");
});

const isPresent = (failure: Failure): boolean =>
  failure.kind === "problem" && JSON.stringify(failure.problem).includes("same-as-before");

async function sends(form: Form<"email">): Promise<void> {
  const outcome = await call("post", "/me/email", { email: form.value("email") });
  if (outcome.kind === "answer") return goTo("my-email-otp");
  if (asksProof(outcome, () => sends(form))) return;
  if (isPresent(outcome)) return void form.wrong({ email: say("mine.emailSame") });
  form.refused(outcome);
}

proof();
form({ id: "my-email", rules: { email: rules.email }, send: sends });
