// Every page on a desktop and a phone, in light and dark and at 320 px: no violation that axe knows, light enough for a
// slow line, and no request to another machine. One screenshot of each.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { NARROWEST, TABLET, expectAccessible } from "./a11y.mjs";
import {
  mailboxOf,
  openSecurityTab,
  receipt,
  signIn,
  signInToDashboard,
  signInToPanel,
  signInToWebmail,
} from "./actions.mjs";
import { enableTwoFactor } from "./authenticator.mjs";
import { SCREENS, TestHost } from "./test_host.mjs";

const FIRST_LOAD_BYTES = 60 * 1024;
// The longest name a mailbox may have, without a place to break it (RFC 5321 §4.5.3.1.1).
const LONGEST = "w".repeat(64);

let host;
// The storage state of a context that has signed in once, by the name that PAGES uses.
const states = {};
before(async () => {
  host = await TestHost.start();
  const keep = async (page) => page.context().storageState();
  states.anonymous = undefined;
  states.dashboard = await keep(await withLongest(await signInToDashboard(host)));
  states.webmail = await keep(await signInToWebmail(host, mailboxOf(host, "maya")));
  states.panel = await keep(await signInToPanel(host, mailboxOf(host, "maya")));
  // A session from before the second factor was turned on, and one whose sign-in still lacks the code.
  const bookings = mailboxOf(host, "bookings");
  states.withoutCode = await keep(await signInToWebmail(host, bookings));
  await enableTwoFactor(host, bookings);
  const pending = await host.openPage(host.demo.web.webmail);
  await signIn(pending, bookings.address, bookings.password);
  await pending.waitForURL("**/webmail/code**");
  states.pendingCode = await keep(pending);
  await host.closePages();
});
after(() => host?.stop());

async function withLongest(page) {
  await page.getByRole("link", { name: "Add mailbox" }).click();
  await page.getByLabel("Address", { exact: true }).fill(LONGEST);
  await page.getByLabel("Domain", { exact: true }).selectOption("copperkiln.example");
  await page.getByRole("button", { name: "Generate strong password" }).click();
  await page.getByRole("button", { name: "Add mailbox" }).click();
  await receipt(page);
  const dismissed = page.waitForResponse("**/receipt/dismiss");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await dismissed;
  return page;
}

const at = (path) => (page) => page.goto(new URL(path, host.demo.web.dashboard).href);
const opened = (from, link) => async (page) => {
  await at(from)(page);
  await page.getByRole("link", { name: link }).click();
  await page.getByRole("dialog").waitFor();
};
const opensMessage = (subject) => async (page) => {
  await at("/webmail")(page);
  await page.getByRole("link", { name: subject }).click();
  await page.getByRole("heading", { name: subject }).waitFor();
};

/** Every page in every state that looks different: its name, the storage state it is seen with, and how it is reached. */
const PAGES = [
  ["front", "anonymous", at("/")],
  ["nowhere", "anonymous", at("/nowhere")],
  ["dashboard-sign-in", "anonymous", at("/dashboard/sign-in")],
  ["webmail-sign-in", "anonymous", at("/webmail/sign-in")],
  ["panel-sign-in", "anonymous", at("/panel/sign-in")],
  // First, because the host waits ten minutes for a code.
  ["webmail-code", "pendingCode", at("/webmail/code?next=%2Fwebmail")],
  ["webmail-confirm-code", "withoutCode", at("/webmail/confirm?next=%2Fwebmail%2Faccount%2Ftwo-factor")],
  ["panel-confirm", "panel", at("/panel/confirm?next=%2Fpanel%2Fapp-passwords")],
  ["dashboard-confirm", "dashboard", at("/dashboard/confirm?next=%2Fdashboard%2Faccount")],
  ["link-reset-over", "anonymous", at("/webmail/password-reset/link?token=x")],
  ["link-verify-over", "anonymous", at("/webmail/recovery-email/verify?token=x")],
  ["link-not-me-over", "anonymous", at("/webmail/not-me?token=x")],
  ["signed-out", "anonymous", at("/dashboard/sign-in?ended=unsaved")],
  ["mailboxes", "dashboard", at("/dashboard/mailboxes")],
  ["mailboxes-none", "dashboard", at("/dashboard/mailboxes?q=nobody")],
  ["mailboxes-key", "dashboard", opened("/dashboard/mailboxes", "Set password of jonas@tidewater-cycles.example")],
  ["mailboxes-pencil", "dashboard", opened("/dashboard/mailboxes", "Edit jonas@tidewater-cycles.example")],
  ["mailboxes-delete", "dashboard", opened("/dashboard/mailboxes", `Delete ${LONGEST}@copperkiln.example`)],
  ["mailboxes-add", "dashboard", opened("/dashboard/mailboxes", "Add mailbox")],
  ["mailbox-new", "dashboard", at("/dashboard/mailboxes/new")],
  ["mailboxes-deleted", "dashboard", at("/dashboard/mailboxes/deleted")],
  ["audit", "dashboard", at("/dashboard/audit")],
  [
    "security",
    "dashboard",
    async (page) => {
      await at("/dashboard/mailboxes")(page);
      await openSecurityTab(page, "jonas@tidewater-cycles.example");
    },
  ],
  [
    "security-generated",
    "dashboard",
    async (page) => {
      await at("/dashboard/mailboxes")(page);
      await openSecurityTab(page, "jonas@tidewater-cycles.example");
      await page.getByRole("button", { name: "Generate strong password" }).click();
    },
  ],
  ["webmail", "webmail", at("/webmail")],
  ["webmail-search", "webmail", at("/webmail/folder/INBOX?q=zeppelin")],
  ["webmail-empty", "webmail", at("/webmail/folder/Trash")],
  ["webmail-text", "webmail", opensMessage("New prices from the 1st, and the rye you asked about")],
  ["webmail-html", "webmail", opensMessage("The Weekly Crumb No. 112: what a cold kitchen teaches dough")],
  [
    "webmail-menu",
    "webmail",
    async (page) => {
      await at("/webmail")(page);
      await page.locator("summary[aria-label='Your account']").click();
    },
  ],
  ["webmail-account", "webmail", at("/webmail/account")],
  ["panel", "panel", at("/panel")],
  ["panel-password", "panel", at("/panel/password")],
  ["panel-two-factor", "panel", at("/panel/two-factor")],
  ["panel-two-factor-off", "panel", at("/panel/two-factor/off")],
  ["panel-app-passwords", "panel", at("/panel/app-passwords")],
  ["panel-recovery", "panel", at("/panel/recovery")],
  ["panel-recovery-code", "panel", at("/panel/recovery/code")],
  ["panel-sessions", "panel", at("/panel/sessions")],
  ["webmail-two-factor", "webmail", at("/webmail/account/two-factor")],
  ["webmail-app-passwords", "webmail", at("/webmail/account/app-passwords")],
  ["webmail-recovery", "webmail", at("/webmail/account/recovery")],
  ["webmail-sessions", "webmail", at("/webmail/account/sessions")],
  ["webmail-reset-code", "anonymous", at("/webmail/password-reset?by=code")],
  ["webmail-reset-mail", "anonymous", at("/webmail/password-reset?by=mail")],
  ["dashboard-reset", "anonymous", at("/dashboard/password-reset")],
  ["dashboard-account", "dashboard", at("/dashboard/account")],
  ["dashboard-mail-apps", "dashboard", at("/dashboard/mail-apps")],
  ["dashboard-mail-apps-change", "dashboard", opened("/dashboard/mail-apps", "Change mail apps of copperkiln.example")],
  [
    "dashboard-mail-apps-picked",
    "dashboard",
    async (page) => {
      await at("/dashboard/mail-apps?q=copperkiln")(page);
      await page.getByRole("checkbox").first().check();
      await page.getByRole("checkbox").nth(1).check();
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("heading", { name: "Mail apps of 2 mailboxes" }).waitFor();
    },
  ],
];

// Two at a time: while one page is looked at, the next one loads.
describe("every page", { concurrency: 2 }, () => {
  for (const [name, state, go] of PAGES) {
    for (const screen of Object.keys(SCREENS)) {
      test(`W1 ${name} is for everyone, on a ${screen}`, async () => {
        const page = await host.openPage("about:blank", { storageState: states[state], screen });
        const weight = countBytes(page);
        await go(page);
        await page.waitForLoadState("load");
        const bytes = await weight();
        assert.ok(bytes > 0 && bytes <= FIRST_LOAD_BYTES, `${bytes} bytes`);
        assert.equal(await layoutShift(page), 0, "nothing jumps");
        await expectAccessibleAndClose(page, `${name}-${screen}`);
      });
    }
  }
});

for (const screen of Object.keys(SCREENS)) {
  test(`D7 a receipt is for everyone, on a ${screen}`, async () => {
    const page = await host.openPage(host.demo.web.dashboard, { storageState: states.dashboard, screen });
    await openSecurityTab(page, "workshop@tidewater-cycles.example");
    await page.getByRole("button", { name: "Generate strong password" }).click();
    await page.getByRole("button", { name: "Save password" }).click();
    await receipt(page);
    await expectAccessibleAndClose(page, `security-receipt-${screen}`);
  });
}

test("D11 a refused sign-in is for everyone", async () => {
  const page = await host.openPage(host.demo.web.dashboard, { screen: "phone" });
  await signIn(page, "nobody@fjordlight.example", "Not-The-Password-1");
  await page.getByRole("alert").waitFor();
  // The browser itself reports the 403 of the answer.
  page.errors.length = 0;
  await expectAccessibleAndClose(page, "dashboard-sign-in-refused-phone");
});

/** Checks a page at every width and that it reported no errors, and closes it. */
async function expectAccessibleAndClose(page, name) {
  await expectAccessible(host, page, name, [TABLET, NARROWEST]);
  // The browser itself reports a page that is answered with 404 or 410.
  assert.deepEqual(page.errors.filter((error) => !/status of 4(04|10)/.test(error)), []);
  await page.context().close();
}

/** Counts the bytes loaded from now on, those of the pages in between included. */
function countBytes(page) {
  const loads = [];
  page.on("requestfinished", (request) => loads.push(request.sizes()));
  return async () => {
    const sizes = await Promise.all(loads);
    return sizes.reduce((sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize, 0);
  };
}

/** The cumulative layout shift of the page. */
async function layoutShift(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        let total = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
        });
        observer.observe({ type: "layout-shift", buffered: true });
        // A frame is reported some time after it was painted.
        setTimeout(() => resolve(total), 150);
      }),
  );
}
