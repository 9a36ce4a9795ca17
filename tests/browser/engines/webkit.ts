import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Engine, TIME_OUT, freePort, sleep } from "./engine.ts";

const here = dirname(fileURLToPath(import.meta.url));

/** Console messages of the browser about refused requests, which are no fault of the page. */
const REFUSED = /status of (401|403|404|409|410|422|429|503)/;

/** WebKitGTK by WebDriver, in a virtual display, with TLS in front of the portal: it keeps no `Secure` cookie over plain http. */
export class WebKit extends Engine {
  private session = "";
  private said = 0;

  private constructor(
    base: string,
    private readonly driver: string,
    private readonly folder: string,
    private readonly children: readonly ChildProcess[],
    private readonly servers: readonly https.Server[],
  ) {
    super(base);
  }

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
    const signal = AbortSignal.timeout(TIME_OUT);
    const answer = await fetch(url, { method, signal, ...(method === "POST" ? { body: JSON.stringify(body) } : {}) }).catch((error: unknown) => {
      throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${String(error)}`);
    });
    const { value } = (await answer.json()) as { value: { error?: string; message?: string } };
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error} ${value.message}`);
    return value;
  }

  protected execute(script: string, args: readonly unknown[]): Promise<unknown> {
    return this.call("POST", "/execute/sync", { script, args });
  }

  protected async navigate(url: string): Promise<void> {
    await this.call("POST", "/url", { url });
  }

  async back(): Promise<void> {
    await this.call("POST", "/back");
  }

  protected async find(css: string): Promise<string> {
    const found = (await this.call("POST", "/element", { using: "css selector", value: css })) as Record<string, string>;
    return Object.values(found)[0] ?? "";
  }

  protected async click(element: string): Promise<void> {
    await this.call("POST", `/element/${element}/click`);
  }

  protected async enter(element: string, text: string): Promise<void> {
    await this.call("POST", `/element/${element}/value`, { text });
  }

  protected async perform(actions: readonly object[]): Promise<void> {
    await this.call("POST", "/actions", { actions });
  }

  protected async acceptAlert(): Promise<void> {
    await this.call("POST", "/alert/accept");
  }

  protected async resize(width: number, height: number): Promise<void> {
    await this.call("POST", "/window/rect", { width, height });
  }

  async picture(): Promise<Buffer> {
    return Buffer.from((await this.call("GET", "/screenshot")) as string, "base64");
  }

  async complaints(): Promise<string[]> {
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
