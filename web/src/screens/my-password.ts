/** パスワードの変更. */
import { call } from "../api.ts";
import { byId } from "../dom.ts";
import { form } from "../form.ts";
import { leaveWord } from "../memory.ts";
import { mine } from "../mine.ts";
import { replace } from "../pages.ts";
import { rules } from "../values.ts";

const input = (name: string) => byId<HTMLInputElement>(name);

// A password manager stores the new password with the ID.
mine((me) => void (input("username").value = me.email));

const same = () => input("newPassword").value.normalize("NFC") === input("again").value.normalize("NFC");
form({
  id: "my-password",
  rules: {
    currentPassword: rules.password,
    newPassword: rules.newPassword,
    again: { check: () => (input("newPassword").value !== "" && !same() ? "not-the-same" : undefined) },
  },
  send: async (form) => {
    const outcome = await call("post", "/me/password", {
      currentPassword: form.value("currentPassword"),
      newPassword: form.value("newPassword"),
    });
    if (outcome.kind !== "answer") return form.refused(outcome);
    leaveWord("myPage.told.password");
    replace("my-page");
  },
});
