import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Plugin, runnerImport } from "vite";

const web = fileURLToPath(new URL("..", import.meta.url));

/** The screens' scripts and the style sheet: what Vite bundles. */
export function entries(): Record<string, string> {
  const screens = readdirSync(`${web}src/screens`).filter((file) => file.endsWith(".ts"));
  const scripts = screens.map((file) => [file.replace(/\.ts$/, ""), `${web}src/screens/${file}`]);
  return { ...Object.fromEntries(scripts), style: `${web}style/style.css` };
}

/** What a page links: its style sheet, its script, and what that script needs. */
export interface Assets {
  readonly style: string;
  readonly script: string | undefined;
  readonly preloads: readonly string[];
  /** The code behind the page, from which the texts that it says are read. */
  readonly code: string;
}

/** Leaves out the custom properties that nothing uses. */
function withoutUnused(css: string): string {
  let before;
  do {
    before = css;
    const used = new Set([...css.matchAll(/var\((--[a-z0-9-]+)/g)].map((match) => match[1]));
    css = css.replace(/(--[a-z0-9-]+)\s*:[^;{}]*(;|(?=\}))/g, (rule, name: string) => (used.has(name) ? rule : ""));
  } while (css !== before);
  return css;
}

/** Writes every page of the site in every language, with the names of the bundled files. */
export function site(): Plugin {
  return {
    name: "site",
    transform(code, id) {
      if (!id.endsWith("style.css")) return null;
      const tokens = readFileSync(`${web}node_modules/@digital-go-jp/design-tokens/dist/tokens-simple.css`, "utf8");
      return { code: withoutUnused(tokens.replace(/\/\*[\s\S]*?\*\//, "") + code), map: null };
    },
    async generateBundle(_, bundle) {
      const { module, dependencies } = await runnerImport<typeof import("./site.ts")>(`${web}build/site.ts`);
      for (const file of dependencies) this.addWatchFile(file);
      const files = Object.values(bundle);
      const style = files.find((file) => file.fileName.endsWith(".css"));
      if (style === undefined) throw new Error("no style sheet was built");
      const chunk = (fileName: string) => {
        const found = bundle[fileName];
        return found?.type === "chunk" ? found : undefined;
      };
      const needs = (fileName: string): string[] => {
        const imports = chunk(fileName)?.imports ?? [];
        return [...new Set(imports.flatMap((name) => [name, ...needs(name)]))];
      };
      const assetsOf = (script: string | undefined): Assets => {
        if (script === undefined) return { style: style.fileName, script: undefined, preloads: [], code: "" };
        const entry = files.find((file) => file.type === "chunk" && file.isEntry && file.name === script);
        if (entry === undefined) throw new Error(`no script ${script} was built`);
        const preloads = needs(entry.fileName);
        const code = [entry.fileName, ...preloads].map((name) => chunk(name)?.code ?? "").join("\n");
        return { style: style.fileName, script: entry.fileName, preloads, code };
      };
      // The style sheet holds a part of the tokens, whose licence goes with every copy.
      const licence = readFileSync(`${web}node_modules/@digital-go-jp/design-tokens/LICENSE`, "utf8");
      this.emitFile({ type: "asset", fileName: "licenses.txt", source: `@digital-go-jp/design-tokens\n\n${licence}` });
      for (const { fileName, source } of module.site(assetsOf)) {
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  };
}
