/** メールアドレスの変更: the code that was mailed to the new address. */
import { type Otp, call } from "../api.ts";
import { actions, byId, fill, maybe, onAction, say, show, tell } from "../dom.ts";
import { form } from "../form.ts";
import { leaveWord } from "../memory.ts";
import { watch } from "../mail.ts";
import { mine, signedOut } from "../mine.ts";
import { replace } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm } from "../problems.ts";
import { clock, dateAndClock, now } from "../time.ts";
import { rules } from "../values.ts";

const code = byId<HTMLInputElement>("code");

function shows(otp: Otp): void {
  fill(byId("content"), {
    subject: otp.subject,
    sentTo: otp.sentTo,
    label: otp.label,
    until: dateAndClock(otp.expiresAt),
    tries: otp.triesLeft,
    sends: otp.sendsLeft,
  });
  const mayResend = otp.sendsLeft > 0 && otp.triesLeft > 0;
  for (const button of actions("resend")) show(button, mayResend);
  show(byId("sends-left"), mayResend);
  show(byId("no-sends"), !mayResend);
  const again = async () => {
    const outcome = await call("get", "/me/email");
    return outcome.kind === "answer" ? outcome.value.otp?.delivery : undefined;
  };
  // Each question prolongs the session.
  watch(otp.delivery ?? "delivered", again, undefined, false);
}

mine(async () => {
  const outcome = await call("get", "/me/email");
  if (outcome.kind === "problem" && signedOut(outcome.problem)) return;
  if (outcome.kind !== "answer") return made.refused(outcome);
  // Without a code the change is over, or was completed in another tab.
  if (outcome.value.otp === undefined) return replace("my-email");
  shows(outcome.value.otp);
});

const made = form({
  id: "otp",
  rules: { code: rules.code },
  send: async (form) => {
    const outcome = await call("post", "/me/email/otp", { code: form.value("code") });
    if (outcome.kind === "answer") {
      leaveWord("myPage.told.email");
      return replace("my-page");
    }
    if (outcome.kind === "problem") {
      if (outcome.problem.code === "wrong-step") return replace("my-email");
      if (outcome.problem.code === "wrong-code") {
        fill(maybe("code-note") ?? code, { tries: outcome.problem.triesLeft ?? 0 });
        code.select();
      }
    }
    form.refused(outcome);
  },
});

onAction("resend", () =>
  void pressed(async () => {
    calm();
    tell(say("site.sending"));
    const outcome = await call("post", "/me/email/otp/resend");
    if (outcome.kind === "problem" && outcome.problem.code === "wrong-step") return replace("my-email");
    if (outcome.kind !== "answer") return made.refused(outcome);
    if (outcome.value.otp === undefined) return replace("my-email");
    shows(outcome.value.otp);
    tell(say("say.resent", { at: clock(now()) }));
    code.focus();
  }),
);

onAction("cancel", () =>
  void pressed(async () => {
    const outcome = await call("delete", "/me/email");
    if (outcome.kind !== "answer") return made.refused(outcome);
    replace("my-email");
  }),
);
