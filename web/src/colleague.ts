import { remember, remembered } from "./memory.ts";

/** A colleague who is about to be added, as typed; kept until it is confirmed, or the person logs out. */
export const FIELDS = ["email", "name", "nameKana", "department", "jobTitle", "phone"] as const;

/** What was typed of a colleague, with the key of the request that adds them. */
export type Colleague = Record<(typeof FIELDS)[number], string> & { readonly key: string };

/** Keeps a colleague, or none. */
export const keepColleague = (colleague: Colleague | null): void =>
  remember("colleague", colleague && JSON.stringify(colleague));

/** The colleague who was kept. */
export function keptColleague(): Colleague | undefined {
  try {
    return (JSON.parse(remembered("colleague") ?? "null") as Colleague | null) ?? undefined;
  } catch {
    return undefined;
  }
}
