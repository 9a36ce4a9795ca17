import type { components, paths } from "./generated/schema";
import { remember } from "./memory.ts";
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
/** A mailed code. */
export type Otp = Schemas["Otp"];
/** A user of the office. */
export type Member = Schemas["Member"];
export type MemberList = Schemas["MemberList"];

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Json<T> = T extends { content: { "application/json": infer B } } ? B : undefined;
type Body<O> = O extends { requestBody?: infer R } ? Json<NonNullable<R>> : undefined;
type Success<O> = O extends { responses: infer R } ? { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? Json<R[S]> : never }[keyof R] : never;

/** The result of a call: an answer, or the reason why there is no answer. */
export type Outcome<T> = { readonly kind: "answer"; readonly value: T } | Failure;

/** Why there is no answer: the portal refused; something between browser and portal refused; or there was no response. */
export type Failure =
  | { readonly kind: "problem"; readonly problem: Problem; readonly id: string }
  | { readonly kind: "between"; readonly status: string; readonly request: string }
  | { readonly kind: "silence" };

/** The time-out of a call. */
const TIME_OUT = 30_000;

/** What this page works on: Portal-Flow, Portal-Session. The server refuses what is meant for another one. */
export const means: Record<string, string> = {};

/** Says which flow this page works on. */
export const meanFlow = (flow: string): void => void (means["Portal-Flow"] = flow);

/** Whether another tab has begun another flow than this page works on. */
export const isOtherFlow = ({ flow }: Progress): boolean => flow !== (means["Portal-Flow"] ?? flow);

let lastId = "";

/** The number of the last request that the portal answered, for an inquiry; empty before the first. */
export const lastRequestId = (): string => lastId;

/** Calls the server; `about` is the id in the path. It never retries: the caller decides. */
export async function call<P extends keyof paths & string, M extends Method>(
  method: M,
  path: P,
  body?: Body<Operation<P, M>>,
  key?: string,
  about = "",
): Promise<Outcome<Success<Operation<P, M>>>> {
  const headers = { ...means };
  if (method !== "get") headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  // `AbortSignal.timeout` is younger than some browsers that are still in use.
  const timeout = new AbortController();
  const over = setTimeout(() => timeout.abort(), TIME_OUT);
  const url = new URL(`/api/v1${path.replace("{id}", about)}`, location.origin);
  const init: RequestInit = {
    method: method.toUpperCase(),
    headers,
    cache: "no-store",
    // The portal leads nowhere else; what does is a log-in page of the network.
    redirect: "manual",
    ...(method === "get" ? {} : { body: JSON.stringify(body ?? {}) }),
    signal: timeout.signal,
  };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, init);
    text = await response.text();
  } catch {
    return { kind: "silence" };
  } finally {
    clearTimeout(over);
  }
  heard(response.headers.get("Date"));
  // The gateway before the functions has a number, too, when it answers by itself.
  const id = response.headers.get("X-Request-Id") ?? response.headers.get("Apigw-Requestid") ?? "";
  if (id !== "") lastId = id;
  // An inquiry quotes it.
  if (response.status > 499) remember("problem-id", id);
  if ((response.status === 204 || response.status === 202) && id !== "") return { kind: "answer", value: undefined as never };
  const value = parsed(text);
  if (response.ok && value !== undefined) return { kind: "answer", value: value as never };
  if (typeof value?.["code"] === "string") return { kind: "problem", problem: value as Problem, id };
  const busy = response.status === 429 || response.status >= 500;
  if (busy && id !== "") return { kind: "problem", problem: unexplained(response.status), id };
  const status = response.type === "opaqueredirect" ? "3xx" : String(response.status);
  return { kind: "between", status, request: `${init.method} ${url.href}` };
}

/** The object that a text is as JSON: the contract has no other answers. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What our own gateway means when it answers for a function that it could not reach. */
const unexplained = (status: number): Problem =>
  ({ type: "about:blank", title: "", status, code: "temporarily-unavailable", instance: "" }) as unknown as Problem;
