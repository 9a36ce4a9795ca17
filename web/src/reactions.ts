import type { ProblemCode } from "./api.ts";

/**
 * What the front does with a problem, beside telling its sentence:
 * stay and tell it; tell it at a field; go where the flow is; begin anew; log in; tell it after loading the page anew;
 * tell it with a button that loads the page anew.
 */
export type Reaction = "tell" | { readonly at: string } | "follow" | "expired" | "login" | "locked" | "again" | "reload";

/** One for each code of the contract: a new one does not compile until somebody has decided what a person sees. */
export const reactions: Readonly<Record<ProblemCode, Reaction>> = {
  "unreadable-request": "tell",
  "idempotency-key-missing": "tell",
  "no-flow": "expired",
  "no-session": "login",
  "wrong-credentials": "tell",
  "foreign-origin": "tell",
  "not-allowed": "tell",
  "fresh-proof-required": "tell",
  "not-found": "tell",
  "too-large": "tell",
  "unsupported-media-type": "tell",
  "wrong-step": "follow",
  "other-flow": "reload",
  "other-session": "reload",
  "claims-lock-risk": "tell",
  "organisation-already-registered": "follow",
  "email-taken": { at: "email" },
  "member-limit-reached": "tell",
  "last-manager": "tell",
  "draft-changed": "again",
  "terms-not-shown": { at: "agree" },
  "terms-outdated": "again",
  "try-again": "tell",
  "initial-password-expired": "tell",
  "claim-void": "tell",
  "invalid-fields": "tell",
  "claims-rejected": "tell",
  "claims-temporary-password": { at: "password" },
  "claims-password-expired": { at: "password" },
  "claims-locked": "tell",
  "claims-no-mail-address": "tell",
  "wrong-security-code": { at: "securityCode" },
  "wrong-code": { at: "code" },
  "code-expired": { at: "code" },
  "terms-not-agreed": { at: "agree" },
  "wrong-current-password": { at: "currentPassword" },
  "idempotency-key-reused": "again",
  "no-tries-left": "locked",
  "resend-too-early": "tell",
  "no-sends-left": "tell",
  "too-many-requests": "tell",
  "claims-unavailable": "tell",
  "temporarily-unavailable": "tell",
};
