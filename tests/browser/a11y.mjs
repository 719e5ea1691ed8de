// Accessibility of a page (WCAG 2.2 AA) in light and dark, and its layout at several widths.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

export const NARROWEST = { width: 320, height: 700 };
export const TABLET = { width: 900, height: 700 };

/** Fails if axe-core finds a violation on the page as it stands, in light or in dark, or if it scrolls sideways, also at
 * the other `sizes` of the window. Saves `NAME-light.png` and `NAME-dark.png`; leaves the page in light, in its size. */
export async function expectAccessible(host, page, name, sizes = [NARROWEST]) {
  await host.screenshot(page, `${name}-light`);
  assert.deepEqual(await wcagViolations(page), []);
  assert.equal(await sidewaysScroll(page), 0, "no sideways scroll");
  await page.emulateMedia({ colorScheme: "dark" });
  await host.screenshot(page, `${name}-dark`);
  assert.deepEqual(await contrastViolations(page), [], "in the dark");
  await page.emulateMedia({ colorScheme: "light" });
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(size);
    assert.equal(await sidewaysScroll(page), 0, `nor at ${size.width} px`);
  }
  await page.setViewportSize(before);
}

const WCAG = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
const COLOURS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** The violations of WCAG 2.2 AA that axe-core finds on the page as it stands, one line each. */
export async function wcagViolations(page) {
  return violations(page, WCAG);
}

/** Those of the rules about colours: what a change from light to dark can bring. */
export async function contrastViolations(page) {
  return violations(page, COLOURS);
}

async function violations(page, runOnly) {
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    // The Content-Security-Policy of the pages refuses a <script> of ours; the debugger's evaluation is exempt.
    await page.evaluate(await readFile(axe, "utf8"));
  }
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, resultTypes: ["violations"], preload: false }),
    runOnly,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.html}`));
}

/** By how many CSS pixels the page is wider than its window. */
export async function sidewaysScroll(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
