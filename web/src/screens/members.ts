/** ユーザの管理: the users of the office, and what became of their mails. */
import { type Member, type MemberList, call } from "../api.ts";
import { byId, fill, has, say, show, words } from "../dom.ts";
import { unanswered } from "../flow.ts";
import { type Delivery, watch } from "../mail.ts";
import { mine, signedOut } from "../mine.ts";
import { staysTrue } from "../stays-true.ts";
import { dateAndClock, secondsUntil } from "../time.ts";

const list = byId("members");
const row = byId<HTMLTemplateElement>("member");
const released = byId("released");
const free = byId<HTMLTemplateElement>("free");
let shown = "";
let manages = false;

const again = mine(async (me) => {
  manages = me.role === "manager";
  fill(byId("content"), { office: me.office.name });
  const outcome = await call("get", "/members");
  if (outcome.kind !== "answer") {
    if (outcome.kind === "problem" && signedOut(outcome.problem)) return;
    return unanswered(outcome);
  }
  const { members, limit } = outcome.value;
  tellsFree(outcome.value.released);
  fill(byId("content"), { left: Math.max(0, limit - members.length), limit });
  show(byId("left"), members.length < limit);
  show(byId("full"), members.length >= limit);
  show(byId("new-user"), manages && members.length < limit);
  show(byId("managers-only"), !manages);
  shows(members);
  // While a mail is on its way the list asks again.
  watch(
    stateOf(members),
    async () => {
      const again = await call("get", "/members");
      if (again.kind !== "answer") return undefined;
      shows(again.value.members);
      tellsFree(again.value.released);
      return stateOf(again.value.members);
    },
    () => undefined,
    // Each question prolongs the session.
    false,
  );
});

staysTrue(again);

function stateOf(members: readonly Member[]): Delivery {
  const states = members.map((member) => member.mail?.delivery);
  return (["queued", "sent"] as const).find((state) => states.includes(state)) ?? "delivered";
}

/** Whose seat fell free of itself, why, and what to do. */
function tellsFree(seats: MemberList["released"]): void {
  show(released, seats.length > 0);
  released.querySelector("ul")?.replaceChildren(
    ...seats.map(({ name, email, releasedAt, reason }) => {
      const item = document.importNode(free.content, true).firstElementChild as HTMLElement;
      fill(item, { name, email, at: dateAndClock(releasedAt) });
      item.querySelector(".why")?.replaceChildren(say(`members.released.why.${reason}`));
      return item;
    }),
  );
}

/** Shows the rows; where the same people are listed, they stay, and so does the focus. */
function shows(members: readonly Member[]): void {
  const people = members.map(({ id }) => id).join();
  if (people !== shown) list.replaceChildren(...members.map(rowOf));
  shown = people;
  members.forEach((member, at) => tells(list.children[at] as HTMLElement, member));
}

function rowOf(member: Member, at: number): HTMLElement {
  const item = document.importNode(row.content, true).firstElementChild as HTMLElement;
  show(item.querySelector<HTMLElement>(".current"), member.current);
  const [heading, change] = [item.querySelector<HTMLElement>(".name"), item.querySelector("a")];
  if (heading === null || change === null) return item;
  // Each link says whom it is about.
  heading.id = `member-${at}`;
  change.setAttribute("aria-describedby", heading.id);
  change.href += `#${member.id}`;
  return item;
}

/** Who it is, what became of the mail with the initial password, and what to do. */
function tells(item: HTMLElement, { name, email, role, status, registeredAt, mail }: Member): void {
  show(item.querySelector<HTMLElement>(".buttons"), manages);
  for (const place of item.querySelectorAll<HTMLElement>(".mail")) show(place, mail !== undefined);
  const isOver = mail !== undefined && secondsUntil(mail.expiresAt) <= 0;
  fill(item, {
    name,
    email,
    role: words(`myPage.roles.${role}`),
    status: words(`members.statuses.${status}`),
    registered: dateAndClock(registeredAt),
    ...(mail && {
      delivery: words(`delivery.${mail.delivery}`),
      until: isOver ? words("members.expired") : dateAndClock(mail.expiresAt),
    }),
  });
  const help = `members.mailHelp.${isOver && mail.delivery !== "bounced" ? "expired" : mail?.delivery === "delivered" ? "sent" : mail?.delivery}`;
  const place = item.querySelector<HTMLElement>(".help");
  if (place === null || place.dataset["help"] === help) return;
  place.dataset["help"] = help;
  place.replaceChildren(...(manages && has(help) ? [say(help)] : []));
}
