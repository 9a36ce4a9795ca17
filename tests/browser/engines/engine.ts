import { createServer, type AddressInfo } from "node:net";

/** The time-out of a condition, in milliseconds. */
export const TIME_OUT = 20_000;

export const sleep = (milliseconds: number) => new Promise((after) => setTimeout(after, milliseconds));

export function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}

/** A browser that is driven by the commands of WebDriver, with its own back-forward cache, and without Playwright. */
export abstract class Engine {
  protected constructor(readonly base: string) {}

  protected abstract execute(script: string, args: readonly unknown[]): Promise<unknown>;
  protected abstract navigate(url: string): Promise<void>;
  protected abstract find(css: string): Promise<string>;
  protected abstract click(element: string): Promise<void>;
  protected abstract enter(element: string, text: string): Promise<void>;
  protected abstract perform(actions: readonly object[]): Promise<void>;
  protected abstract acceptAlert(): Promise<void>;
  protected abstract resize(width: number, height: number): Promise<void>;
  abstract back(): Promise<void>;
  abstract picture(): Promise<Buffer>;
  /** The console messages since the last call, except those about refusals of the server. */
  abstract complaints(): Promise<string[]>;
  abstract close(): Promise<void>;

  /** Waits until a condition holds. */
  async until(what: string, holds: () => Promise<unknown>): Promise<void> {
    let last: unknown;
    for (const end = Date.now() + TIME_OUT; Date.now() < end; await sleep(100)) {
      try {
        if (await holds()) return;
        last = undefined;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`time-out while waiting for ${what}${last === undefined ? "" : `: ${String(last)}`}`);
  }

  /** Runs a self-contained function in the page. */
  async run<A extends readonly unknown[], R>(act: (...args: A) => R, ...args: A): Promise<R> {
    return (await this.execute(`return (${act.toString()}).apply(null, arguments)`, args)) as R;
  }

  async opens(path: string): Promise<void> {
    await this.navigate(this.base + path);
  }

  /** Opens a page of another origin. */
  async opensAt(url: string): Promise<void> {
    await this.navigate(url);
  }

  /** Sets the inner size of the window. */
  async size(width: number, height: number): Promise<void> {
    await this.resize(width, height);
    await this.until(`a window of ${width}`, () => this.run((width) => innerWidth === width, width));
  }

  async clicks(css: string): Promise<void> {
    await this.click(await this.find(css));
  }

  async types(css: string, text: string): Promise<void> {
    await this.enter(await this.find(css), text);
  }

  /** The same in place of what is there. */
  async fills(css: string, text: string): Promise<void> {
    await this.run((css) => {
      const field = document.querySelector<HTMLInputElement>(css);
      if (field !== null) field.value = "";
    }, css);
    await this.types(css, text);
  }

  async presses(key: string): Promise<void> {
    await this.perform([{ type: "key", id: "keys", actions: [{ type: "keyDown", value: key }, { type: "keyUp", value: key }] }]);
  }

  async accepts(): Promise<void> {
    await this.until("a question", async () => {
      await this.acceptAlert();
      return true;
    });
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
}
