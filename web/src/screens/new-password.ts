/** 新しいパスワードの入力 and 介護情報基盤ポータル利用規約への同意. */
import { type Progress, type ProgressAt, call } from "../api.ts";
import { byId, fill, say, show, words } from "../dom.ts";
import { screen, unanswered } from "../flow.ts";
import { form } from "../form.ts";
import { leaveWord, remember, remembered } from "../memory.ts";
import { follow } from "../pages.ts";
import { write } from "../terms.ts";
import { rules } from "../values.ts";
import { showWhose, typedAccount } from "../whose.ts";

const agree = byId<HTMLInputElement>("agree");
const again = byId<HTMLInputElement>("again");
const box = byId("terms");
let version = "";
/** Whether a password is asked for, or only the consent to new terms. */
let asked = true;
/** Whether this person has seen the terms to their end. */
let read = false;
/** Whether the server was told of that; the consent waits for it. */
let noted = Promise.resolve(false);

screen("login", ["new-password"], (progress: ProgressAt<"new-password">, first) => {
  asked = progress.newPassword === "required";
  show(byId("passwords"), asked);
  show(byId("agree-only"), !asked);
  show(byId("leads"), asked);
  showWhose(progress.account);
  if (!first) return;
  if (!asked) {
    document.querySelector("h1")?.replaceChildren(say("newPassword.agreeOnlyTitle"));
    document.title = document.title.replace(/^[^｜]*/, words("newPassword.agreeOnlyTitle"));
    document.querySelector(".go")?.replaceChildren(say("newPassword.agreeOnlySubmit"));
  }
  byId<HTMLInputElement>("username").value = typedAccount(progress.flow);
  version = progress.terms?.version ?? "";
  if (progress.terms?.shown === true && remembered("terms-read") === version) open();
  void load();
});

async function load(): Promise<void> {
  const outcome = await call("get", "/terms");
  if (outcome.kind !== "answer") {
    unanswered(outcome);
    return;
  }
  ({ version } = outcome.value);
  fill(byId("content"), { version });
  write(box, outcome.value, "h3");
  const end = document.createElement("p");
  end.append(say("newPassword.termsEnd"));
  box.append(end);
  // The last line in the box: reached by wheel, finger, keyboard and screen reader alike, or there from the start.
  new IntersectionObserver(
    (seen, observer) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      if (!read) {
        open();
        byId("agree-aside").replaceChildren(say("newPassword.agreeOpen"));
      }
    },
    { root: box },
  ).observe(end);
}

/** The terms were seen to their end: the box may be ticked, and the server is told. */
function open(): void {
  read = true;
  agree.removeAttribute("aria-disabled");
  remember("terms-read", version);
  note();
}

function note(): void {
  noted = call("post", "/login/terms/shown", { version }).then((outcome) => outcome.kind === "answer");
}

agree.addEventListener("click", (event) => {
  if (read) return;
  event.preventDefault();
  const aside = byId("agree-aside");
  aside.setAttribute("role", "alert");
  aside.replaceChildren(say("newPassword.agreeEarly"));
});

const newPassword = byId<HTMLInputElement>("newPassword");
const same = () => newPassword.value.normalize("NFC") === again.value.normalize("NFC");
form({
  id: "new-password",
  flow: "login",
  rules: {
    newPassword: { check: (value) => (asked ? rules.newPassword.check(value) : undefined) },
    again: { check: () => (asked && newPassword.value !== "" && !same() ? "not-the-same" : undefined) },
    agree: { check: () => (agree.checked ? undefined : "not-agreed") },
  },
  send: async (form) => {
    // What the server has not heard is told again.
    if (read && !(await noted)) note();
    await noted;
    const agreedTerms = { version };
    const outcome = await call(
      "post",
      "/login/password",
      asked ? { newPassword: form.value("newPassword"), agreedTerms } : { agreedTerms },
    );
    if (outcome.kind === "answer") {
      remember("terms-read", null);
      remember("account", null);
      if (asked) leaveWord("changed");
      return void (await follow("login", outcome.value, false));
    }
    if (outcome.kind === "problem" && outcome.problem.code === "terms-not-shown" && read) note();
    form.refused(outcome);
    // The change whose answer was lost has been made.
    const reached = outcome.kind === "problem" ? (outcome.problem as { progress?: Progress }).progress?.next : undefined;
    if (asked && reached === "my-page") leaveWord("changed");
  },
});
