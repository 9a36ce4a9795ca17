import type { Failure } from "./api.ts";
import { byId, has, maybe, say, show, tell, unpressed } from "./dom.ts";
import { type Flow, leaving } from "./pages.ts";
import { pressed } from "./press.ts";
import { calm, complain, fieldOf, ledAway, reason, summary } from "./problems.ts";
import { type FieldCode, type Rule, digits, passwordLength } from "./values.ts";

/** A form whose fields have rules, and which is sent once, even if the button is pressed repeatedly. */
export interface Form<N extends string> {
  /** The present value of a field, in the form that will be sent. */
  readonly value: (name: N) => string;
  /** Shows problems of fields; returns whether there are any. */
  readonly wrong: (errors: Partial<Record<string, DocumentFragment>>) => boolean;
  /** Shows the failure of a call. */
  readonly refused: (failure: Failure) => void;
}

/** The parts of a form. */
export interface Parts<N extends string> {
  readonly id: string;
  readonly flow?: Flow;
  readonly rules: Readonly<Record<N, Rule>>;
  readonly send: (form: Form<N>) => Promise<void>;
}

const input = (name: string) => byId<HTMLInputElement>(name);

function labelOf(name: string): string {
  const label = document.querySelector(`label[for="${name}"]`)?.cloneNode(true) as HTMLElement | undefined;
  for (const aside of label?.querySelectorAll("rt, rp, .must, .may") ?? []) aside.remove();
  return label?.textContent?.trim() ?? "";
}

/** The sentence of a field's problem. */
function sentenceOf(name: string, wrong: FieldCode): DocumentFragment {
  const value = maybe<HTMLInputElement>(name)?.value ?? "";
  const n = wrong === "not-six-digits" ? digits(value) : passwordLength(value);
  return say(`fields.${wrong}`, { label: labelOf(name), n });
}

/** Marks a field, or removes the mark. */
function mark(name: string, text: DocumentFragment | null): void {
  const field = input(name);
  const place = byId(`${name}-wrong`);
  const described = field.dataset["described"] ?? "";
  place.hidden = text === null;
  if (text === null) {
    place.replaceChildren();
    field.removeAttribute("aria-invalid");
  } else {
    place.replaceChildren("＊", text);
    field.setAttribute("aria-invalid", "true");
  }
  const ids = text === null ? described : `${name}-wrong ${described}`.trim();
  if (ids === "") field.removeAttribute("aria-describedby");
  else field.setAttribute("aria-describedby", ids);
}

/** Activates a form of the page. */
export function form<N extends string>(parts: Parts<N>): Form<N> {
  const element = byId<HTMLFormElement>(parts.id);
  const names = Object.keys(parts.rules) as N[];
  const button = element.querySelector<HTMLButtonElement>("button[type=submit]");

  const value = (name: N): string => {
    const typed = input(name).value;
    return parts.rules[name].right?.(typed) ?? typed;
  };
  const wrong: Form<N>["wrong"] = (errors) => {
    const found = Object.entries(errors).filter((entry): entry is [string, DocumentFragment] => entry[1] !== undefined);
    if (found.length === 0) return false;
    const list = document.createElement("ul");
    for (const [name, text] of found) {
      const link = document.createElement("a");
      link.href = `#${name}`;
      link.append(text.cloneNode(true));
      link.addEventListener("click", (event) => {
        event.preventDefault();
        input(name).focus();
      });
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
      mark(name, text);
    }
    summary("site.summary", list);
    return true;
  };
  const refused: Form<N>["refused"] = (failure) => {
    tell();
    if (failure.kind !== "problem") return complain(reason(failure));
    const { problem } = failure;
    if (ledAway(parts.flow, problem)) return;
    const errors = (problem as { errors?: { pointer: string; code: FieldCode }[] }).errors ?? [];
    const byName = Object.fromEntries(
      errors
        .map((error) => [error.pointer.split("/")[1] ?? "", error.code] as const)
        .filter(([name, code]) => maybe(name) !== null && has(`fields.${code}`))
        .map(([name, code]) => [name, sentenceOf(name, code)]),
    );
    if (wrong(byName)) return;
    const at = fieldOf(problem);
    if (at !== undefined) wrong({ [at]: reason(failure) });
    else complain(reason(failure));
  };
  const made: Form<N> = { value, wrong, refused };

  for (const name of names) {
    const field = input(name);
    const { right, check } = parts.rules[name];
    // The notice that a value was normalised, until another one is typed.
    const replaced = right === undefined ? null : maybe(`${name}-aside`);
    field.addEventListener("change", () => {
      const better = right?.(field.value) ?? field.value;
      if (better === field.value) return;
      field.value = better;
      unpressed(() => replaced?.replaceChildren(say("say.replaced", { label: labelOf(name), value: better })));
    });
    field.addEventListener("input", () => {
      replaced?.replaceChildren();
      if (field.hasAttribute("aria-invalid") && check(value(name)) === undefined) mark(name, null);
    });
  }
  for (const reveal of element.querySelectorAll<HTMLButtonElement>(".reveal")) secret(reveal);

  const send = async (): Promise<void> => {
    for (const name of names) {
      mark(name, null);
      const better = parts.rules[name].right?.(input(name).value);
      if (better !== undefined) input(name).value = better;
    }
    calm();
    const codes: Partial<Record<string, FieldCode>> = Object.fromEntries(
      names.map((name) => [name, parts.rules[name].check(input(name).value)]),
    );
    const errors = Object.entries(codes).map(([name, code]) => [name, code && sentenceOf(name, code)]);
    if (wrong(Object.fromEntries(errors))) return;
    for (const reveal of element.querySelectorAll<HTMLButtonElement>(".reveal")) shown(reveal, false);
    tell(say("site.sending"));
    await parts.send(made);
  };
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void pressed(async () => {
      button?.setAttribute("aria-disabled", "true");
      try {
        await send();
      } finally {
        if (!leaving()) button?.removeAttribute("aria-disabled");
      }
    });
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) tell();
  });
  button?.removeAttribute("disabled");
  return made;
}

/** A secret: the button that shows it, warnings while typing (Caps Lock, full-width letters), and its removal. */
function secret(reveal: HTMLButtonElement): void {
  const field = input(reveal.getAttribute("aria-controls") ?? "");
  const aside = byId(`${field.id}-aside`);
  let caps = false;
  const note = () => {
    // All full-width letters, digits and signs; 日本語 in a password is allowed.
    const wide = field.autocomplete !== "new-password" && /[\uFF01-\uFF5E\u3000]/.test(field.value);
    const notes = [caps && say("site.capsLock"), wide && say("site.fullWidth")].filter((one) => one !== false);
    if (textOf(aside) !== notes.map((one) => one.textContent).join("")) aside.replaceChildren(...notes);
  };
  reveal.addEventListener("click", () => {
    const show = field.type === "password";
    shown(reveal, show);
    tell(say(show ? "site.passwordShown" : "site.passwordHidden"));
  });
  for (const kind of ["keydown", "keyup"] as const) {
    field.addEventListener(kind, (event) => {
      // Autofill fires key events without a key.
      if (!(event instanceof KeyboardEvent)) return;
      caps = event.getModifierState("CapsLock");
      note();
    });
  }
  field.addEventListener("input", note);
  field.addEventListener("blur", () => {
    caps = false;
    unpressed(note);
  });
  const forget = () => {
    shown(reveal, false);
    field.value = "";
    note();
  };
  // The next user of this computer may return to the page, from the back-forward cache or the history.
  addEventListener("pagehide", forget);
  addEventListener("pageshow", (event) => {
    const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    // A value that the browser filled in stays.
    if (event.persisted || navigation?.type === "back_forward") forget();
  });
}

const textOf = (element: HTMLElement) => element.textContent ?? "";

function shown(reveal: HTMLButtonElement, is: boolean): void {
  const field = input(reveal.getAttribute("aria-controls") ?? "");
  field.type = is ? "text" : "password";
  for (const label of reveal.querySelectorAll<HTMLElement>("[data-reveal]")) {
    show(label, (label.dataset["reveal"] === "hide") === is);
  }
}

