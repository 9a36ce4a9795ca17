/** パスワードの再設定: 新しいパスワード. */
import { type ProgressAt, call } from "../api.ts";
import { byId } from "../dom.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { follow } from "../pages.ts";
import { rules } from "../values.ts";
import { showWhose, typedAccount } from "../whose.ts";

const newPassword = byId<HTMLInputElement>("newPassword");
const again = byId<HTMLInputElement>("again");

screen("password-reset", ["new-password"], ({ account, flow }: ProgressAt<"new-password">, first) => {
  showWhose(account);
  // A password manager stores the new password with the ID.
  if (first) byId<HTMLInputElement>("username").value = typedAccount(flow);
});

const same = () => newPassword.value.normalize("NFC") === again.value.normalize("NFC");
form({
  id: "new-password",
  flow: "password-reset",
  rules: {
    newPassword: rules.newPassword,
    again: { check: () => (newPassword.value !== "" && !same() ? "not-the-same" : undefined) },
  },
  send: async (form) => {
    const outcome = await call("post", "/password-reset/password", { newPassword: form.value("newPassword") });
    if (outcome.kind === "answer") return void (await follow("password-reset", outcome.value, false));
    form.refused(outcome);
  },
});
