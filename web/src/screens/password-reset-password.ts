/** パスワードの再設定: 新しいパスワード. */
import { type ProgressAt, call } from "../api.ts";
import { byId, fill } from "../dom.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { remembered } from "../memory.ts";
import { follow } from "../pages.ts";
import { rules } from "../values.ts";

const newPassword = byId<HTMLInputElement>("newPassword");
const again = byId<HTMLInputElement>("again");

screen("password-reset", ["new-password"], ({ account }: ProgressAt<"new-password">, first) => {
  if (account) {
    const { name, number } = account.office;
    fill(byId("whose"), { account: account.emailMasked, "office-name": name, "office-number": number });
  }
  if (first) byId<HTMLInputElement>("username").value = remembered("account") ?? "";
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
