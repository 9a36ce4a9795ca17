import { expect, test } from "../desk.ts";
import { overflowing } from "../looks/layout.ts";
import type { Place } from "../portal.ts";
import { LANGUAGES, legs } from "../tour.ts";

/** 1280 px at 400 %, as WCAG 1.4.10 requires. */
test.use({ viewport: { width: 320, height: 256 } });

const READ = [...new Set((legs[0]?.stops ?? []).map((stop) => stop.page))];
const FLOW: readonly Place[] = ["registration-otp", "registration-profile", "registration-confirm", "registration-completed"];

for (const [language, folder] of LANGUAGES) {
  test(`nothing of what is read goes beyond a narrow screen, ${language}`, async ({ page }) => {
    test.slow();
    for (const name of [...READ, "registration"]) {
      await page.goto(`/${folder}${name}.html`);
      await expect(page.locator("h1")).toBeVisible();
      expect.soft(await overflowing(page), name).toEqual([]);
    }
  });
}

test("nothing of a procedure goes beyond a narrow screen", async ({ page, clerk }) => {
  test.slow();
  const looks = async (name: string) => expect.soft(await overflowing(page), name).toEqual([]);
  for (const name of FLOW) {
    await clerk.isAt(name);
    await looks(name);
  }
  await clerk.startsLogin(await clerk.initialPassword());
  await looks("login-otp");
  await clerk.entersLoginCode();
  await clerk.at("new-password");
  await looks("new-password");
  await clerk.choosesPassword();
  await clerk.at("my-page");
  await looks("my-page");
});
