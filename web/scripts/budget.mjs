// Bytes of each screen at the first visit, brotli: the page, its style sheet, its scripts. Fails above the budget.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const SCREEN = 15_000;
const SCRIPT = 8_000;
const dist = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));

if (!existsSync(join(dist, "index.html"))) {
  console.error(`${dist} holds no front; run npm run build first`);
  process.exit(2);
}
const compressed = (file) =>
  brotliCompressSync(readFileSync(join(dist, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
const sizes = new Map();
const sizeOf = (file) => {
  if (!sizes.has(file)) sizes.set(file, compressed(file));
  return sizes.get(file);
};
const pages = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith(".html"));
let worst = 0;
let over = 0;
console.log("screen                                       html  style  script   total (brotli, bytes)");
for (const page of pages.sort()) {
  const text = readFileSync(join(dist, page), "utf8");
  const linked = [...text.matchAll(/(?:href|src)="\/(assets\/[^"]+|favicon\.svg)"/g)].map((match) => match[1]);
  const of = (ending) => [...new Set(linked)].filter((file) => file.endsWith(ending)).reduce((sum, file) => sum + sizeOf(file), 0);
  const [html, style, script] = [sizeOf(page), of(".css"), of(".js")];
  const total = html + style + script + of(".svg");
  worst = Math.max(worst, total);
  const bad = total > SCREEN || script > SCRIPT;
  if (bad) over += 1;
  console.log(`${page.padEnd(42)}${[html, style, script, total].map((n) => String(n).padStart(7)).join("")}${bad ? "  OVER" : ""}`);
}
console.log(`${pages.length} screens, the largest ${worst} of ${SCREEN} bytes`);
process.exit(over === 0 ? 0 : 1);
