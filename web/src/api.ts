import type { components, paths } from "./generated/schema";
import { heard } from "./time.ts";

type Schemas = components["schemas"];

/** Any refusal of the server. */
export type Problem = Schemas["Problem"];
/** The code of a refusal. */
export type ProblemCode = Problem["code"];
/** Where a person is in 初回利用登録 or ログイン. */
export type Progress = Schemas["Progress"];
/** Where a person is, at a certain screen. */
export type ProgressAt<N extends Progress["next"]> = Extract<Progress, { next: N }>;
/** The person who is logged in. */
export type Me = Schemas["Me"];

type Method = "get" | "post" | "put" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Json<T> = T extends { content: { "application/json": infer B } } ? B : undefined;
type Body<O> = O extends { requestBody?: infer R } ? Json<NonNullable<R>> : undefined;
type Success<O> = O extends { responses: infer R } ? { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Json<R[S]> : never }[keyof R] : never;

/** What came of a call: an answer, a refusal, or nothing at all. */
export type Outcome<T> =
  | { readonly kind: "answer"; readonly value: T }
  | { readonly kind: "problem"; readonly problem: Problem; readonly id: string }
  | { readonly kind: "silence" };

/** After so long without an answer nobody waits any more. */
const PATIENCE = 30_000;

/** Calls the server. Nothing is repeated by itself: whoever calls decides. */
export async function call<P extends keyof paths & string, M extends Method>(
  method: M,
  path: P,
  body?: Body<Operation<P, M>>,
  key?: string,
): Promise<Outcome<Success<Operation<P, M>>>> {
  const headers: Record<string, string> = {};
  if (method !== "get") headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  // `AbortSignal.timeout` is younger than some browsers that are still in use.
  const patience = new AbortController();
  const over = setTimeout(() => patience.abort(), PATIENCE);
  try {
    const response = await fetch(`/api/v1${path}`, {
      method: method.toUpperCase(),
      headers,
      cache: "no-store",
      ...(method === "get" ? {} : { body: JSON.stringify(body ?? {}) }),
      signal: patience.signal,
    });
    heard(response.headers.get("Date"));
    const text = await response.text();
    const id = response.headers.get("X-Request-Id") ?? "";
    if (response.status === 204) return { kind: "answer", value: undefined as never };
    // What is between us and the functions may answer, too, and not as the contract says: with a page, or with nothing.
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { kind: "silence" };
    if (response.ok) return { kind: "answer", value: value as never };
    const problem = value as Problem;
    return typeof problem.code === "string" ? { kind: "problem", problem, id } : { kind: "silence" };
  } catch {
    return { kind: "silence" };
  } finally {
    clearTimeout(over);
  }
}
