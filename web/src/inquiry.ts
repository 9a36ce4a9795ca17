import type { Failure } from "./api.ts";
import { remember, remembered } from "./memory.ts";

/** The fields of an inquiry, by their names in the contract. */
export const FIELDS = [
  "category", "subcategory", "userKind", "organisationName", "organisationNumber", "institutionKind", "prefecture", "name", "nameKana", "email", "phone", "message",
] as const;
export type Name = (typeof FIELDS)[number];

/** What was typed, with the labels of what was chosen, and the key of the request that sends it. */
export interface Inquiry {
  readonly typed: Record<Name, string>;
  readonly labels: Partial<Record<Name, string>>;
  readonly key: string;
  /** What the server found wrong with it at the confirmation. */
  readonly wrong?: Failure;
}

/** Keeps what was typed as long as this tab is open, or nothing. */
export const keepInquiry = (inquiry: Inquiry | null): void => remember("inquiry", inquiry && JSON.stringify(inquiry));

/** What was typed. */
export function keptInquiry(): Inquiry | undefined {
  try {
    return (JSON.parse(remembered("inquiry") ?? "null") as Inquiry | null) ?? undefined;
  } catch {
    return undefined;
  }
}
