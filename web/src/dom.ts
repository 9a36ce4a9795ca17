import type { TextKey } from "../texts/index.ts";

/** What is filled into a text. */
export type Fills = Readonly<Record<string, string | number>>;

/** The element of that id, which the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** The element of that id, where the page has one. */
export function maybe<T extends HTMLElement = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** Fills in every place of that name below an element. */
export function fill(root: ParentNode, fills: Fills): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-fill]")) {
    const value = fills[place.dataset["fill"] ?? ""];
    if (value !== undefined) place.textContent = String(value);
  }
}

/** A text of this page's language, with what belongs in it. */
export function say(key: TextKey, fills: Fills = {}): DocumentFragment {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-text="${key}"]`);
  if (template === null) throw new Error(`this page has no text ${key}`);
  const text = document.importNode(template.content, true);
  fill(text, fills);
  return text;
}

/** The same as bare text, without furigana. */
export function words(key: TextKey, fills: Fills = {}): string {
  const text = say(key, fills);
  for (const aside of text.querySelectorAll("rt, rp")) aside.remove();
  return text.textContent ?? "";
}

/** Whether a page has a text. */
export function has(key: string): key is TextKey {
  return document.querySelector(`template[data-text="${key}"]`) !== null;
}

/** Tells what happens, without taking the focus. */
export function tell(...what: (Node | string)[]): void {
  byId("status").replaceChildren(...what);
}

// What says that no script runs goes once one has run to its end; if one has failed, it stays.
let failed = false;
addEventListener("error", () => (failed = true));
addEventListener("DOMContentLoaded", () => failed || maybe("no-script")?.remove());

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => (pressed = false), true);

/** Does what moves the page only once no button is held down: a click would miss what it was meant for. */
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

/** What a click on a button named so does. */
export function onAction(name: string, act: (button: HTMLButtonElement) => void): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>(`[data-action="${name}"]`)) {
    button.addEventListener("click", () => act(button));
  }
}

/** The buttons named so. */
export function actions(name: string): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`[data-action="${name}"]`)];
}
