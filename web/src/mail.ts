import { byId, has, maybe, say } from "./dom.ts";

/** The delivery status of a mail. */
export type Delivery = "queued" | "sent" | "delivered" | "bounced" | "failed";

/** The polling times of the delivery status, in seconds: a change comes soon, or much later. */
const ASKED_AFTER = [1, 2, 3, 4, 5, 10, 15, 20, 30, 30, 60, 60];
const LATER = 60;

let asking: ReturnType<typeof setTimeout> | undefined;

/** Shows the delivery status, and what to do if the mail does not arrive; announces changes of both. */
export function delivery(state: Delivery): void {
  const place = byId("delivery");
  if (place.dataset["state"] === state) return;
  place.dataset["state"] = state;
  place.replaceChildren(say(`delivery.${state}`));
  const help = `deliveryHelp.${state}`;
  maybe("delivery-help")?.replaceChildren(...(has(help) ? [say(help)] : []));
}

/** Polls while the page is visible, until the status is final or `again` has none; where `forever` is false, for some minutes. */
export function watch(
  state: Delivery,
  again: () => Promise<Delivery | undefined>,
  shows: (state: Delivery) => void = delivery,
  forever = true,
): void {
  clearTimeout(asking);
  let turn = 0;
  const next = (known: Delivery) => {
    const wait = ASKED_AFTER[turn++] ?? (forever ? LATER : undefined);
    if (wait === undefined || (known !== "queued" && known !== "sent")) return;
    asking = setTimeout(() => {
      if (document.hidden) {
        turn -= 1;
        return next(known);
      }
      void again().then((heard) => {
        if (heard !== undefined) shows(heard);
        next(heard ?? known);
      });
    }, wait * 1000);
  };
  shows(state);
  next(state);
}
