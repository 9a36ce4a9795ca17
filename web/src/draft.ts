import { remember, remembered } from "./memory.ts";

/** What was typed at 新規ユーザ登録情報の入力, by the names of the fields. */
export type Draft = Partial<Record<string, string>>;

/** Keeps what was typed for an office, as long as this tab is open. */
export function keepDraft(office: string, draft: Draft): void {
  remember("draft", JSON.stringify({ ...draft, office }));
}

/** What was typed for this office; a colleague who registers another one at the same computer is no part of it. */
export function draftOf(office: string): Draft {
  try {
    const kept = JSON.parse(remembered("draft") ?? "{}") as Draft;
    return kept["office"] === office ? kept : {};
  } catch {
    return {};
  }
}
