import { byId, has, maybe, say } from "./dom.ts";

/** What became of a mail, as the server says. */
export type Delivery = "queued" | "sent" | "delivered" | "bounced" | "failed";

/** When the server is asked again what became of a mail, in seconds: news comes soon or not at all. */
const ASKED_AFTER = [1, 2, 3, 4, 5, 10, 15, 20, 30, 30, 60, 60];

let asking: ReturnType<typeof setTimeout> | undefined;

/** Shows what became of a mail, and what to do if it did not come; both are told when they change. */
export function delivery(state: Delivery): void {
  const place = byId("delivery");
  if (place.dataset["state"] === state) return;
  place.dataset["state"] = state;
  place.replaceChildren(say(`delivery.${state}`));
  const help = `deliveryHelp.${state}`;
  maybe("delivery-help")?.replaceChildren(...(has(help) ? [say(help)] : []));
}

/** Asks again and again, while somebody looks, until there is nothing more to hear of the mail. */
export function watch(state: Delivery, again: () => Promise<Delivery | undefined>): void {
  clearTimeout(asking);
  let turn = 0;
  const next = (known: Delivery) => {
    const wait = ASKED_AFTER[turn++];
    if (wait === undefined || (known !== "queued" && known !== "sent")) return;
    asking = setTimeout(() => {
      if (document.hidden) {
        turn -= 1;
        return next(known);
      }
      void again().then((heard) => {
        if (heard !== undefined) delivery(heard);
        next(heard ?? known);
      });
    }, wait * 1000);
  };
  delivery(state);
  next(state);
}
