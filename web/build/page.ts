import type { Html } from "./markup.ts";
import type { Writing } from "./parts.ts";

/** A screen: its file, its place in the procedure, its script, and what stands in it. */
export interface Page {
  /** The file's name without `.html`. */
  readonly name: string;
  /** Of the four stages, which one it belongs to. */
  readonly stage?: 1 | 2 | 3 | 4;
  /** Whether people begin here, too, so that the stages before it may not be done. */
  readonly begins?: boolean;
  /** The script in `src/screens`. */
  readonly script?: string;
  /** The operations of the contract that it calls, whose problems it can tell. */
  readonly operations?: readonly string[];
  /** Whether `main` waits for the server's word before it is shown. */
  readonly waits?: boolean;
  /** Texts whose names the script puts together, by their beginnings. */
  readonly says?: readonly string[];
  /** Its title, which is its heading, too. */
  readonly title: (w: Writing) => string;
  /** The main part below the heading. */
  readonly body: (w: Writing) => Html;
}
