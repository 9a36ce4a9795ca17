import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const file = fileURLToPath(new URL("../../openapi.yaml", import.meta.url));
const contract = parse(readFileSync(file, "utf8")) as Node;

type Node = { readonly [key: string]: Node | string | readonly (Node | string)[] };

function* under(node: unknown, seen: Set<string>): Generator<Node> {
  if (typeof node !== "object" || node === null) return;
  const here = node as Node;
  const ref = here["$ref"];
  if (typeof ref === "string") {
    if (seen.has(ref)) return;
    seen.add(ref);
    const target = ref.slice(2).split("/").reduce<unknown>((at, key) => (at as Node)[key], contract);
    yield* under(target, seen);
    return;
  }
  yield here;
  for (const value of Object.values(here)) yield* under(value, seen);
}

/** Every operation of the contract, by its id. */
export const operations: ReadonlyMap<string, Node> = new Map(
  Object.values(contract["paths"] as Node)
    .flatMap((path) => Object.values(path))
    .filter((operation): operation is Node => typeof operation === "object" && "operationId" in operation)
    .map((operation) => [String(operation["operationId"]), operation]),
);

function codesUnder(node: unknown): string[] {
  const codes = new Set<string>();
  for (const { properties } of under(node, new Set()) as Generator<{ properties?: Node }>) {
    const code = properties?.["status"] && (properties["code"] as Node | undefined)?.["const"];
    if (typeof code === "string") codes.add(code);
  }
  return [...codes].sort();
}

/** The codes of an operation's problems. */
export function problemsOf(operation: string): string[] {
  const found = operations.get(operation);
  if (found === undefined) throw new Error(`openapi.yaml has no operation ${operation}`);
  return codesUnder(found["responses"]);
}

/** The codes of field problems. */
export const fieldCodes: readonly string[] = (() => {
  for (const node of under((contract["components"] as Node)["schemas"], new Set())) {
    const code = (node["properties"] as Node | undefined)?.["code"] as Node | undefined;
    const pointer = (node["properties"] as Node | undefined)?.["pointer"] as Node | undefined;
    if (pointer !== undefined && Array.isArray(code?.["enum"]) && !(code["enum"] as string[]).includes("possible-typo")) {
      return (code["enum"] as string[]).slice().sort();
    }
  }
  throw new Error("openapi.yaml has no codes of fields");
})();

/** The codes of all problems. */
export const problemCodes: readonly string[] = codesUnder(((contract["components"] as Node)["schemas"] as Node)["Problem"]);
