import type { Html } from "./markup.ts";
import type { Writing } from "./parts.ts";

/** A screen: its file, its stage in the procedure, its script, and its content. */
export interface Page {
  /** The file's name without `.html`. */
  readonly name: string;
  /** Its stage, of the four. */
  readonly stage?: 1 | 2 | 3 | 4;
  /** Whether people may also start here, so that the earlier stages may not be done. */
  readonly begins?: boolean;
  /** The script in `src/screens`. */
  readonly script?: string;
  /** The operations that it calls, and whose problems it can show. */
  readonly operations?: readonly string[];
  /** Whether it makes no call, and so needs no sentence about a call that fails. */
  readonly silent?: boolean;
  /** Whether `main` stays hidden until the server has answered. */
  readonly waits?: boolean;
  /** Prefixes of texts whose names the script composes. */
  readonly says?: readonly string[];
  /** What stands in place of the notice about missing scripts, if the page works without. */
  readonly withoutScript?: (w: Writing) => string;
  /** Its title and heading. */
  readonly title: (w: Writing) => string;
  /** The main part below the heading. */
  readonly body: (w: Writing) => Html;
}
