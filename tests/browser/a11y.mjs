// How a page is looked at: whether everybody can use it, in light, in dark and at every width.

import assert from "node:assert/strict";
import { barriers, colourBarriers, overflow } from "./host.mjs";

export const NARROWEST = { width: 320, height: 700 };
export const TABLET = { width: 900, height: 700 };

/** Looks at a page as it stands, and leaves it so: one picture in light and one in dark, no barrier that axe knows, no
 * sideways scroll, at other `sizes` of the window either. */
export async function forEveryone(place, page, name, sizes = [NARROWEST]) {
  await place.shot(page, `${name}-light`);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await overflow(page), 0, "no sideways scroll");
  await page.emulateMedia({ colorScheme: "dark" });
  await place.shot(page, `${name}-dark`);
  assert.deepEqual(await colourBarriers(page), [], "in the dark");
  await page.emulateMedia({ colorScheme: "light" });
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(size);
    assert.equal(await overflow(page), 0, `nor at ${size.width} px`);
  }
  await page.setViewportSize(before);
}
