// How a page is looked at: whether everybody can use it, in light, in dark and at every width.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

export const NARROWEST = { width: 320, height: 700 };
export const TABLET = { width: 900, height: 700 };

/** Looks at a page as it stands, and leaves it so: one picture in light and one in dark, no barrier that axe knows, no
 * sideways scroll, at other `sizes` of the window either. */
export async function forEveryone(host, page, name, sizes = [NARROWEST]) {
  await host.screenshot(page, `${name}-light`);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await overflow(page), 0, "no sideways scroll");
  await page.emulateMedia({ colorScheme: "dark" });
  await host.screenshot(page, `${name}-dark`);
  assert.deepEqual(await colourBarriers(page), [], "in the dark");
  await page.emulateMedia({ colorScheme: "light" });
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(size);
    assert.equal(await overflow(page), 0, `nor at ${size.width} px`);
  }
  await page.setViewportSize(before);
}

const WCAG = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
const COLOURS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** The problems that axe-core sees on the page as it stands, one line each; an empty list is what WCAG 2.2 AA wants. */
export async function barriers(page) {
  return violations(page, WCAG);
}

/** Those that changing from light to dark can bring. */
export async function colourBarriers(page) {
  return violations(page, COLOURS);
}

async function violations(page, runOnly) {
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    // The pages forbid scripts of strangers, so axe goes in through the debugger's door.
    await page.evaluate(await readFile(axe, "utf8"));
  }
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ["violations"], preload: false }),
    runOnly,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.html}`));
}

/** Widths at which a page scrolls sideways are widths at which it is broken. */
export async function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
