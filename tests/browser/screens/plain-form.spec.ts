import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { mailTo, told } from "../portal.ts";
import { LANGUAGES, fillsInquiry } from "../tour.ts";
import { expect, test } from "./watched.ts";

test.use({ javaScriptEnabled: false });

/** Opens the form, whose own button appears once it is clear that no script runs. */
async function opens(page: Page, folder: string): Promise<void> {
  await page.goto(`/${folder}inquiry.html`);
  await page.locator("#category").selectOption("other");
  await page.locator("#subcategory").selectOption("id-request");
  await fillsInquiry(page);
  await expect(page.locator("#no-script")).toBeVisible();
  await expect(page.locator("form button:not([hidden])")).toHaveCount(1);
}

for (const [language, folder] of LANGUAGES) {
  test(`without scripts the form is sent by the browser itself and answered in its language, ${language}`, async ({ page, request }) => {
    await opens(page, folder);
    const email = `plain${Date.now()}${folder.length}@example.jp`;
    await page.locator("#email").fill("taro＠");
    await page.locator("#message").fill("\n<b>一行目</b>\n二行目 & \"三\"");
    await page.locator("#plain").click();
    await expect(page.locator("main")).toHaveAttribute("data-about", "invalid-fields");
    // Only what is wrong is wrong, and what was typed is there.
    await expect(page.locator(".told li")).toHaveCount(1);
    await expect(page.locator("#email")).toHaveAttribute("aria-invalid", "true");
    await expect(page.locator("#message")).toHaveValue("\n<b>一行目</b>\n二行目 & \"三\"");
    await expect(page.locator("#subcategory")).toHaveValue("id-request");
    await expect(page.locator("#prefecture")).toHaveValue("01");
    await page.locator(".told a").click();
    await expect(page.locator("#email")).toBeFocused();
    await page.locator("#email").fill(email);
    await page.locator("form button").dblclick();
    await expect(page.locator("main")).toHaveAttribute("data-about", "received");
    const number = await page.locator(".receipt").innerText();
    expect(await page.locator("html").getAttribute("lang")).toBe(folder === "en/" ? "en" : "ja");
    const mail = await mailTo(request, email, "お問い合わせを受け付けました");
    expect(told(mail, "受付番号")).toBe(number);
    // The answer loaded again is the same inquiry.
    await page.reload();
    await expect(page.locator(".receipt")).toHaveText(number);
    await page.locator("main a").click();
    await expect(page).toHaveURL(new RegExp(`/${folder}index.html$`));
  });
}

test.describe("the pages that answer", () => {
  test.use({ javaScriptEnabled: true });
  test("are accessible, and carry nothing that runs", async ({ page, request }) => {
    for (const [language, fields] of [["ja", {}], ["en", { email: "x" }], ["easy", { message: "y".repeat(2_001) }]] as const) {
      const answer = await request.post("/api/v1/inquiries/form", { form: { language, ...fields } });
      expect(answer.status()).toBe(422);
      await page.route("**/answer.html", async (route) => route.fulfill({ contentType: "text/html; charset=utf-8", body: await answer.text() }), { times: 1 });
      await page.goto("/answer.html");
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    }
  });
});
