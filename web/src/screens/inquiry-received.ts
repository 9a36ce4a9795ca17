/** お問い合わせの受付: the number, as long as this tab is open. */
import { byId, fill, maybe, onAction, say, show } from "../dom.ts";
import { remembered } from "../memory.ts";
import { replace } from "../pages.ts";

onAction("print", () => print());

interface Received {
  readonly receiptNumber: string;
  readonly warnings?: readonly { readonly code: string; readonly suggestion?: string }[];
}

function received(): Received | null {
  try {
    return JSON.parse(remembered("inquiry-received") ?? "null") as Received | null;
  } catch {
    return null;
  }
}

const is = received();
if (is === null) replace("inquiry");
else {
  fill(byId("content"), { number: is.receiptNumber });
  const told = (is.warnings ?? []).map(({ code, suggestion = "" }) => {
    const paragraph = document.createElement("p");
    paragraph.append(code === "possible-typo" ? say("confirm.typo", { suggestion }) : say(code === "possible-slip" ? "inquiry.slip" : "confirm.doubtful"));
    return paragraph;
  });
  byId("warnings").replaceChildren(...told, say("inquiry.again"));
  show(byId("warnings"), told.length > 0);
  show(maybe("loading"), false);
  show(byId("content"));
}
