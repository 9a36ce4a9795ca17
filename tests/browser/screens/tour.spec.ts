import { accessible } from "../looks/axe.ts";
import { fits } from "../looks/layout.ts";
import { named, readOnce } from "../looks/names.ts";
import { LANGUAGES, WALKING, legs, walk } from "../tour.ts";
import { test } from "./watched.ts";

test.use(WALKING);
test.describe.configure({ timeout: 300_000 });

// Reaching a stop costs more than checking it, so every check runs at each stop.
for (const [language, folder] of LANGUAGES) {
  for (const leg of legs) {
    test(`every stop of ${leg.name} bears a look, ${language}`, async ({ page }) => {
      await walk(page, leg, folder, async (stop, clerk) => {
        await accessible(page, stop);
        // Before the print checks, during which no button can keep the focus.
        if (folder === "") await named(page, stop, clerk);
        if (folder === "easy/") await readOnce(page, stop);
        await fits(page, stop);
      });
    });
  }
}
