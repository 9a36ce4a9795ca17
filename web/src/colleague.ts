import { remember, remembered } from "./memory.ts";

/** The fields of a colleague who is about to be added. */
export const FIELDS = ["email", "name", "nameKana", "department", "jobTitle", "phone"] as const;

/** What was typed of a colleague, by which session, with the key of the request that adds them. */
export type Colleague = Record<(typeof FIELDS)[number], string> & { readonly session: string; readonly key: string };

/** Keeps a colleague until they are added, or the person logs out; or none. */
export const keepColleague = (colleague: Colleague | null): void =>
  remember("colleague", colleague && JSON.stringify(colleague));

/** The colleague whom this session typed, and not another person's, whose office may be another one. */
export function keptColleague(session: string): Colleague | undefined {
  try {
    const kept = JSON.parse(remembered("colleague") ?? "null") as Colleague | null;
    return kept?.session === session ? kept : undefined;
  } catch {
    return undefined;
  }
}
