import { Clerk, newOffice } from "../portal.ts";
import { expect, test } from "./watched.ts";

test("from ログイン to マイページ, as the manual goes", async ({ page, request }) => {
  const office = await newOffice(request);
  const clerk = new Clerk(page, request, office);
  await page.goto("/");
  await page.getByRole("main").getByRole("link", { name: "ログイン", exact: true }).click();
  await page.getByRole("link", { name: "初回利用登録をする" }).click();
  await page.waitForURL(/registration\.html$/);
  await clerk.registers();
  await expect(page.getByText("登録が完了しました")).toBeVisible();
  await page.getByRole("link", { name: "ログイン画面へ" }).click();
  await page.waitForURL(/login\.html$/);
  await clerk.logsInFirst();
  await expect(page.getByText("初回利用登録・新規ユーザ登録・ログインが完了しました。")).toBeVisible();
  await expect(page.locator("#who")).toContainText("介護 太郎");
  await expect(page.locator("#who")).toContainText("あおぞら介護センター");
  await page.getByRole("button", { name: "ログアウト" }).click();
  await expect(page.getByText("ログアウトしました", { exact: true })).toBeVisible();
});
