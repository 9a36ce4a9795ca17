import { comesBackEmptied, complains, expect, marked, refuses, sent, test } from "../desk.ts";
import { Clerk, NEW_PASSWORD, mailTo, newOffice } from "../portal.ts";

const HANAKO = { email: "hanako@example.jp", name: "見本 花子", nameKana: "みほん はなこ", phone: "0312345678" };

/** The new colleague of this office's test: an address of its own. */
const colleague = (number: string) => ({ ...HANAKO, email: `hanako.${number.toLowerCase()}@example.jp` });

test("マイページ leads to ユーザ新規登録, and what is confirmed is registered and mailed", async ({ page, clerk }) => {
  const typed = colleague(clerk.office.officeNumber);
  await clerk.isAt("my-page");
  await page.getByRole("link", { name: "ユーザ新規登録" }).click();
  await clerk.at("member-new");
  await expect(page.locator("#left")).toHaveText("この事業所では、あと4名まで登録できます（最大5名）。");
  await clerk.submits();
  await complains(page, "電話番号を入力してください。");
  for (const [name, value] of Object.entries(typed)) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await clerk.at("member-confirm");
  await expect(page.locator("#content")).toContainText("ミホン ハナコ");
  // Back to correct: what was typed is there.
  await page.getByRole("link", { name: "入力画面に戻る" }).click();
  await clerk.at("member-new");
  await expect(page.locator("#email")).toHaveValue(typed.email);
  await clerk.submits();
  await clerk.at("member-confirm");
  await page.getByRole("button", { name: "登録する" }).click();
  await clerk.at("members");
  await expect(page.locator("#status")).toContainText("初期パスワードを送りました。");
  const row = page.locator("#members > li").nth(1);
  await expect(row).toContainText("まだ一度もログインしていません");
  // The list follows the mail without a reload.
  await expect(row).toContainText("届きました", { timeout: 20_000 });
  await expect(page.locator("#left")).toContainText("あと3名");
});

test("an address that is taken is told at its field, with everything else kept", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("member-new"));
  for (const [name, value] of Object.entries({ ...HANAKO, email: clerk.me.email })) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await clerk.at("member-confirm");
  await page.getByRole("button", { name: "登録する" }).click();
  await clerk.at("member-new");
  await marked(page, "email", "このメールアドレスはすでに使われています。");
  await expect(page.locator("#name")).toHaveValue(HANAKO.name);
});

test("a colleague is made a manager, stopped and removed, each after a question", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("member-new"));
  for (const [name, value] of Object.entries(colleague(clerk.office.officeNumber))) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await page.getByRole("button", { name: "登録する" }).click();
  await clerk.at("members");
  const row = page.locator("#members > li").nth(1);
  for (const [button, told] of [
    ["管理者にする", "管理者にしました。"],
    ["停止する", "利用を停止しました。"],
    ["停止を解除する", "停止を解除しました。"],
    ["初期パスワードを再発行する", "新しい初期パスワードを送りました。"],
  ] as const) {
    await row.getByRole("link", { name: "変更・削除" }).click();
    await clerk.at("member");
    await page.getByRole("button", { name: button }).click();
    await expect(page.getByRole("heading", { name: "確認" })).toBeFocused();
    await page.getByRole("button", { name: "実行する" }).click();
    await clerk.at("members");
    await expect(page.locator("#status")).toHaveText(told);
  }
  await row.getByRole("link", { name: "変更・削除" }).click();
  await clerk.at("member");
  await page.getByRole("button", { name: "削除する" }).click();
  await page.getByRole("button", { name: "やめる" }).click();
  await expect(page.locator("#choice")).toBeVisible();
  await page.getByRole("button", { name: "削除する" }).click();
  await page.getByRole("button", { name: "実行する" }).click();
  await clerk.at("members");
  await expect(page.locator("#members > li")).toHaveCount(1);
  // Oneself is the last manager.
  await page.locator("#members > li").getByRole("link", { name: "変更・削除" }).click();
  await clerk.at("member");
  await page.getByRole("button", { name: "削除する" }).click();
  await page.getByRole("button", { name: "実行する" }).click();
  await complains(page, "管理者は1名以上必要です。先に、ほかの方を管理者にしてください。");
});

test("without fresh proof the password is asked for, and then it is done", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("member-new"));
  for (const [name, value] of Object.entries(colleague(clerk.office.officeNumber))) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await clerk.at("member-confirm");
  await refuses(page, "POST", "/members", 403, { code: "fresh-proof-required" });
  await page.getByRole("button", { name: "登録する" }).click();
  await expect(page.locator("#currentPassword")).toBeFocused();
  await page.locator("#currentPassword").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "確認して続ける" }).click();
  await clerk.at("members");
  await expect(page.locator("#members > li")).toHaveCount(2);
});

test("what was typed of a colleague is there again after the way back", async ({ page, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("member-new"));
  await clerk.at("member-new");
  const typed = { ...colleague(clerk.office.officeNumber), department: "総務課" };
  for (const [name, value] of Object.entries(typed)) await page.locator(`#${name}`).fill(value);
  const before = await page.locator("#member-new input").evaluateAll((all) => all.map((field) => (field as HTMLInputElement).value));
  expect(await comesBackEmptied(page)).toEqual(before);
  await page.goto(clerk.url("faq"));
  await page.goBack();
  await clerk.at("member-new");
  for (const [name, value] of Object.entries(typed)) if (name !== "nameKana") await expect(page.locator(`#${name}`)).toHaveValue(value);
});

test("a colleague who was typed for one office is not added to the office of another log-in", async ({ page, context, clerk }) => {
  await clerk.isAt("my-page");
  await page.goto(clerk.url("member-new"));
  for (const [name, value] of Object.entries(colleague(clerk.office.officeNumber))) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await clerk.at("member-confirm");
  const other = new Clerk(await context.newPage(), clerk.request, await newOffice(clerk.request, { officeName: "ひだまり介護センター" }));
  await other.isAt("my-page");
  const added = sent(page, "POST", "/members");
  await page.reload();
  await clerk.at("member-new");
  await expect(page.locator("#who")).toContainText("ひだまり介護センター");
  await expect(page.locator("#email")).toHaveValue("");
  expect(added).toHaveLength(0);
});

test("a colleague whose address a user of another office was first to use is shown, with what to do", async ({ page, browser, clerk }) => {
  const typed = colleague(clerk.office.officeNumber);
  await clerk.isAt("my-page");
  await page.goto(clerk.url("member-new"));
  for (const [name, value] of Object.entries(typed)) await page.locator(`#${name}`).fill(value);
  await clerk.submits();
  await page.getByRole("button", { name: "登録する" }).click();
  await clerk.at("members");
  await expect(page.locator("#released")).toBeHidden();
  const elsewhere = await browser.newContext();
  const office = await newOffice(clerk.request, { officeName: "ひだまり介護センター" });
  const other = new Clerk(await elsewhere.newPage(), clerk.request, office);
  other.me.email = typed.email;
  await other.isAt("my-page");
  await elsewhere.close();
  await page.goto(clerk.url("members"));
  await expect(page.getByRole("heading", { name: "登録がなくなった方" })).toBeVisible();
  const row = page.locator("#released li");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(typed.email);
  await expect(row).toContainText("別のメールアドレスで登録してください。");
  await expect(page.locator("#members > li")).toHaveCount(1);
  await expect(page.locator("#left")).toContainText("あと4名");
  const mail = await mailTo(clerk.request, clerk.me.email, "メールアドレスが別の事業所で登録されました");
  expect(mail.text).toContain("マイページの「ユーザの管理」から");
  expect(mail.text + (await page.locator("main").innerText())).not.toContain("ひだまり");
});
