/** 入力情報の確認. */
import { type ProgressAt, call } from "../api.ts";
import { byId, fill, say, show, words } from "../dom.ts";
import { keepDraft } from "../draft.ts";
import { screen } from "../flow.ts";
import { form } from "../form.ts";
import { freshKey } from "../key.ts";
import { leaveWord, remember, remembered } from "../memory.ts";
import { follow, replace } from "../pages.ts";
import { pressed } from "../press.ts";

let draft = "";
let office = "";

/** One key for one draft, for all repetitions, also after a reload. */
function keyOf(draft: string): string {
  const [of, key] = (remembered("confirm-key") ?? "").split(" ");
  if (of === draft && key !== undefined) return key;
  const fresh = freshKey();
  remember("confirm-key", `${draft} ${fresh}`);
  return fresh;
}

screen("registration", ["confirm"], (progress: ProgressAt<"confirm">) => {
  draft = progress.draft;
  const { profile, warnings } = progress;
  office = progress.office.number;
  fill(byId("content"), {
    "office-number": office,
    "office-name": progress.office.name,
    ...profile,
    department: profile.department ?? words("confirm.none"),
    jobTitle: profile.jobTitle ?? words("confirm.none"),
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

/** A button that accepts the suggested address. */
function taking(better: ProgressAt<"confirm">["profile"]): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "outline";
  button.append(say("confirm.take"));
  button.addEventListener("click", () => {
    void pressed(async () => {
      const outcome = await call("put", "/registration/profile", better);
      if (outcome.kind !== "answer") return made.refused(outcome);
      keepDraft(office, better);
      await follow("registration", outcome.value, false);
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
    if (outcome.kind === "problem" && outcome.problem.code === "email-taken" && "progress" in outcome.problem) {
      leaveWord("problems.email-taken");
      return replace("registration-profile");
    }
    form.refused(outcome);
  },
});
