import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
/** The time-out of a condition. */
const PATIENCE = 20_000;

const sleep = (milliseconds: number) => new Promise((after) => setTimeout(after, milliseconds));

/** Console messages of the browser about refused requests, which are no fault of the page. */
const REFUSED = /status of (401|403|404|409|410|422|429|503)/;

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}

/** WebKitGTK by WebDriver, in a virtual display, with TLS in front of the portal: it keeps no `Secure` cookie over plain http. */
export class WebKit {
  private session = "";
  private said = 0;

  private constructor(
    readonly base: string,
    private readonly driver: string,
    private readonly folder: string,
    private readonly children: readonly ChildProcess[],
    private readonly servers: readonly https.Server[],
  ) {}

  static async start(portal: string): Promise<WebKit> {
    const folder = mkdtempSync(join(tmpdir(), "portal-webkit-"));
    const proxy = portal.startsWith("https:") ? undefined : await tlsBefore(portal, folder);
    const children: ChildProcess[] = [];
    const child = (program: string, args: string[], env: NodeJS.ProcessEnv = {}) => {
      children.push(spawn(program, args, { stdio: "ignore", env: { ...process.env, ...env } }));
    };
    const display = `:${100 + (await freePort()) % 30_000}`;
    child("Xvfb", [display, "-screen", "0", "1400x1100x24", "-nolisten", "tcp"]);
    await sleep(1000);
    const port = await freePort();
    child("WebKitWebDriver", [`--port=${port}`], {
      DISPLAY: display,
      // Disable the input method of this machine's user.
      GTK_IM_MODULE: "gtk-im-context-simple",
      WEBKIT_CONSOLE: join(folder, "console"),
      LANG: "C.UTF-8",
      // A container has no D-Bus, and root has no sandbox.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    });
    const started = new WebKit(proxy?.base ?? portal, `http://127.0.0.1:${port}`, folder, children, proxy === undefined ? [] : [proxy.server]);
    await started.until("the driver", async () => (await fetch(`${started.driver}/status`)).ok);
    const binary = join(here, "window.py");
    chmodSync(binary, 0o755);
    const capabilities = { alwaysMatch: { acceptInsecureCerts: true, "webkitgtk:browserOptions": { binary, args: [] } } };
    const made = (await started.call("POST", "", { capabilities })) as { sessionId: string };
    started.session = `/${made.sessionId}`;
    return started;
  }

  private async call(method: "GET" | "POST" | "DELETE", path: string, body: object = {}): Promise<unknown> {
    const url = `${this.driver}/session${this.session}${path}`;
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(url, { method, signal, ...(method === "POST" ? { body: JSON.stringify(body) } : {}) }).catch((error: unknown) => {
      throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${String(error)}`);
    });
    const { value } = (await answer.json()) as { value: { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error} ${value.message}`);
    return value;
  }

  /** Waits until a condition holds. */
  async until(what: string, holds: () => Promise<unknown>): Promise<void> {
    let last: unknown;
    for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(100)) {
      try {
        if (await holds()) return;
        last = undefined;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`waited in vain for ${what}${last === undefined ? "" : `: ${String(last)}`}`);
  }

  /** Runs a self-contained function in the page. */
  async run<A extends readonly unknown[], R>(act: (...args: A) => R, ...args: A): Promise<R> {
    return (await this.call("POST", "/execute/sync", { script: `return (${act.toString()}).apply(null, arguments)`, args })) as R;
  }

  async opens(path: string): Promise<void> {
    await this.call("POST", "/url", { url: this.base + path });
  }

  async back(): Promise<void> {
    await this.call("POST", "/back");
  }

  /** Sets the inner size of the window. */
  async size(width: number, height: number): Promise<void> {
    await this.call("POST", "/window/rect", { width, height });
    await this.until(`a window of ${width}`, () => this.run((width) => innerWidth === width, width));
  }

  private async element(css: string): Promise<string> {
    const found = (await this.call("POST", "/element", { using: "css selector", value: css })) as Record<string, string>;
    return Object.values(found)[0] ?? "";
  }

  async clicks(css: string): Promise<void> {
    await this.call("POST", `/element/${await this.element(css)}/click`);
  }

  async types(css: string, text: string): Promise<void> {
    await this.call("POST", `/element/${await this.element(css)}/value`, { text });
  }

  async presses(key: string): Promise<void> {
    await this.call("POST", "/actions", { actions: [{ type: "key", id: "keys", actions: [{ type: "keyDown", value: key }, { type: "keyUp", value: key }] }] });
  }

  async accepts(): Promise<void> {
    await this.until("a question", async () => (await this.call("POST", "/alert/accept")) === null);
  }

  /** Waits until a screen is loaded and shows its content. */
  async at(name: string): Promise<void> {
    await this.until(name, () =>
      this.run((name) => {
        const shown = document.querySelector<HTMLElement>("#content") ?? document.querySelector<HTMLElement>("main");
        return location.pathname.endsWith(`/${name}.html`) && document.readyState === "complete" && shown !== null && shown.checkVisibility();
      }, name),
    );
  }

  async value(id: string): Promise<string> {
    return this.run((id) => (document.getElementById(id) as HTMLInputElement).value, id);
  }

  async text(css: string): Promise<string> {
    return this.run((css) => (document.querySelector<HTMLElement>(css)?.innerText ?? "").trim(), css);
  }

  async shows(css: string): Promise<boolean> {
    return this.run((css) => document.querySelector(css)?.checkVisibility() ?? false, css);
  }

  async picture(): Promise<Buffer> {
    return Buffer.from((await this.call("GET", "/screenshot")) as string, "base64");
  }

  /** The console messages since the last call, except those about refusals of the server. */
  complaints(): string[] {
    const lines = readFileSync(join(this.folder, "console"), { encoding: "utf8", flag: "a+" }).split("\n");
    const fresh = lines.slice(this.said);
    this.said = lines.length - 1;
    return fresh.filter((line) => line.includes("CONSOLE") && !REFUSED.test(line));
  }

  async close(): Promise<void> {
    await this.call("DELETE", "").catch(() => undefined);
    for (const child of this.children) child.kill();
    for (const server of this.servers) server.close().closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A TLS proxy in front of the portal, with a temporary certificate. */
async function tlsBefore(portal: string, folder: string): Promise<{ base: string; server: https.Server }> {
  const at = (name: string) => join(folder, name);
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", at("key"), "-out", at("crt")],
    { stdio: "ignore" },
  );
  let base = "";
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const server = https.createServer({ key: readFileSync(at("key")), cert: readFileSync(at("crt")) }, (asked, answer) => {
    const headers: http.IncomingHttpHeaders = { ...asked.headers, host: new URL(portal).host };
    if (headers.origin === base) headers.origin = portal;
    const onward = http.request(portal + (asked.url ?? ""), { method: asked.method ?? "GET", headers, agent }, (got) => {
      // HSTS would outlive this certificate.
      const { "strict-transport-security": _, ...rest } = got.headers;
      answer.writeHead(got.statusCode ?? 502, rest);
      got.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  base = `https://localhost:${(server.address() as AddressInfo).port}`;
  return { base, server };
}
