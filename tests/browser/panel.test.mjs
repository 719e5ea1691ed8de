// The user panel: a mailbox owner signs in and sets a new password.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mailboxOf, receipt, signIn, signInToPanel, signInToWebmail } from "./actions.mjs";
import { ImapClient, tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

const NEW_PASSWORD = "Quiet-Harbour-2931";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

test("P1 one signs in with the full address and the password, and with nothing else", async () => {
  const { address, password } = mailboxOf(host, "maya");
  const page = await host.openPage(host.demo.web.panel);
  await signIn(page, address, "Not-The-Password-1");
  await page.getByRole("alert").waitFor();
  await signIn(page, address.toUpperCase(), password);
  await page.getByRole("heading", { name: "User Panel", level: 1 }).waitFor();
  assert.match(await page.getByRole("main").innerText(), new RegExp(address), "it says whose panel it is");
});

test("P1 being signed in at the panel is not being signed in at the webmail", async () => {
  const { address, password } = mailboxOf(host, "maya");
  const page = await signInToPanel(host, { address, password });
  await page.getByRole("link", { name: "Webmail" }).click();
  await page.waitForURL("**/webmail/sign-in**");
});

test("P1 whoever is sent to sign in comes back to where they wanted to go", async () => {
  const { address, password } = mailboxOf(host, "maya");
  const page = await host.openPage(new URL("/panel/password", host.demo.web.panel).href);
  await page.waitForURL("**/panel/sign-in**");
  await signIn(page, address, password);
  await page.waitForURL("**/panel/password");
});

test("P2 Password, new password, confirm, Change: everything else is signed out", async () => {
  const { address, password } = mailboxOf(host, "elif");
  const app = await ImapClient.open(host.demo);
  assert.match(await app.signIn(address, password), /^OK/);
  const inbox = await signInToWebmail(host, { address, password });

  const page = await signInToPanel(host, { address, password });
  await page.getByRole("link", { name: "Password", exact: true }).click();
  await page.getByRole("heading", { name: "Password", level: 1 }).waitFor();
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  const change = page.getByRole("button", { name: "Change", exact: true });
  assert.ok(await change.isDisabled());
  await page.getByLabel("Confirm new password").fill(NEW_PASSWORD);
  await change.click();
  await page.waitForURL("**/panel/sign-in**");
  assert.match(await receipt(page), /Password changed\. Ended .*1 IMAP.* sessions\. Apps need the new password\./);
  assert.ok(app.isClosed, "closed before the receipt");

  await inbox.reload();
  await inbox.waitForURL("**/webmail/sign-in**");
  assert.match(await tryLogin(host.demo, address, password), /^NO \[AUTHENTICATIONFAILED\]/);
  await signIn(page, address, NEW_PASSWORD);
  await page.getByRole("heading", { name: "User Panel", level: 1 }).waitFor();
});
