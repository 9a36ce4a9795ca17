import { remember, remembered } from "./memory.ts";

/** What was typed of a profile, by the names of the fields. */
export type Draft = Partial<Record<string, string>>;

/** Stores the draft of an office's registration, or of a session's own profile, as long as this tab is open. */
export function keepDraft(owner: string, draft: Draft): void {
  remember("draft", JSON.stringify({ ...draft, owner }));
}

/** The draft of this owner, not of another one that a colleague works on at the same computer. */
export function draftOf(owner: string): Draft {
  try {
    const kept = JSON.parse(remembered("draft") ?? "{}") as Draft;
    return kept["owner"] === owner ? kept : {};
  } catch {
    return {};
  }
}
