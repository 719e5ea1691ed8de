// A new password from the dashboard: the Security tab, the key and the pencil in the list.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { mailboxOf, openDashboard, openSecurityTab, receipt, signInToWebmail } from "./actions.mjs";
import { ImapClient, tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

const VECTORS = new URL("../../crates/authority/vectors/password_policy.json", import.meta.url);
const NEW_PASSWORD = "Quiet-Harbour-2931";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

/** The names of the rules that are green. */
const met = (page) => page.locator("[data-rule].met").evaluateAll((rules) => rules.map((rule) => rule.dataset.rule));

test("D5 four rules turn green as one types, and the button says why it waits", async () => {
  const page = await openDashboard(host);
  await openSecurityTab(page, mailboxOf(host, "workshop").address);
  const [first, again] = ["New password", "New password again"].map((label) => page.getByLabel(label, { exact: true }));
  const save = page.getByRole("button", { name: "Save password" });
  const why = page.locator("[data-why]");

  assert.deepEqual(await page.locator("[data-rule]").allInnerTexts().then((lines) => lines.length), 4);
  const steps = [
    ["", [], "Type a new password or generate one."],
    ["q", ["lower"], "3 rules are not met yet."],
    ["qH", ["upper", "lower"], "2 rules are not met yet."],
    ["qH7", ["upper", "lower", "digit"], "One rule is not met yet."],
    ["qH7 and more", ["length", "upper", "lower", "digit"], "Type the new password once more."],
  ];
  for (const [typed, green, reason] of steps) {
    await first.fill(typed);
    assert.deepEqual(await met(page), green, typed);
    assert.equal(await why.innerText(), reason);
    assert.ok(await save.isDisabled());
  }
  await again.fill("qH7 and mor");
  assert.equal(await why.innerText(), "The two fields are not the same yet.");
  assert.ok(await save.isDisabled());
  await again.press("e");
  assert.equal(await why.innerText(), "");
  assert.ok(await save.isEnabled());
  // Green is never alone: those who hear the page hear the state.
  assert.equal(await page.locator("[data-rule='digit'] [data-state]").textContent(), ": met");
});

test("D5 the browser's verdict is the server's for every password of the shared vectors", async () => {
  const page = await openDashboard(host);
  await openSecurityTab(page, mailboxOf(host, "workshop").address);
  const rules = await page.locator("[data-rule]").evaluateAll((lines) => lines.map((line) => line.dataset.rule));
  for (const { password, unmet } of JSON.parse(await readFile(VECTORS, "utf8"))) {
    await page.getByLabel("New password", { exact: true }).fill(password);
    const green = await met(page);
    assert.deepEqual(rules.filter((rule) => !green.includes(rule)), unmet, JSON.stringify(password));
  }
});

test("D5 the server enforces the same rules where no script does", async () => {
  const page = await openDashboard(host, { javaScriptEnabled: false });
  const { address, password } = mailboxOf(host, "workshop");
  await openSecurityTab(page, address);
  const problems = async (first, again) => {
    await page.getByLabel("New password", { exact: true }).fill(first);
    await page.getByLabel("New password again", { exact: true }).fill(again);
    await page.getByRole("button", { name: "Save password" }).click();
    await page.getByRole("alert").waitFor();
    return page.getByRole("alert").innerText();
  };
  const weak = await problems("short", "short");
  assert.match(weak, /The password was not changed\./);
  for (const missing of [/12 characters/, /uppercase/, /number/]) assert.match(weak, missing);
  assert.match(await problems(NEW_PASSWORD, `${NEW_PASSWORD}x`), /The two fields are not the same/);
  assert.match(await tryLogin(host.demo, address, password), /^OK/, "nothing was changed");
});

test("D6 a generated password stands in both fields, revealed, and is always a valid one", async () => {
  const page = await openDashboard(host);
  await openSecurityTab(page, mailboxOf(host, "workshop").address);
  await page.getByRole("button", { name: "Generate strong password" }).click();
  const fields = page.locator("[data-new], [data-again]");
  const [first, again] = await fields.evaluateAll((found) => found.map(({ value, type }) => ({ value, type })));
  assert.deepEqual(first, again);
  assert.equal(first.type, "text");
  assert.equal(await page.evaluate(() => getSelection().toString()), first.value, "selected, to be copied");
  assert.ok(await page.getByRole("button", { name: "Save password" }).isEnabled());

  const drawn = await page.evaluate(() => {
    const button = document.querySelector("[data-generate]");
    const field = document.querySelector("[data-new]");
    return Array.from({ length: 200 }, () => (button.click(), field.value));
  });
  for (const password of drawn) {
    assert.equal(password.length, 18, password);
    for (const kind of [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/]) assert.match(password, kind);
    assert.doesNotMatch(password, /[ilI1LoO0]/, "none that look alike");
  }
  assert.equal(new Set(drawn).size, drawn.length, "no two are the same");
});

test("D7 when the receipt appears, every session is closed, and only the new password opens anything", async () => {
  const { address, password } = mailboxOf(host, "jonas");
  const apps = await Promise.all([ImapClient.open(host.demo), ImapClient.open(host.demo)]);
  for (const app of apps) assert.match(await app.signIn(address, password), /^OK/);
  const bystander = await ImapClient.open(host.demo);
  const other = mailboxOf(host, "priya");
  assert.match(await bystander.signIn(other.address, other.password), /^OK/);
  const before = await apps[0].inboxStatus();
  await apps[1].idle();
  const inbox = await signInToWebmail(host, { address, password });

  const page = await openDashboard(host);
  await openSecurityTab(page, address);
  await page.getByText("Saving ends 2 IMAP and 1 webmail sessions at once.").waitFor();
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New password again", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Save password" }).click();
  const said = await receipt(page);
  assert.deepEqual(apps.map((app) => app.isClosed), [true, true], "closed before the receipt");
  assert.match(said, /Password changed\. Ended 2 IMAP and 1 webmail sessions\. Apps need the new password\./);

  assert.match(await tryLogin(host.demo, address, password), /^NO \[AUTHENTICATIONFAILED\]/);
  await inbox.reload();
  await inbox.waitForURL("**/webmail/sign-in**");
  const renewed = await ImapClient.open(host.demo);
  assert.match(await renewed.signIn(address, NEW_PASSWORD), /^OK/);
  const after = await renewed.inboxStatus();
  const number = (state, name) => Number(state.match(new RegExp(`${name} (\\d+)`))[1]);
  assert.equal(number(after, "UIDVALIDITY"), number(before, "UIDVALIDITY"), "not a number is lost");
  // The notice of this change may have come in by now.
  for (const name of ["MESSAGES", "UNSEEN", "UIDNEXT"]) {
    assert.ok([0, 1].includes(number(after, name) - number(before, name)), `${name}: not a message is lost`);
  }
  assert.match(await bystander.inboxStatus(), /STATUS/, "others are left alone");
  for (const app of [renewed, bystander]) app.close();
});

test("D7 a receipt stays until it is dismissed", async () => {
  const page = await openDashboard(host);
  await openSecurityTab(page, mailboxOf(host, "hello").address);
  await page.getByRole("button", { name: "Generate strong password" }).click();
  await page.getByRole("button", { name: "Save password" }).click();
  await receipt(page);
  await page.reload();
  assert.match(await receipt(page), /Password changed\./);
  await page.getByRole("button", { name: "Dismiss" }).click();
  const gone = page.getByRole("status", { name: "Receipt" });
  await gone.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Mailboxes" }).first().click();
  await page.getByRole("heading", { name: "Mailboxes", level: 1 }).waitFor();
  assert.equal(await gone.count(), 0);
});

test("D9 the key changes a password without leaving the list", async () => {
  const page = await openDashboard(host);
  const { address, password } = mailboxOf(host, "elif");
  await page.goto(`${page.url()}?q=elif`);
  await page.getByRole("link", { name: `Set password of ${address}` }).click();
  const dialog = page.getByRole("dialog", { name: "Mailbox password" });
  await dialog.getByText(address).first().waitFor();
  assert.match(page.url(), /\/dashboard\/mailboxes\?q=elif$/, "the list stays where it is");
  assert.equal(await dialog.getByLabel(/current/i).count(), 0, "no current password is asked for");
  await dialog.getByRole("button", { name: "Generate", exact: true }).click();
  const fresh = await dialog.getByLabel("New Password", { exact: true }).inputValue();
  assert.equal(await dialog.getByLabel("New Password again", { exact: true }).inputValue(), fresh);
  await dialog.getByRole("button", { name: "Save Password" }).click();
  assert.match(await receipt(page), new RegExp(`${address} Password changed\\.`));
  assert.match(page.url(), /\/dashboard\/mailboxes\?q=elif$/, "as narrowed as before");
  assert.match(await tryLogin(host.demo, address, fresh), /^OK/);
  assert.match(await tryLogin(host.demo, address, password), /^NO/);
});

test("D10 the pencil: New, Copy, Update User", async () => {
  const page = await openDashboard(host, { permissions: ["clipboard-read", "clipboard-write"] });
  const { address, password } = mailboxOf(host, "bookings");
  await page.getByRole("link", { name: `Edit ${address}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit mailbox" });
  await dialog.getByRole("button", { name: "New", exact: true }).click();
  const fresh = await dialog.getByLabel("Password", { exact: true }).inputValue();
  assert.equal(fresh.length, 18);
  await dialog.getByRole("button", { name: "Copy" }).click();
  await dialog.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), fresh);
  assert.equal(await dialog.getByLabel(/current/i).count(), 0, "no current password is asked for");
  await dialog.getByRole("button", { name: "Update User" }).click();
  assert.match(await receipt(page), new RegExp(`${address} Password changed\\.`));
  assert.match(await tryLogin(host.demo, address, fresh), /^OK/);
  assert.match(await tryLogin(host.demo, address, password), /^NO/);
});

test("D10 a password that is not taken is refused in the pop-up, with the reason", async () => {
  const page = await openDashboard(host);
  const { address } = mailboxOf(host, "accounts");
  await page.getByRole("link", { name: `Edit ${address}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit mailbox" });
  // It meets the four rules, and everybody uses it.
  await dialog.getByLabel("Password", { exact: true }).fill("Password1234");
  await dialog.getByRole("button", { name: "Update User" }).click();
  const problem = dialog.getByRole("alert");
  await problem.waitFor();
  assert.match(await problem.innerText(), /The password was not changed\./);
  assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-problems")), true, "it has the focus");
});
