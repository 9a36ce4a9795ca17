/**
 * Fills fields again that the browser has emptied in a page from the back-forward cache: WebKit does that to those without
 * autocompletion, before or soon after `pageshow`. A field that the user has emptied stays empty.
 */
export function restores(fields: readonly HTMLInputElement[]): void {
  let typed: readonly string[] = [];
  const fillIn = () => fields.forEach((field, index) => void (field.value ||= typed[index] ?? ""));
  addEventListener("pagehide", () => void (typed = fields.map((field) => field.value)));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    fillIn();
    setTimeout(fillIn);
  });
}
