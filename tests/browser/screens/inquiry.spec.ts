import { expect, test } from "../desk.ts";
import { mailTo, told } from "../portal.ts";
import { fillsInquiry } from "../tour.ts";

test("an inquiry is confirmed, sent once, and its number is on the screen and in the mail", async ({ page, request }) => {
  await page.goto("/login.html");
  // The note for medical institutions leads to the form with both levels chosen.
  await page.getByRole("link", { name: "お問い合わせフォーム" }).first().click();
  await expect(page.locator("#category")).toHaveValue("other");
  await expect(page.locator("#subcategory")).toHaveValue("id-request");
  await fillsInquiry(page);
  const email = `inquiry${Date.now()}@example.jp`;
  await page.locator("#email").fill(email);
  await page.locator("form button[type=submit]").click();
  await expect(page).toHaveURL(/inquiry-confirm/);
  await expect(page.locator("dl")).toContainText("介護情報基盤ポータルのID発行申請");
  await expect(page.locator("dl")).toContainText("カイゴ タロウ");
  // The number has a wrong check digit, which is told before it is sent, and stops nobody.
  await expect(page.locator("#doubt")).toContainText("番号の桁数か検査用の数字");
  await page.locator("[data-action=send]").dblclick();
  await expect(page).toHaveURL(/inquiry-received/);
  const number = await page.locator("[data-fill=number]").innerText();
  await expect(page.locator("#warnings")).toBeVisible();
  const mail = await mailTo(request, email, "お問い合わせを受け付けました");
  expect(told(mail, "受付番号")).toBe(number);
  await page.goto("/inquiry.html");
  await expect(page.locator("#message")).toHaveValue("");
});

test("what was typed stays until it is sent, and the subcategories follow the category", async ({ page }) => {
  await page.goto("/inquiry.html");
  await page.locator("#category").selectOption("grants");
  await expect(page.locator("#subcategory optgroup")).toHaveCount(1);
  await page.locator("#subcategory").selectOption("application");
  await expect(page.locator("#id-request")).toBeHidden();
  await page.locator("#message").fill("一行目\n二行目");
  await page.reload();
  await expect(page.locator("#subcategory")).toHaveValue("application");
  await expect(page.locator("#message")).toHaveValue("一行目\n二行目");
  await page.locator("#category").selectOption("other");
  await expect(page.locator("#subcategory")).toHaveValue("");
});
