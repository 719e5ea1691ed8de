// The dashboard: signing in, the list of mailboxes, adding one, deleting one and getting it back.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { mailboxOf, openDashboard, receipt, signIn, signInToDashboard } from "./actions.mjs";
import { tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

/** Chooses with the pointer, as far as a page can tell: the list of choices itself belongs to the browser. */
async function choose(page, label, choice) {
  await page.getByLabel(label).dispatchEvent("pointerdown");
  await page.getByLabel(label).selectOption({ label: choice });
}

const addresses = (page) => page.locator("tbody th").allInnerTexts();

test("D11 a stranger hears the same for an unknown name and for a wrong password", async () => {
  const answers = [];
  for (const email of ["nobody@fjordlight.example", host.demo.owner.email]) {
    const page = await host.openPage(host.demo.web.dashboard);
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await signIn(page, email, "Not-The-Password-1");
    const status = (await answered).status();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert.equal(await page.getByRole("textbox", { name: "E-mail" }).inputValue(), email, "what was typed stays");
    assert.equal(await page.getByLabel("Password", { exact: true }).inputValue(), "", "the password does not");
    answers.push([status, await alert.innerText(), await page.title()]);
  }
  assert.deepEqual(answers[0], answers[1]);
});

test("D11 the sign-in page points mailbox owners to webmail, and webmail account owners here", async () => {
  const page = await host.openPage(host.demo.web.dashboard);
  await page.getByRole("link", { name: "sign in to webmail" }).click();
  await page.waitForURL("**/webmail/sign-in**");
  await page.getByRole("link", { name: "sign in to the dashboard" }).click();
  await page.waitForURL("**/dashboard/sign-in**");
});

test("D11 a mailbox is no account: its password opens no dashboard", async () => {
  const page = await host.openPage(host.demo.web.dashboard);
  const { address, password } = mailboxOf(host, "tomas");
  await signIn(page, address, password);
  await page.getByRole("alert").waitFor();
});

test("D11 signing out ends the session, not only the page", async () => {
  const page = await signInToDashboard(host);
  const cookies = await page.context().cookies();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/dashboard/sign-in**");
  await page.context().addCookies(cookies);
  await page.goto(host.demo.web.dashboard);
  assert.match(page.url(), /sign-in/, "the cookie of an ended session opens nothing");
});

test("D1 the list is searched and narrowed by Select Domain", async () => {
  const page = await openDashboard(host);
  const everybody = await addresses(page);
  for (const { address } of host.demo.mailboxes) assert.ok(everybody.includes(address), address);
  assert.deepEqual(everybody, [...everybody].sort(), "by address, unless another order is chosen");

  await page.getByRole("searchbox", { name: "Search" }).fill("WORK");
  await page.keyboard.press("Enter");
  await page.waitForURL("**q=WORK**");
  assert.deepEqual(await addresses(page), [mailboxOf(host, "workshop").address]);

  await page.getByRole("searchbox", { name: "Search" }).fill("");
  await choose(page, "Select Domain", "larkspur-catering.example");
  await page.waitForURL(/domain=[^&]+/);
  assert.deepEqual(await addresses(page), ["bookings@larkspur-catering.example", "elif@larkspur-catering.example"]);

  await page.getByRole("searchbox", { name: "Search" }).fill("nobody");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No mailbox matches" }).waitFor();
  await page.getByRole("link", { name: "show all mailboxes" }).click();
  await page.getByRole("heading", { name: "Mailboxes", level: 1 }).waitFor();
  await page.waitForURL("**/dashboard/mailboxes");
});

test("D1 whoever signed in last comes first, if one wants", async () => {
  const { address, password } = mailboxOf(host, "support");
  assert.match(await tryLogin(host.demo, address, password), /^OK/);
  const page = await openDashboard(host);
  await choose(page, "Sort", "Last sign-in first");
  await page.waitForURL("**sort=last-sign-in**");
  assert.equal((await addresses(page))[0], address);
});

test("D1 a click anywhere on a row opens the mailbox's settings page", async () => {
  const page = await openDashboard(host);
  const { address } = mailboxOf(host, "hello");
  const row = page.getByRole("row").filter({ hasText: address });
  // The link covers its row; the pointer aims at what is seen.
  await row.getByText("Tidewater Cycles", { exact: true }).click({ force: true });
  await page.getByRole("heading", { name: address, level: 1 }).waitFor();
  assert.match(page.url(), /\/dashboard\/mailboxes\/[^/]+\/security$/);
  assert.equal(await page.getByRole("link", { name: "Security" }).getAttribute("aria-current"), "page");
});

test("D1 an added mailbox stands in the list and can sign in at once", async () => {
  const page = await openDashboard(host);
  await page.getByRole("link", { name: "Add mailbox" }).click();
  const dialog = page.getByRole("dialog", { name: "Add mailbox" });
  await dialog.getByLabel("Address", { exact: true }).fill("reception");
  await dialog.getByLabel("Domain").selectOption("tidewater-cycles.example");
  await dialog.getByRole("button", { name: "Generate strong password" }).click();
  const password = await dialog.getByLabel("Password", { exact: true }).inputValue();
  await dialog.getByRole("button", { name: "Add mailbox" }).click();
  assert.match(await receipt(page), /reception@tidewater-cycles\.example Mailbox added\./);
  assert.ok((await addresses(page)).includes("reception@tidewater-cycles.example"));
  assert.match(await tryLogin(host.demo, "reception@tidewater-cycles.example", password), /^OK/);
});

test("D1 an address that is taken is refused in the dialog, and what was typed stays", async () => {
  const page = await openDashboard(host);
  await page.getByRole("link", { name: "Add mailbox" }).click();
  const dialog = page.getByRole("dialog", { name: "Add mailbox" });
  await dialog.getByLabel("Address", { exact: true }).fill("ben");
  await dialog.getByLabel("Domain").selectOption("copperkiln.example");
  await dialog.getByRole("button", { name: "Generate strong password" }).click();
  await dialog.getByRole("button", { name: "Add mailbox" }).click();
  const problem = dialog.getByRole("alert");
  await problem.waitFor();
  assert.match(await problem.innerText(), /The mailbox was not added\.\s+This address is taken/);
  assert.equal(await dialog.getByLabel("Address", { exact: true }).inputValue(), "ben");
});

test("D2 a mailbox is deleted in two steps and restored with its mail and password", async () => {
  const page = await openDashboard(host);
  const { address, password } = mailboxOf(host, "orders");
  await page.getByRole("link", { name: `Delete ${address}` }).click();
  const dialog = page.getByRole("dialog", { name: `Delete ${address}?` });
  await dialog.waitFor();
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), "Keep mailbox", "the focus is on the safe choice");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.match(await tryLogin(host.demo, address, password), /^OK/, "one step deletes nothing");

  await page.getByRole("link", { name: `Delete ${address}` }).click();
  await dialog.getByRole("button", { name: "Delete mailbox" }).click();
  assert.match(await receipt(page), /Mailbox deleted\./);
  assert.ok(!(await addresses(page)).includes(address));
  assert.match(await tryLogin(host.demo, address, password), /^NO \[AUTHENTICATIONFAILED\]/);

  await page.getByRole("link", { name: "Deleted mailboxes" }).click();
  await page.getByRole("button", { name: `Restore ${address}` }).click();
  assert.match(await receipt(page), /Mailbox restored\./);
  assert.ok((await addresses(page)).includes(address));
  assert.match(await tryLogin(host.demo, address, password), /^OK/);
});
