/** An Idempotency-Key: one for one wish of the person, for all repetitions. */
export function freshKey(): string {
  // Some browsers in use lack `crypto.randomUUID`.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}
