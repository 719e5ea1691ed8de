// The main tasks by keyboard alone: Tab, Enter, Space and typing, no pointer and no focus set by the tests.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mailboxOf } from "./actions.mjs";
import { tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

const NEW_PASSWORD = "Quiet-Harbour-2931";
// No page has more stops than this; an element that cannot be reached fails the test instead of looping.
const STOPS = 120;

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

/** The name and kind of what has the focus, as a screen reader would announce it. */
const focus = (page) =>
  page.evaluate(() => {
    const { activeElement: at } = document;
    const label = at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent;
    return { name: label.replace(/\s+/g, " ").trim(), tag: at.localName, inDialog: at.closest("dialog") !== null };
  });

/** Tabs on until the focus is on something of that name, and makes sure that it can be seen there. */
async function tabTo(page, name) {
  const passed = [];
  for (let stop = 0; stop < STOPS; stop++) {
    await page.keyboard.press("Tab");
    const at = await focus(page);
    if (typeof name === "string" ? at.name === name : name.test(at.name)) {
      assert.ok(await focusIsShown(page), `${at.name} shows that it has the focus`);
      return at;
    }
    passed.push(at.name);
  }
  throw new Error(`${name} is not to be reached with Tab; passed: ${[...new Set(passed)].join(" | ")}`);
}

const focusIsShown = (page) =>
  page.evaluate(() => {
    const shows = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const at = document.activeElement;
    return shows(getComputedStyle(at)) || shows(getComputedStyle(at, "::after")) || shows(getComputedStyle(at, "::before"));
  });

async function typeInto(page, name, text) {
  await tabTo(page, name);
  await page.keyboard.type(text);
}

/** Waits until the focus is on the receipt, and returns what is read out there. */
async function receiptInFocus(page) {
  await page.waitForFunction(() => document.activeElement?.hasAttribute("data-receipt"));
  return page.evaluate(() => document.activeElement.textContent.replace(/\s+/g, " "));
}

async function signInAt(page, field, name, password) {
  await page.waitForFunction(() => document.activeElement?.id === "address");
  assert.equal((await focus(page)).name, field, "one can type at once");
  await page.keyboard.type(name);
  await typeInto(page, "Password", password);
  await page.keyboard.press("Enter");
}

async function atDashboard() {
  const page = await host.openPage(host.demo.web.dashboard);
  await signInAt(page, "E-mail", host.demo.owner.email, host.demo.owner.password);
  await page.waitForURL("**/dashboard/mailboxes");
  return page;
}

test("D7 by keyboard: sign in, find the mailbox, generate, save, and hear the receipt", async () => {
  const { address, password } = mailboxOf(host, "tomas");
  const page = await atDashboard();
  await page.keyboard.press("Tab");
  assert.equal((await focus(page)).name, "Skip to content", "the first stop");
  await page.keyboard.press("Enter");
  await typeInto(page, "Search", "tomas");
  await page.keyboard.press("Enter");
  await page.waitForURL("**q=tomas**");
  await tabTo(page, address);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/security");
  await tabTo(page, "Generate strong password");
  await page.keyboard.press("Space");
  assert.equal((await focus(page)).name, "New password", "what was generated has the focus");
  const fresh = await page.evaluate(() => document.activeElement.value);
  await tabTo(page, "Save password");
  await page.keyboard.press("Enter");
  assert.match(await receiptInFocus(page), /Password changed\./);
  assert.match(await tryLogin(host.demo, address, fresh), /^OK/);
  assert.match(await tryLogin(host.demo, address, password), /^NO/);
});

test("D5 by keyboard: Enter in the last field saves, and does not generate", async () => {
  const { address } = mailboxOf(host, "orders");
  const page = await atDashboard();
  await tabTo(page, address);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/security");
  await typeInto(page, "New password", NEW_PASSWORD);
  await typeInto(page, "New password again", NEW_PASSWORD);
  await page.keyboard.press("Enter");
  assert.match(await receiptInFocus(page), /Password changed\./);
  assert.match(await tryLogin(host.demo, address, NEW_PASSWORD), /^OK/);
});

test("D9 D10 by keyboard: a dialog keeps the focus, Escape closes it, and the focus comes back", async () => {
  const { address } = mailboxOf(host, "maya");
  const page = await atDashboard();
  for (const opener of [`Set password of ${address}`, `Edit ${address}`, `Delete ${address}`, "Add mailbox"]) {
    await tabTo(page, opener);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    const seen = [];
    for (let stop = 0; stop < 20; stop++) {
      const at = await focus(page);
      // Between its last and its first stop a dialog hands the focus to the browser's own bar.
      if (at.tag !== "body") assert.ok(at.inDialog, `${opener}: the focus left the dialog for ${at.name}`);
      seen.push(at.name);
      await page.keyboard.press("Tab");
    }
    assert.ok(seen.includes("Close"), `${opener}: ${seen}`);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal((await focus(page)).name, opener, "where it came from");
  }
});

test("D10 by keyboard: the pencil, New, Update User", async () => {
  const { address } = mailboxOf(host, "hello");
  const page = await atDashboard();
  await tabTo(page, `Edit ${address}`);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.waitForFunction(() => document.activeElement?.hasAttribute("data-new"));
  await tabTo(page, "New");
  await page.keyboard.press("Space");
  const fresh = await page.evaluate(() => document.activeElement.value);
  await tabTo(page, "Update User");
  await page.keyboard.press("Enter");
  assert.match(await receiptInFocus(page), /Password changed\./);
  assert.match(await tryLogin(host.demo, address, fresh), /^OK/);
});

test("W1 W2 by keyboard: read a message, change the password, hear the receipt at the sign-in page", async () => {
  const { address, password } = mailboxOf(host, "jonas");
  const page = await host.openPage(host.demo.web.webmail);
  await signInAt(page, "E-mail address", address, password);
  await page.waitForURL("**/webmail/folder/INBOX");
  await tabTo(page, /Saturday ride: the route/);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.classList.contains("wm-letter-subject"));
  assert.equal((await focus(page)).name, "Saturday ride: the route", "what was opened has the focus");

  await tabTo(page, "Your account");
  await page.keyboard.press("Enter");
  await tabTo(page, "My account");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/webmail/account");
  await typeInto(page, "Current password", password);
  await typeInto(page, "New password", NEW_PASSWORD);
  await typeInto(page, "New password, once more", NEW_PASSWORD);
  await tabTo(page, "Update password and log me out from everywhere");
  await page.keyboard.press("Space");
  await page.waitForURL("**/webmail/sign-in**");
  assert.match(await receiptInFocus(page), /Password changed\./);
  assert.match(await tryLogin(host.demo, address, NEW_PASSWORD), /^OK/);
});

test("W1 by keyboard: Escape closes the account menu and gives the focus back", async () => {
  const { address, password } = mailboxOf(host, "priya");
  const page = await host.openPage(host.demo.web.webmail);
  await signInAt(page, "E-mail address", address, password);
  await page.waitForURL("**/webmail/folder/INBOX");
  await tabTo(page, "Your account");
  await page.keyboard.press("Enter");
  await tabTo(page, "Sign out");
  await page.keyboard.press("Escape");
  assert.equal((await focus(page)).name, "Your account");
  assert.equal(await page.getByRole("link", { name: "My account" }).isVisible(), false);
});

test("D11 by keyboard: after a refused sign-in the problem has the focus", async () => {
  const page = await host.openPage(host.demo.web.dashboard);
  await signInAt(page, "E-mail", "nobody@fjordlight.example", NEW_PASSWORD);
  await page.waitForFunction(() => document.activeElement?.hasAttribute("data-problems"));
  assert.match((await focus(page)).name, /wrong/);
});
