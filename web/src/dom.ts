import type { TextKey } from "../texts/index.ts";

/** The values of a text's placeholders. */
export type Fills = Readonly<Record<string, string | number>>;

/** The element of this id, which must exist. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** The element of this id, if it exists. */
export function maybe<T extends HTMLElement = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** Fills every placeholder of this name below an element. */
export function fill(root: ParentNode, fills: Fills): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-fill]")) {
    const value = fills[place.dataset["fill"] ?? ""];
    if (value !== undefined) place.textContent = String(value);
  }
}

/** A text in the page's language, with its placeholders filled. */
export function say(key: TextKey, fills: Fills = {}): DocumentFragment {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-text="${key}"]`);
  if (template === null) throw new Error(`this page has no text ${key}`);
  const text = document.importNode(template.content, true);
  fill(text, fills);
  return text;
}

/** The same as plain text, without furigana. */
export function words(key: TextKey, fills: Fills = {}): string {
  const text = say(key, fills);
  for (const aside of text.querySelectorAll("rt, rp")) aside.remove();
  return text.textContent ?? "";
}

/** Whether a page has a text. */
export function has(key: string): key is TextKey {
  return document.querySelector(`template[data-text="${key}"]`) !== null;
}

/** Announces a status, without taking the focus. */
export function tell(...what: (Node | string)[]): void {
  byId("status").replaceChildren(...what);
}

// The notice about missing scripts is removed once a script has run completely; if one has failed, it stays.
let failed = false;
addEventListener("error", () => (failed = true));
addEventListener("DOMContentLoaded", () => failed || maybe("no-script")?.remove());

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => (pressed = false), true);

/** Delays a layout change until no button is held down, because a click would miss its target. */
export function unpressed(act: () => void): void {
  if (!pressed) return act();
  const later = () => {
    removeEventListener("pointerup", later);
    removeEventListener("pointercancel", later);
    setTimeout(act);
  };
  addEventListener("pointerup", later);
  addEventListener("pointercancel", later);
}

/** Shows or hides. */
export function show(element: HTMLElement | null, shown = true): void {
  if (element !== null) element.hidden = !shown;
}

/** Sets the action of buttons of this name. */
export function onAction(name: string, act: (button: HTMLButtonElement) => void): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>(`[data-action="${name}"]`)) {
    button.addEventListener("click", () => act(button));
  }
}

/** The buttons of this name. */
export function actions(name: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-action="${name}"]`)];
}
