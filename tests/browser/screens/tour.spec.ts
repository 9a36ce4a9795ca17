import { accessible } from "../looks/axe.ts";
import { fits } from "../looks/layout.ts";
import { named, readOnce } from "../looks/names.ts";
import { LANGUAGES, WALKING, legs, walk } from "../tour.ts";
import { test } from "./watched.ts";

test.use(WALKING);
test.describe.configure({ timeout: 300_000 });

// The way costs more than the looking: whoever has come to a stop looks at all of it.
for (const [language, folder] of LANGUAGES) {
  for (const leg of legs) {
    test(`every stop of ${leg.name} bears a look, ${language}`, async ({ page }) => {
      await walk(page, leg, folder, async (stop, clerk) => {
        await accessible(page, stop);
        // Before the paper, on which no button can keep the focus.
        if (folder === "") await named(page, stop, clerk);
        if (folder === "easy/") await readOnce(page, stop);
        await fits(page, stop);
      });
    });
  }
}
