// The main tasks without JavaScript.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import {
  mailboxOf,
  openDashboard,
  openSecurityTab,
  receipt,
  signInToDashboard,
  signInToPanel,
  signInToWebmail,
} from "./actions.mjs";
import { tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

const PLAIN = { javaScriptEnabled: false };
const NEW_PASSWORD = "Quiet-Harbour-2931";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

async function opensWith(address, fresh, old) {
  assert.match(await tryLogin(host.demo, address, fresh), /^OK/);
  assert.match(await tryLogin(host.demo, address, old), /^NO \[AUTHENTICATIONFAILED\]/);
}

test("D7 without script, the Security tab changes a password and shows its receipt", async () => {
  const { address, password } = mailboxOf(host, "maya");
  const page = await signInToDashboard(host, PLAIN);
  await openSecurityTab(page, address);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New password again", { exact: true }).fill(NEW_PASSWORD);
  await page.keyboard.press("Enter");
  assert.match(await receipt(page), /Password changed\. No session was open\./);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByRole("heading", { name: "Mailbox password" }).waitFor();
  assert.equal(await page.getByRole("status", { name: "Receipt" }).count(), 0);
  await opensWith(address, NEW_PASSWORD, password);
});

test("D6 without script, the server generates, reveals, and saves what it generated", async () => {
  const { address, password } = mailboxOf(host, "tomas");
  const page = await openDashboard(host, PLAIN);
  await openSecurityTab(page, address);
  await page.getByRole("button", { name: "Generate strong password" }).click();
  const first = page.getByLabel("New password", { exact: true });
  const fresh = await first.inputValue();
  assert.equal(fresh.length, 18);
  assert.equal(await first.getAttribute("type"), "text");
  assert.equal(await page.getByLabel("New password again", { exact: true }).inputValue(), fresh);
  assert.equal(await page.locator("[data-rule].met").count(), 4);
  await page.getByRole("button", { name: "Save password" }).click();
  assert.match(await receipt(page), /Password changed\./);
  await opensWith(address, fresh, password);
});

test("D9 without script, the key is a page of its own", async () => {
  const { address, password } = mailboxOf(host, "jonas");
  const page = await openDashboard(host, PLAIN);
  await page.getByRole("link", { name: `Set password of ${address}` }).click();
  await page.getByRole("heading", { name: "Mailbox password", level: 1 }).waitFor();
  await page.getByLabel("New Password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New Password again", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Save Password" }).click();
  assert.match(await receipt(page), new RegExp(`${address} Password changed\\.`));
  assert.match(page.url(), /\/dashboard\/mailboxes$/);
  await opensWith(address, NEW_PASSWORD, password);
});

test("D10 without script, the pencil is a page of its own", async () => {
  const { address, password } = mailboxOf(host, "priya");
  const page = await openDashboard(host, PLAIN);
  await page.getByRole("link", { name: `Edit ${address}` }).click();
  await page.getByRole("heading", { name: "Edit mailbox", level: 1 }).waitFor();
  await page.getByRole("button", { name: "New", exact: true }).click();
  const fresh = await page.getByLabel("Password", { exact: true }).inputValue();
  assert.equal(fresh.length, 18);
  await page.getByRole("button", { name: "Update User" }).click();
  assert.match(await receipt(page), new RegExp(`${address} Password changed\\.`));
  await opensWith(address, fresh, password);
});

test("D1 without script, the list is narrowed by its button, and a mailbox added on a page of its own", async () => {
  const page = await openDashboard(host, PLAIN);
  await page.getByLabel("Select Domain").selectOption({ label: "copperkiln.example" });
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/domain=[^&]+/);
  assert.equal(await page.locator("tbody tr").count(), 4);
  await page.getByRole("link", { name: "Add mailbox" }).click();
  await page.getByLabel("Address", { exact: true }).fill("studio");
  assert.equal(await page.getByLabel("Domain").inputValue(), "copperkiln.example", "the domain one was looking at");
  await page.getByLabel("Password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("Password again", { exact: true }).fill(NEW_PASSWORD);
  await page.keyboard.press("Enter");
  assert.match(await receipt(page), /Mailbox added\./);
  assert.match(await tryLogin(host.demo, "studio@copperkiln.example", NEW_PASSWORD), /^OK/);
});

test("W1 without script, mail is read, searched, starred and left", async () => {
  const page = await signInToWebmail(host, mailboxOf(host, "rosa"), PLAIN);
  await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: "Reading" }).click();
  await page.getByRole("link", { name: /Letterform Friday/ }).click();
  await page.frameLocator("iframe[title=Message]").getByText("ampersand").first().waitFor();
  await page.getByRole("button", { name: "Star", exact: true }).click();
  await page.getByRole("button", { name: "Star", exact: true, pressed: true }).waitFor();
  await page.locator("summary[aria-label='Your account']").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/webmail/sign-in**");
});

test("W2 without script, the owner changes the password and is signed out", async () => {
  const { address, password } = mailboxOf(host, "ben");
  const page = await signInToWebmail(host, { address, password }, PLAIN);
  await page.locator("summary[aria-label='Your account']").click();
  await page.getByRole("link", { name: "My account" }).click();
  await page.getByLabel("Current password").fill(password);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New password, once more").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Update password and log me out from everywhere" }).click();
  await page.waitForURL("**/webmail/sign-in**");
  assert.match(await receipt(page), /Ended 1 webmail session\./);
  await opensWith(address, NEW_PASSWORD, password);
});

test("P2 without script, the panel changes the password", async () => {
  const { address, password } = mailboxOf(host, "hello");
  const page = await signInToPanel(host, { address, password }, PLAIN);
  await page.getByRole("link", { name: "Password", exact: true }).click();
  await page.getByRole("button", { name: "Generate strong password" }).click();
  const fresh = await page.getByLabel("New password", { exact: true }).inputValue();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.waitForURL("**/panel/sign-in**");
  await receipt(page);
  await opensWith(address, fresh, password);
});

test("W8 without script, mailboxes are picked, whose mail apps would stop is said, and they need an app password", async () => {
  const { address, password } = mailboxOf(host, "workshop");
  assert.match(await tryLogin(host.demo, address, password), /^OK/);
  const page = await openDashboard(host, PLAIN);
  await page.getByRole("link", { name: "Mail apps" }).click();
  await page.getByLabel("Addresses").fill(`${address}\nnobody@nowhere.example`);
  await page.getByRole("button", { name: "Continue" }).click();
  assert.match(await page.getByRole("alert").innerText(), /Nothing has been changed\.\s+Not a mailbox of yours/);
  await page.getByLabel("Addresses").fill("");
  await page.getByLabel(address).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("A mail app has used the password in the last 30 days.").waitFor();
  await page.getByLabel("App passwords only").check();
  await page.getByRole("button", { name: "Save" }).click();
  assert.match(await receipt(page), new RegExp(`${address} Mail apps need an app password now\\.`));
  assert.match(await tryLogin(host.demo, address, password), /^NO \[AUTHENTICATIONFAILED\]/);
});
