import { remember, remembered } from "./memory.ts";

/** The draft of 新規ユーザ登録情報の入力, by the names of the fields. */
export type Draft = Partial<Record<string, string>>;

/** Stores the draft for an office, as long as this tab is open. */
export function keepDraft(office: string, draft: Draft): void {
  remember("draft", JSON.stringify({ ...draft, office }));
}

/** The draft for this office, not for another one that a colleague registers at the same computer. */
export function draftOf(office: string): Draft {
  try {
    const kept = JSON.parse(remembered("draft") ?? "{}") as Draft;
    return kept["office"] === office ? kept : {};
  } catch {
    return {};
  }
}
