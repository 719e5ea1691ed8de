// Every page for everyone: on a desktop and a phone, in light and dark, at 320 px, without a barrier that axe knows,
// light enough for a slow line, and silent towards strangers. One screenshot of each.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { NARROWEST, TABLET, forEveryone } from "./a11y.mjs";
import { guest, mailboxOf, reader, receipt, securityTab, signIn, staff } from "./actions.mjs";
import { phoneOf } from "./authenticator.mjs";
import { SCREENS, TestHost } from "./test_host.mjs";

const FIRST_LOAD_BYTES = 60 * 1024;
// The longest name a mailbox may have, without a place to break it (RFC 5321 §4.5.3.1.1).
const LONGEST = "w".repeat(64);

let host;
// Who has signed in once, as what a browser keeps of it.
const people = {};
before(async () => {
  host = await TestHost.start();
  const keep = async (page) => page.context().storageState();
  people.nobody = undefined;
  people.staff = await keep(await withLongest(await staff(host)));
  people.reader = await keep(await reader(host, mailboxOf(host, "maya")));
  people.guest = await keep(await guest(host, mailboxOf(host, "maya")));
  // One who was signed in before the second factor went on, and one who stands at the page that asks for the code.
  const bookings = mailboxOf(host, "bookings");
  people.weak = await keep(await reader(host, bookings));
  await phoneOf(host, bookings);
  const owing = await host.openPage(host.demo.web.webmail);
  await signIn(owing, bookings.address, bookings.password);
  await owing.waitForURL("**/webmail/code**");
  people.owing = await keep(owing);
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

/** Every page and every state of it worth looking at: its name, who sees it, and how they come there. */
const PAGES = [
  ["front", "nobody", at("/")],
  ["nowhere", "nobody", at("/nowhere")],
  ["dashboard-sign-in", "nobody", at("/dashboard/sign-in")],
  ["webmail-sign-in", "nobody", at("/webmail/sign-in")],
  ["panel-sign-in", "nobody", at("/panel/sign-in")],
  // First, for nobody is waited for longer than ten minutes.
  ["webmail-code", "owing", at("/webmail/code?next=%2Fwebmail")],
  ["webmail-confirm-code", "weak", at("/webmail/confirm?next=%2Fwebmail%2Faccount%2Ftwo-factor")],
  ["panel-confirm", "guest", at("/panel/confirm?next=%2Fpanel%2Fapp-passwords")],
  ["dashboard-confirm", "staff", at("/dashboard/confirm?next=%2Fdashboard%2Faccount")],
  ["link-reset-over", "nobody", at("/webmail/password-reset/link?token=x")],
  ["link-verify-over", "nobody", at("/webmail/recovery-email/verify?token=x")],
  ["link-not-me-over", "nobody", at("/webmail/not-me?token=x")],
  ["signed-out", "nobody", at("/dashboard/sign-in?ended=unsaved")],
  ["mailboxes", "staff", at("/dashboard/mailboxes")],
  ["mailboxes-none", "staff", at("/dashboard/mailboxes?q=nobody")],
  ["mailboxes-key", "staff", opened("/dashboard/mailboxes", "Set password of jonas@tidewater-cycles.example")],
  ["mailboxes-pencil", "staff", opened("/dashboard/mailboxes", "Edit jonas@tidewater-cycles.example")],
  ["mailboxes-delete", "staff", opened("/dashboard/mailboxes", `Delete ${LONGEST}@copperkiln.example`)],
  ["mailboxes-add", "staff", opened("/dashboard/mailboxes", "Add mailbox")],
  ["mailbox-new", "staff", at("/dashboard/mailboxes/new")],
  ["mailboxes-deleted", "staff", at("/dashboard/mailboxes/deleted")],
  ["audit", "staff", at("/dashboard/audit")],
  [
    "security",
    "staff",
    async (page) => {
      await at("/dashboard/mailboxes")(page);
      await securityTab(page, "jonas@tidewater-cycles.example");
    },
  ],
  [
    "security-generated",
    "staff",
    async (page) => {
      await at("/dashboard/mailboxes")(page);
      await securityTab(page, "jonas@tidewater-cycles.example");
      await page.getByRole("button", { name: "Generate strong password" }).click();
    },
  ],
  ["webmail", "reader", at("/webmail")],
  ["webmail-search", "reader", at("/webmail/folder/INBOX?q=zeppelin")],
  ["webmail-empty", "reader", at("/webmail/folder/Trash")],
  ["webmail-text", "reader", opensMessage("New prices from the 1st, and the rye you asked about")],
  ["webmail-html", "reader", opensMessage("The Weekly Crumb No. 112: what a cold kitchen teaches dough")],
  [
    "webmail-menu",
    "reader",
    async (page) => {
      await at("/webmail")(page);
      await page.locator("summary[aria-label='Your account']").click();
    },
  ],
  ["webmail-account", "reader", at("/webmail/account")],
  ["panel", "guest", at("/panel")],
  ["panel-password", "guest", at("/panel/password")],
  ["panel-two-factor", "guest", at("/panel/two-factor")],
  ["panel-two-factor-off", "guest", at("/panel/two-factor/off")],
  ["panel-app-passwords", "guest", at("/panel/app-passwords")],
  ["panel-recovery", "guest", at("/panel/recovery")],
  ["panel-recovery-code", "guest", at("/panel/recovery/code")],
  ["panel-sessions", "guest", at("/panel/sessions")],
  ["webmail-two-factor", "reader", at("/webmail/account/two-factor")],
  ["webmail-app-passwords", "reader", at("/webmail/account/app-passwords")],
  ["webmail-recovery", "reader", at("/webmail/account/recovery")],
  ["webmail-sessions", "reader", at("/webmail/account/sessions")],
  ["webmail-reset-code", "nobody", at("/webmail/password-reset?by=code")],
  ["webmail-reset-mail", "nobody", at("/webmail/password-reset?by=mail")],
  ["dashboard-reset", "nobody", at("/dashboard/password-reset")],
  ["dashboard-account", "staff", at("/dashboard/account")],
  ["dashboard-mail-apps", "staff", at("/dashboard/mail-apps")],
  ["dashboard-mail-apps-change", "staff", opened("/dashboard/mail-apps", "Change mail apps of copperkiln.example")],
  [
    "dashboard-mail-apps-picked",
    "staff",
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
  for (const [name, who, go] of PAGES) {
    for (const screen of Object.keys(SCREENS)) {
      test(`W1 ${name} is for everyone, on a ${screen}`, async () => {
        const page = await host.openPage("about:blank", { storageState: people[who], screen });
        const weight = weighs(page);
        await go(page);
        await page.waitForLoadState("load");
        const bytes = await weight();
        assert.ok(bytes > 0 && bytes <= FIRST_LOAD_BYTES, `${bytes} bytes`);
        assert.equal(await shift(page), 0, "nothing jumps");
        await lastLook(page, `${name}-${screen}`);
      });
    }
  }
});

for (const screen of Object.keys(SCREENS)) {
  test(`D7 a receipt is for everyone, on a ${screen}`, async () => {
    const page = await host.openPage(host.demo.web.dashboard, { storageState: people.staff, screen });
    await securityTab(page, "workshop@tidewater-cycles.example");
    await page.getByRole("button", { name: "Generate strong password" }).click();
    await page.getByRole("button", { name: "Save password" }).click();
    await receipt(page);
    await lastLook(page, `security-receipt-${screen}`);
  });
}

test("D11 a refused sign-in is for everyone", async () => {
  const page = await host.openPage(host.demo.web.dashboard, { screen: "phone" });
  await signIn(page, "nobody@fjordlight.example", "Not-The-Password-1");
  await page.getByRole("alert").waitFor();
  // The browser itself notes the 403 that says so.
  page.errors.length = 0;
  await lastLook(page, "dashboard-sign-in-refused-phone");
});

/** Looks at a page at every width, and closes it. What it complained of would be ours. */
async function lastLook(page, name) {
  await forEveryone(host, page, name, [TABLET, NARROWEST]);
  // A page that is not there, or no longer, is noted by the browser itself.
  assert.deepEqual(page.errors.filter((error) => !/status of 4(04|10)/.test(error)), []);
  await page.context().close();
}

/** Counts what is loaded from now on. A page that is reached over another one has that one's weight with it. */
function weighs(page) {
  const loads = [];
  page.on("requestfinished", (request) => loads.push(request.sizes()));
  return async () => {
    const sizes = await Promise.all(loads);
    return sizes.reduce((sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize, 0);
  };
}

/** How far things moved that nobody moved: the cumulative layout shift. */
async function shift(page) {
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
