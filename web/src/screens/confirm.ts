/** 入力情報の確認. */
import { type ProgressAt, call } from "../api.ts";
import { byId, fill, say, show } from "../dom.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { leaveWord, remember, remembered } from "../memory.ts";
import { follow, replace } from "../pages.ts";

let draft = "";

/** One key for one draft, however often it is sent: after loading the page anew, too. */
function keyOf(draft: string): string {
  const [of, key] = (remembered("confirm-key") ?? "").split(" ");
  if (of === draft && key !== undefined) return key;
  const fresh = crypto.randomUUID();
  remember("confirm-key", `${draft} ${fresh}`);
  return fresh;
}

screen("registration", ["confirm"], (progress: ProgressAt<"confirm">) => {
  draft = progress.draft;
  const { profile, office, warnings } = progress;
  fill(byId("content"), {
    "office-number": office.number,
    "office-name": office.name,
    ...profile,
    department: profile.department ?? say("confirm.none").textContent ?? "",
    jobTitle: profile.jobTitle ?? say("confirm.none").textContent ?? "",
  });
  const told = warnings.map((warning) => {
    const paragraph = document.createElement("p");
    paragraph.append(
      warning.code === "possible-typo"
        ? say("confirm.typo", { suggestion: warning.suggestion ?? "" })
        : say("confirm.doubtful"),
    );
    const { suggestion } = warning;
    if (suggestion !== undefined) paragraph.append(" ", taking({ ...profile, email: suggestion }));
    return paragraph;
  });
  byId("warnings").replaceChildren(...told);
  show(byId("warnings"), told.length > 0);
});

/** A button by which the suggested address is taken at one press. */
function taking(better: ProgressAt<"confirm">["profile"]): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "outline";
  button.append(say("confirm.take"));
  button.addEventListener("click", () => {
    void call("put", "/registration/profile", better).then((outcome) => {
      if (outcome.kind !== "answer") return made.refused(outcome);
      remember("draft", JSON.stringify(better));
      void follow("registration", outcome.value, false);
      return undefined;
    });
  });
  return button;
}

const made = form({
  id: "confirm",
  flow: "registration",
  rules: {},
  send: async (form) => {
    const outcome = await call("post", "/registration/confirm", { draft }, keyOf(draft));
    if (outcome.kind === "answer") {
      remember("draft", null);
      remember("confirm-key", null);
      return void (await follow("registration", outcome.value, false));
    }
    if (outcome.kind === "problem" && outcome.problem.code === "email-taken") {
      leaveWord("problems.email-taken");
      return replace("registration-profile");
    }
    form.refused(outcome);
  },
});
