import type { ProblemCode } from "./api.ts";

/**
 * What the front does with a problem, beside telling its sentence:
 * tell it at a field; go where the flow is; begin anew; log in; tell it after loading the page anew;
 * tell it with a button that loads the page anew.
 */
export type Reaction = { readonly at: string } | "follow" | "expired" | "login" | "locked" | "again" | "reload";

/** The codes of the contract at which the page stays, and tells the sentence. No page loads this list. */
export const told = [
  "unreadable-request",
  "idempotency-key-missing",
  "wrong-credentials",
  "foreign-origin",
  "not-allowed",
  "fresh-proof-required",
  "not-found",
  "too-large",
  "unsupported-media-type",
  "claims-lock-risk",
  "member-limit-reached",
  "last-manager",
  "initial-password-expired",
  "claim-void",
  "invalid-fields",
  "claims-rejected",
  "claims-locked",
  "claims-no-mail-address",
  "resend-too-early",
  "no-sends-left",
  "too-many-requests",
  "claims-unavailable",
  "temporarily-unavailable",
] as const satisfies readonly ProblemCode[];

/** What is done at every other code: a new one does not compile until it is decided what a person sees. */
export const reactions: Readonly<Record<Exclude<ProblemCode, (typeof told)[number]>, Reaction>> = {
  "no-flow": "expired",
  "no-session": "login",
  "wrong-step": "follow",
  "other-flow": "reload",
  "other-session": "reload",
  "organisation-already-registered": "follow",
  "email-taken": { at: "email" },
  "draft-changed": "again",
  "terms-not-shown": { at: "agree" },
  "terms-outdated": "again",
  "claims-temporary-password": { at: "password" },
  "claims-password-expired": { at: "password" },
  "wrong-security-code": { at: "securityCode" },
  "wrong-code": { at: "code" },
  "code-expired": { at: "code" },
  "terms-not-agreed": { at: "agree" },
  "wrong-current-password": { at: "currentPassword" },
  "idempotency-key-reused": "again",
  "no-tries-left": "locked",
};

/** What is done at this problem; nothing where its sentence is all. */
export const reactionTo = (code: ProblemCode): Reaction | undefined =>
  (reactions as Partial<Record<ProblemCode, Reaction>>)[code];
