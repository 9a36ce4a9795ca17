/** パスワードを忘れた方: the address. What follows is the same for every address. */
import { call } from "../api.ts";
import { byId } from "../dom.ts";
import { form } from "../form.ts";
import { cookiesBlocked, enter } from "../pages.ts";
import { rules } from "../values.ts";
import { rememberAccount, typedAccount } from "../whose.ts";

// Who has just typed it at the log-in need not type it again.
byId<HTMLInputElement>("email").value ||= typedAccount();

form({
  id: "password-reset",
  flow: "password-reset",
  rules: { email: rules.email },
  send: async (form) => {
    if (cookiesBlocked()) return;
    const outcome = await call("post", "/password-reset", { email: form.value("email") });
    if (outcome.kind !== "answer") return form.refused(outcome);
    rememberAccount(outcome.value.flow, form.value("email"));
    enter("password-reset", outcome.value);
  },
});
