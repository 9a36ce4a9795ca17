/** ワンタイムパスワード認証, of 初回利用登録, of ログイン and of パスワードの再設定. */
import { type ProgressAt, call } from "../api.ts";
import { actions, byId, fill, maybe, onAction, say, show, tell } from "../dom.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { watch } from "../mail.ts";
import { type Flow, follow, here } from "../pages.ts";
import { pressed } from "../press.ts";
import { calm, lockedOut } from "../problems.ts";
import { ask } from "../resume.ts";
import { clock, dateAndClock, now, secondsUntil } from "../time.ts";
import { rules } from "../values.ts";

const flow = here.slice(0, -"-otp".length) as Flow;
const code = byId<HTMLInputElement>("code");

/** The announcements of the remaining time, by seconds; each once. */
const TOLD = [
  [120, "otp.twoMinutes"],
  [30, "otp.halfMinute"],
  [0, "otp.over"],
] as const;
let timers: ReturnType<typeof setTimeout>[] = [];

function shows(progress: ProgressAt<"otp">): void {
  const { otp, allowed } = progress;
  if (otp.triesLeft === 0) return lockedOut(flow);
  fill(byId("content"), {
    subject: otp.subject,
    "user-id": progress.userIdMasked ?? "",
    sentTo: otp.sentTo,
    label: otp.label,
    until: dateAndClock(otp.expiresAt),
    tries: otp.triesLeft,
    sends: otp.sendsLeft,
  });
  fill(byId("until"), { at: clock(progress.expiresAt) });
  const mayResend = (allowed as readonly string[]).includes("resend-otp");
  for (const button of actions("resend")) show(button, mayResend);
  show(byId("sends-left"), mayResend);
  show(byId("no-sends"), !mayResend);
  timers.forEach(clearTimeout);
  timers = TOLD.filter(([left]) => secondsUntil(otp.expiresAt) > left).map(([left, text]) =>
    setTimeout(() => tell(say(text)), (secondsUntil(otp.expiresAt) - left) * 1000),
  );
  // A reset does not tell what became of its mail: that would tell who is registered.
  if (otp.delivery === undefined) return;
  watch(otp.delivery, async () => {
    const outcome = await ask(flow);
    return outcome.kind === "answer" && outcome.value.next === "otp" ? outcome.value.otp.delivery : undefined;
  });
}

screen(flow, ["otp"], shows);

const made = form({
  id: "otp",
  flow,
  rules: { code: rules.code },
  send: async (form) => {
    const body = { code: form.value("code") };
    const outcome = await call("post", `/${flow}/otp`, body);
    if (outcome.kind === "answer") return void (await follow(flow, outcome.value, false));
    if (outcome.kind === "problem" && outcome.problem.code === "wrong-code") {
      fill(maybe("code-note") ?? code, { tries: outcome.problem.triesLeft ?? 0 });
      code.select();
    }
    form.refused(outcome);
  },
});

onAction("resend", () =>
  void pressed(async () => {
    calm();
    tell(say("site.sending"));
    const outcome = await call("post", `/${flow}/otp/resend`);
    if (outcome.kind !== "answer") return made.refused(outcome);
    if (outcome.value.next !== "otp") {
      const failure = await follow(flow, outcome.value, true);
      if (failure !== undefined) made.refused(failure);
      return;
    }
    shows(outcome.value);
    tell(say("say.resent", { at: clock(now()) }));
    code.focus();
  }),
);
