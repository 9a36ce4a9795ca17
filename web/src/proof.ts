import { type Failure, call } from "./api.ts";
import { byId, show, tell } from "./dom.ts";
import { form } from "./form.ts";
import { rules } from "./values.ts";

let again: (() => Promise<void>) | undefined;

/**
 * 本人確認: where the server wants fresh proof for what was pressed, asks for the password in the page's `proof`, and does
 * it once more after that. Answers whether it asks.
 */
export function asksProof(failure: Failure, act: () => Promise<void>): boolean {
  if (failure.kind !== "problem" || failure.problem.code !== "fresh-proof-required") return false;
  again = act;
  tell();
  show(byId("proof"));
  byId("currentPassword").focus();
  return true;
}

/** Activates the page's `proof`. */
export function proof(): void {
  form({
    id: "proof-form",
    rules: { currentPassword: rules.password },
    send: async (form) => {
      const outcome = await call("post", "/me/proof", { currentPassword: form.value("currentPassword") });
      if (outcome.kind !== "answer") return form.refused(outcome);
      show(byId("proof"), false);
      byId<HTMLInputElement>("currentPassword").value = "";
      await again?.();
    },
  });
}
