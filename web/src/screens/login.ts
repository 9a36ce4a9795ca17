/** ログイン情報の入力, and the start of 初回利用登録. */
import { call } from "../api.ts";
import { byId, fill, say, show, tell } from "../dom.ts";
import { emptied, form } from "../form.ts";
import { remember } from "../memory.ts";
import { enter, replace } from "../pages.ts";
import { clock } from "../time.ts";
import { rules } from "../values.ts";
import { begun, whoReads } from "../who.ts";

const password = byId<HTMLInputElement>("password");

form({
  id: "login",
  flow: "login",
  rules: { email: rules.email, password: rules.password },
  send: async (form) => {
    const outcome = await call("post", "/login", { email: form.value("email"), password: form.value("password") });
    if (outcome.kind === "answer") {
      remember("account", form.value("email"));
      return enter("login", outcome.value);
    }
    if (outcome.kind === "problem") password.value = "";
    form.refused(outcome);
  },
});

function resume(): void {
  for (const flow of ["registration", "login"] as const) {
    const until = begun(flow);
    const place = byId(`resume-${flow}`);
    if (until !== undefined) fill(place, { at: clock(until) });
    show(place, until !== undefined);
  }
}
resume();
const WORDS = { "#ended": "problems.no-session", "#cancelled": "say.cancelled" } as const;
const word = WORDS[location.hash as keyof typeof WORDS];
if (word !== undefined) tell(say(word));
const leadOn = () => void whoReads().then((is) => is && replace("my-page"));
leadOn();
emptied(password);
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  resume();
  leadOn();
});
