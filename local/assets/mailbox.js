// Copying, switches and freshness for the mailbox page; without it the page still reads.
"use strict";

const REFRESH_MS = 1000;
const live = document.getElementById("live");
const notice = document.getElementById("notice");

function say(text) {
  notice.textContent = text;
}

/** Puts the newest mails in place, and the focus back where it was. */
async function refresh() {
  const response = await fetch(location.href, { cache: "no-store" });
  if (!response.ok) throw new Error(String(response.status));
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("live");
  if (fresh.innerHTML === live.innerHTML) return;
  const key = document.activeElement?.dataset.key;
  live.replaceChildren(...fresh.childNodes);
  if (key) live.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** Hidden pages rest; a stack that was stopped is said once and picked up again when it is back. */
async function watch() {
  let lost = false;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
    if (document.hidden || getSelection()?.type === "Range") continue;
    try {
      await refresh();
      if (lost) say("");
      lost = false;
    } catch {
      if (!lost) say("ローカル環境に接続できません。起動すると自動で再開します。");
      lost = true;
    }
  }
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say("コピーしました。");
  } catch {
    getSelection()?.selectAllChildren(button.parentElement.querySelector("code"));
    say("コピーできませんでした。選択された文字をコピーしてください。");
  }
}

async function behave(button) {
  const { address, outcome } = button.dataset;
  const response = await fetch(`/_dev/mail-behaviour/${encodeURIComponent(address)}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ outcome }),
  });
  say(response.ok ? `${address} 宛てのメールの動作を「${button.textContent}」にしました。` : "変更できませんでした。");
  await refresh();
}

async function clear() {
  if (!confirm("すべてのメールを消しますか。")) return;
  await fetch("/_dev/mails", { method: "DELETE" });
  say("すべてのメールを消しました。");
  await refresh();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const act = button.dataset.copy !== undefined ? copy : button.dataset.outcome ? behave : "clear" in button.dataset ? clear : null;
  act?.(button).catch(() => say("ローカル環境に接続できません。"));
});

watch();
