import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Engine, TIME_OUT, freePort, sleep } from "./engine.ts";

/** A profile that asks the network for nothing of its own, and can be driven over Marionette. */
const PREFERENCES = {
  "app.update.disabledForTesting": true,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "browser.startup.page": 0,
  // WebDriver listens for the end of a page, which otherwise keeps it out of the back-forward cache.
  "docshell.shistory.bfcache.allow_unload_listeners": true,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "intl.accept_languages": "ja",
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "signon.rememberSignons": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Debian's Firefox over Marionette, the protocol that geckodriver speaks to it: the commands of WebDriver on a socket. */
export class Firefox extends Engine {
  private next = 0;
  private read = Buffer.alloc(0);
  private readonly pending = new Map<number, Pending>();

  private constructor(
    base: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly socket: Socket,
  ) {
    super(base);
    socket.on("data", (data) => this.receives(data));
    const ends = () => {
      for (const { reject } of this.pending.values()) reject(new Error("Firefox has ended"));
      this.pending.clear();
    };
    socket.on("close", ends).on("error", ends);
  }

  static async start(portal: string): Promise<Firefox> {
    const folder = mkdtempSync(join(tmpdir(), "portal-firefox-"));
    const port = await freePort();
    const lines = Object.entries({ ...PREFERENCES, "marionette.port": port }).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`);
    writeFileSync(join(folder, "user.js"), lines.join("\n"));
    const program = process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";
    // The console of the pages is read in the browser's own scope, which --remote-allow-system-access opens.
    const args = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access", "--profile", folder];
    const child = spawn(program, args, { stdio: "ignore", env: { ...process.env, HOME: folder, LANG: "ja_JP.UTF-8" } });
    const socket = await connected(port);
    const started = new Firefox(portal, folder, child, socket);
    await started.call("WebDriver:NewSession", { strictFileInteractability: true, unhandledPromptBehavior: "ignore" });
    return started;
  }

  /** A message is its length in octets, a colon, and JSON. */
  private receives(data: Buffer): void {
    this.read = Buffer.concat([this.read, data]);
    for (;;) {
      const colon = this.read.indexOf(":");
      const length = Number(this.read.subarray(0, colon).toString());
      if (colon < 0 || this.read.length < colon + 1 + length) return;
      const message: unknown = JSON.parse(this.read.subarray(colon + 1, colon + 1 + length).toString());
      this.read = this.read.subarray(colon + 1 + length);
      // What Firefox says of itself on connecting is no array.
      if (Array.isArray(message)) this.answers(message as [number, number, { error: string; message: string } | null, unknown]);
    }
  }

  private answers([, id, error, result]: [number, number, { error: string; message: string } | null, unknown]): void {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    if (error === null) pending?.resolve(result);
    else pending?.reject(new Error(`${error.error}: ${error.message}`));
  }

  private call(name: string, parameters: object = {}): Promise<unknown> {
    const id = this.next++;
    const message = JSON.stringify([0, id, name, parameters]);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${name} ${message}: no answer`)), TIME_OUT);
      const settle = () => clearTimeout(late);
      this.pending.set(id, {
        resolve: (result) => (settle(), resolve(result)),
        reject: (error) => (settle(), reject(new Error(`${name}: ${error.message}`))),
      });
      this.socket.write(`${Buffer.byteLength(message)}:${message}`);
    });
  }

  private async asks(name: string, parameters: object = {}): Promise<unknown> {
    return ((await this.call(name, parameters)) as { value: unknown }).value;
  }

  /** Runs a script in the scope of the browser itself. */
  private async inBrowser(script: string, args: readonly unknown[] = []): Promise<unknown> {
    await this.call("Marionette:SetContext", { value: "chrome" });
    try {
      return await this.execute(script, args);
    } finally {
      await this.call("Marionette:SetContext", { value: "content" });
    }
  }

  protected execute(script: string, args: readonly unknown[]): Promise<unknown> {
    return this.asks("WebDriver:ExecuteScript", { script, args });
  }

  protected async navigate(url: string): Promise<void> {
    await this.call("WebDriver:Navigate", { url });
  }

  async back(): Promise<void> {
    await this.call("WebDriver:Back");
  }

  protected async find(css: string): Promise<string> {
    const found = (await this.asks("WebDriver:FindElement", { using: "css selector", value: css })) as Record<string, string>;
    return Object.values(found)[0] ?? "";
  }

  protected async click(id: string): Promise<void> {
    await this.call("WebDriver:ElementClick", { id });
  }

  protected async enter(id: string, text: string): Promise<void> {
    await this.call("WebDriver:ElementSendKeys", { id, text });
  }

  protected async perform(actions: readonly object[]): Promise<void> {
    await this.call("WebDriver:PerformActions", { actions });
  }

  protected async acceptAlert(): Promise<void> {
    await this.call("WebDriver:AcceptAlert");
  }

  /** The page's own size: a window of Firefox cannot be as narrow as a telephone. */
  protected async resize(width: number, height: number): Promise<void> {
    await this.call("WebDriver:SetWindowRect", { width: Math.max(width, 1280), height: Math.max(height, 900) });
    const set = "const { style } = gBrowser.selectedBrowser; Object.assign(style, { flex: 'none', width: arguments[0] + 'px', height: arguments[1] + 'px' });";
    await this.inBrowser(set, [width, height]);
  }

  async picture(): Promise<Buffer> {
    return Buffer.from((await this.asks("WebDriver:TakeScreenshot", { full: false })) as string, "base64");
  }

  /** Not what a release without Trusted Types says of the policy on each page: it ignores them, as it must (CSP3). */
  async complaints(): Promise<string[]> {
    const said = `const unknown = /^Content-Security-Policy: .*\\W(require-trusted-types-for|trusted-types)\\W*$/;
      const said = Services.console.getMessageArray()
        .filter((one) => one instanceof Ci.nsIScriptError && !(one.flags & Ci.nsIScriptError.infoFlag) && one.sourceName.startsWith(arguments[0]))
        .filter((one) => !(one.category === 'CSP_couldNotProcessUnknownDirective' && unknown.test(one.errorMessage)))
        .map((one) => one.sourceName + ':' + one.lineNumber + ': ' + one.category + ': ' + one.errorMessage);
      Services.console.reset();
      return said;`;
    return (await this.inBrowser(said, [this.base])) as string[];
  }

  async close(): Promise<void> {
    await this.call("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => undefined);
    this.socket.destroy();
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function connected(port: number): Promise<Socket> {
  for (const end = Date.now() + 2 * TIME_OUT; Date.now() < end; await sleep(100)) {
    const socket = connect(port, "127.0.0.1");
    const reached = await new Promise<boolean>((known) => socket.once("connect", () => known(true)).once("error", () => known(false)));
    if (reached) return socket;
  }
  throw new Error("Firefox does not listen");
}
