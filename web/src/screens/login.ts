/** ログイン情報の入力, and the start of 初回利用登録. */
import { call } from "../api.ts";
import { byId, say, tell } from "../dom.ts";
import { form } from "../form.ts";
import { cookiesBlocked, enter, replace } from "../pages.ts";
import { resumable } from "../resume.ts";
import { rules } from "../values.ts";
import { whoReads } from "../who.ts";
import { rememberAccount } from "../whose.ts";

const password = byId<HTMLInputElement>("password");

const looked = resumable("login", "resume-login");
resumable("registration", "resume-registration");
resumable("password-reset", "resume-password-reset");

form({
  id: "login",
  flow: "login",
  rules: { email: rules.email, password: rules.password },
  send: async (form) => {
    if (cookiesBlocked()) return;
    await looked();
    const outcome = await call("post", "/login", { email: form.value("email"), password: form.value("password") });
    if (outcome.kind === "answer") {
      rememberAccount(outcome.value.flow, form.value("email"));
      return enter("login", outcome.value);
    }
    if (outcome.kind === "problem") password.value = "";
    form.refused(outcome);
  },
});

const WORDS = { "#ended": "problems.no-session", "#cancelled": "say.cancelled" } as const;
const word = WORDS[location.hash as keyof typeof WORDS];
if (word !== undefined) tell(say(word));
const leadOn = () => void whoReads().then((is) => is && replace("my-page"));
leadOn();
addEventListener("pageshow", (event) => {
  if (event.persisted) leadOn();
});
