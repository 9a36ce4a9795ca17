/** ユーザの管理: the users of the office, what became of their mails, and what a manager changes of them. */
import { type Failure, type Me, type Member, call } from "../api.ts";
import { byId, fill, has, onAction, say, show, tell, words } from "../dom.ts";
import { unanswered } from "../flow.ts";
import { freshKey } from "../key.ts";
import { type Delivery, watch } from "../mail.ts";
import { mine, signedOut } from "../mine.ts";
import { pressed } from "../press.ts";
import { calm, complain, ledAway, reason } from "../problems.ts";
import { asksProof, proof } from "../proof.ts";
import { dateAndClock, secondsUntil } from "../time.ts";

type Act = "reissue" | "manager" | "member" | "disable" | "enable" | "remove";

const list = byId("members");
const row = byId<HTMLTemplateElement>("member");
/** The rows that are shown. */
let shown: { readonly member: Member; readonly item: HTMLElement }[] = [];
let manages = false;

const again = mine(async (me) => {
  manages = me.role === "manager";
  const members = await listed();
  if (members !== undefined) follow(me, members);
});

/** The list of the server; without an answer it says why. */
async function listed(): Promise<readonly Member[] | undefined> {
  const outcome = await call("get", "/members");
  if (outcome.kind === "answer") {
    const { members, limit } = outcome.value;
    fill(byId("content"), { left: Math.max(0, limit - members.length), limit });
    show(byId("left"), members.length < limit);
    show(byId("full"), members.length >= limit);
    show(byId("new-user"), manages && members.length < limit);
    show(byId("managers-only"), !manages);
    return members;
  }
  if (outcome.kind !== "problem" || !signedOut(outcome.problem)) unanswered(outcome);
  return undefined;
}

/** Shows the list, and asks again while a mail is on its way. */
function follow(me: Me, members: readonly Member[]): void {
  fill(byId("content"), { office: me.office.name });
  shows(members);
  const state = (members: readonly Member[]): Delivery => {
    const states = members.map((member) => member.mail?.delivery);
    return (["queued", "sent"] as const).find((state) => states.includes(state)) ?? "delivered";
  };
  watch(
    state(members),
    async () => {
      const outcome = await call("get", "/members");
      if (outcome.kind !== "answer") return undefined;
      shows(outcome.value.members);
      return state(outcome.value.members);
    },
    () => undefined,
  );
}

/** Shows the rows; where the same people are listed in the same states, the buttons keep the focus. */
function shows(members: readonly Member[]): void {
  const name = ({ id, role, status }: Member) => `${id} ${role} ${status}`;
  const same = members.map(name).join() === shown.map(({ member }) => name(member)).join();
  if (!same) list.replaceChildren(...(shown = members.map((member, at) => ({ member, item: rowOf(member, at) }))).map(({ item }) => item));
  members.forEach((member, at) => {
    const item = shown[at]?.item;
    if (item !== undefined) tells(item, member);
  });
}

function rowOf(member: Member, at: number): HTMLElement {
  const item = document.importNode(row.content, true).firstElementChild as HTMLElement;
  const { name, email } = member;
  fill(item, {
    name,
    email,
    role: words(`myPage.roles.${member.role}`),
    status: words(`members.statuses.${member.status}`),
    registered: dateAndClock(member.registeredAt),
  });
  show(item.querySelector<HTMLElement>(".current"), member.current);
  const heading = item.querySelector(".name");
  if (heading) heading.id = `member-${at}`;
  const may: Record<Act, boolean> = {
    reissue: member.status === "pending",
    manager: member.role === "member",
    member: member.role === "manager",
    disable: member.status !== "disabled",
    enable: member.status === "disabled",
    remove: true,
  };
  show(item.querySelector<HTMLElement>(".buttons"), manages);
  for (const button of item.querySelectorAll<HTMLButtonElement>("button")) {
    const act = button.dataset["act"] as Act;
    show(button, may[act]);
    // Each button says whom it is about.
    button.setAttribute("aria-describedby", `member-${at}`);
    button.addEventListener("click", () => asks(act, member));
  }
  return item;
}

/** What became of the mail with the initial password, and what to do. */
function tells(item: HTMLElement, { mail, status }: Member): void {
  for (const place of item.querySelectorAll<HTMLElement>(".mail")) show(place, mail !== undefined);
  if (mail === undefined) return;
  const isOver = secondsUntil(mail.expiresAt) <= 0;
  fill(item, {
    delivery: words(`delivery.${mail.delivery}`),
    until: isOver ? words("members.expired") : dateAndClock(mail.expiresAt),
  });
  const help = `members.mailHelp.${isOver && mail.delivery !== "bounced" ? "expired" : mail.delivery === "delivered" ? "sent" : mail.delivery}`;
  const text = manages && status === "pending" && has(help) ? words(help) : "";
  const place = item.querySelector<HTMLElement>(".help");
  if (place !== null && place.textContent !== text) place.textContent = text;
}

let wanted: { readonly act: Act; readonly member: Member; readonly key: string } | undefined;

/** Asks whether it is really wanted. */
function asks(act: Act, member: Member): void {
  calm();
  tell();
  wanted = { act, member, key: freshKey() };
  byId("sure-text").replaceChildren(say(`members.sure.${act}`, { name: member.name }));
  show(byId("sure-own"), member.current);
  turnTo(byId("sure"));
}

/** Shows the list or the question, and takes the focus there. */
function turnTo(part: HTMLElement): void {
  show(byId("proof"), false);
  for (const one of [byId("users"), byId("sure")]) show(one, one === part);
  part.querySelector("h2")?.focus();
}

proof();
onAction("stop", () => turnTo(byId("users")));
onAction("go", () => void pressed(goOn));

async function goOn(): Promise<void> {
  if (wanted === undefined) return;
  const { act, member, key } = wanted;
  calm();
  tell(say("site.sending"));
  const outcome = await sends(act, member.id, key);
  if (outcome.kind !== "answer") return failed(outcome);
  turnTo(byId("users"));
  await again();
  tell(say(`members.done.${act}`, { name: member.name }));
}

function sends(act: Act, id: string, key: string) {
  switch (act) {
    case "reissue":
      return call("post", "/members/{id}/initial-password", undefined, key, id);
    case "remove":
      return call("delete", "/members/{id}", undefined, undefined, id);
    case "manager":
    case "member":
      return call("patch", "/members/{id}", { role: act }, undefined, id);
    case "disable":
    case "enable":
      return call("patch", "/members/{id}", { status: act === "disable" ? "disabled" : "active" }, undefined, id);
  }
}

function failed(failure: Failure): void {
  tell();
  if (asksProof(failure, goOn)) return;
  if (failure.kind === "problem") {
    const { problem } = failure;
    if (signedOut(problem)) return;
    // Somebody else was first: the list says how it is now.
    const told = problem.code === "not-found" ? "members.gone" : problem.code === "wrong-step" ? "members.logged" : undefined;
    if (told !== undefined) {
      turnTo(byId("users"));
      void again().then(() => complain(say(told)));
      return;
    }
    if (ledAway(undefined, problem)) return;
  }
  complain(reason(failure));
}
