// Interruptions: a double click, a connection that breaks, a session that ends while a form is filled in, the next user
// of the same browser.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import {
  mailboxOf,
  openDashboard,
  openSecurityTab,
  openWebmail,
  receipt,
  signIn,
  signInToDashboard,
  signInToPanel,
  signInToWebmail,
} from "./actions.mjs";
import { tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

const NEW_PASSWORD = "Quiet-Harbour-2931";
// How long a slow server takes to answer: long enough for a second click.
const SLOW_MS = 1_500;

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

/** Counts the forms that are sent from now on, and delays each. */
async function delayForms(page) {
  const sent = [];
  await page.route("**", async (route) => {
    const request = route.request();
    if (request.method() === "POST") {
      sent.push(request.url());
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    }
    // The page may be closed by then.
    await route.continue().catch(() => {});
  });
  return sent;
}

/** Clicks what saves the form, and once more while the request runs. */
const clickTwice = (page) =>
  page.evaluate((pause) => {
    const click = () => document.querySelector(".actions [data-save]").click();
    setTimeout(click, 0);
    setTimeout(click, pause);
  }, SLOW_MS / 3);

const generate = (page) => page.locator("[data-generate]").click();

/** Ends the session of a page from another context; the page is not told. */
async function signOutElsewhere(page, url) {
  const elsewhere = await host.openPage(url, { storageState: await page.context().storageState() });
  const menu = elsewhere.locator("summary[aria-label='Your account']");
  if (await menu.count()) await menu.click();
  await elsewhere.getByRole("button", { name: "Sign out" }).click();
  await elsewhere.waitForURL("**/sign-in**");
  await elsewhere.context().close();
}

test("D7 a second click on Save saves nothing a second time, and the receipt says what the first did", async () => {
  const page = await openDashboard(host);
  await openSecurityTab(page, mailboxOf(host, "maya").address);
  await generate(page);
  const sent = await delayForms(page);
  await clickTwice(page);
  assert.match(await receipt(page), /Password changed\./);
  assert.equal(sent.length, 1);
  assert.equal(await page.getByRole("alert").count(), 0);
});

test("P2 W2 D1 a second click is none in the panel, in the webmail, and where a mailbox is added", async () => {
  const panel = await signInToPanel(host, mailboxOf(host, "tomas"));
  await panel.goto(new URL("panel/password", new URL("/", host.demo.web.panel)).href);
  const owner = mailboxOf(host, "priya");
  const webmail = await signInToWebmail(host, owner);
  await webmail.goto(new URL("account", host.demo.web.webmail).href);
  await webmail.getByLabel("Current password").fill(owner.password);
  const dashboard = await openDashboard(host);
  await dashboard.goto(`${dashboard.url()}/new`);
  await dashboard.getByLabel("Address", { exact: true }).fill("front-desk");
  for (const [page, said] of [[panel, /Password changed\./], [webmail, /Password changed\./], [dashboard, /Mailbox added\./]]) {
    await generate(page);
    const sent = await delayForms(page);
    await clickTwice(page);
    assert.match(await receipt(page), said);
    assert.equal(sent.length, 1);
  }
});

test("D7 a form that was stopped on its way can be sent again", async () => {
  const page = await openDashboard(host);
  await openSecurityTab(page, mailboxOf(host, "elif").address);
  await generate(page);
  await page.route("**/password", () => {});
  const seen = await page.evaluate(async (pause) => {
    const waited = () => new Promise((resolve) => setTimeout(resolve, pause));
    const why = document.querySelector("[data-why]");
    document.querySelector(".actions [data-save]").click();
    await waited();
    const said = [why.textContent];
    stop();
    await waited();
    return [...said, why.textContent];
  }, SLOW_MS / 3);
  assert.deepEqual(seen, ["Saving…", ""]);
  await page.unroute("**/password");
  await page.getByRole("button", { name: "Save password" }).click();
  assert.match(await receipt(page), /Password changed\./);
});

test("D9 an answer that is lost is told in the dialog, and nothing is sent again by itself", async () => {
  const { address } = mailboxOf(host, "ben");
  const page = await openDashboard(host);
  await page.getByRole("link", { name: `Set password of ${address}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Generate", exact: true }).click();
  const fresh = await dialog.getByLabel("New Password", { exact: true }).inputValue();
  let sent = 0;
  await page.route("**/password", async (route) => {
    sent++;
    await route.fetch({ maxRedirects: 0 });
    await route.abort("connectionreset");
  });
  await dialog.getByRole("button", { name: "Save Password" }).click();
  const problem = dialog.getByRole("alert");
  await problem.waitFor();
  assert.match(await problem.innerText(), /We could not reach the server\. Check your connection; reload the list/);
  assert.equal(await page.evaluate(() => document.activeElement.hasAttribute("data-problems")), true, "it has the focus");
  await host.screenshot(page, "dialog-lost-answer");
  assert.equal(sent, 1);
  assert.ok(await dialog.getByRole("button", { name: "Save Password" }).isEnabled());
  assert.match(await tryLogin(host.demo, address, fresh), /^OK/, "as it says: it may have been saved");
});

test("D9 an answer that is a page of its own is shown in the dialog", async () => {
  const { address } = mailboxOf(host, "ben");
  const page = await openDashboard(host);
  await page.getByRole("link", { name: `Delete ${address}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  // The form of a page that stayed open over a new sign-in.
  await page.locator("dialog input[name=csrf]").evaluate((field) => (field.value = "stale"));
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  await dialog.getByRole("button", { name: "Delete mailbox" }).click();
  await page.getByRole("dialog", { name: "This form is no longer good" }).waitFor();
  await dialog.getByText("Nothing has been changed.").waitFor();
  assert.equal(sent.length, 1);
  await host.screenshot(page, "dialog-trouble");
});

test("D9 while a dialog saves it says so and keeps the focus", async () => {
  const page = await openDashboard(host);
  await page.getByRole("link", { name: `Set password of ${mailboxOf(host, "hello").address}` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Generate", exact: true }).click();
  const sent = await delayForms(page);
  const save = dialog.getByRole("button", { name: "Save Password" });
  await save.click();
  await dialog.getByText("Saving…").waitFor();
  assert.equal(await save.getAttribute("aria-busy"), "true");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Save Password");
  await page.keyboard.press("Enter");
  assert.match(await receipt(page), /Password changed\./);
  assert.equal(sent.length, 1);
});

test("D9 D10 two clicks on a slow line open one dialog, and a click beside it loses no generated password", async () => {
  const page = await openDashboard(host);
  await page.route("**/password?from=list", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    await route.continue();
  });
  const key = page.getByRole("link", { name: `Set password of ${mailboxOf(host, "orders").address}` });
  await key.click();
  await key.click();
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(SLOW_MS);
  assert.equal(await page.locator("dialog").count(), 1);
  await page.mouse.click(5, 400);
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await page.unroute("**/password?from=list");
  await key.click();
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  await page.mouse.click(5, 400);
  assert.notEqual(await page.getByLabel("New Password", { exact: true }).inputValue(), "");
});

test("D1 with the keyboard one looks at the domains, and chooses with Search", async () => {
  const page = await openDashboard(host);
  const domains = page.getByLabel("Select Domain");
  await domains.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  const chosen = await domains.inputValue();
  assert.notEqual(chosen, "");
  assert.match(page.url(), /\/dashboard\/mailboxes$/, "still where one was");
  await page.getByRole("button", { name: "Search" }).press("Enter");
  await page.waitForURL(`**domain=${chosen}**`);
});

test("D1 a session that ends while one types is told, and one comes back to the form", async () => {
  const page = await signInToDashboard(host);
  await page.goto(`${page.url()}/new`);
  await page.getByLabel("Address", { exact: true }).fill("reception");
  await generate(page);
  await signOutElsewhere(page, host.demo.web.dashboard);
  await page.getByRole("button", { name: "Add mailbox" }).click();
  await page.waitForURL("**/dashboard/sign-in**");
  await page.getByText("You were signed out, and nothing was saved. Sign in and do it once more.").waitFor();
  await host.screenshot(page, "sign-in-unsaved");
  await signIn(page, host.demo.owner.email, host.demo.owner.password);
  await page.getByRole("heading", { name: "Add mailbox", level: 1 }).waitFor();
  assert.match(page.url(), /\/dashboard\/mailboxes\/new$/);
});

test("W1 after a sign-in in between, a star and a file lead back to the message", async () => {
  const owner = mailboxOf(host, "maya");
  const password = await renewed(owner);
  for (const act of [
    (page) => page.getByRole("button", { name: "Star", exact: true }).click(),
    (page) => page.getByRole("link", { name: "Download the message" }).click(),
    (page) => page.getByRole("list", { name: "Attachments" }).getByRole("link").click(),
  ]) {
    const page = await signInToWebmail(host, { ...owner, password });
    const downloads = [];
    page.on("download", (download) => downloads.push(download.suggestedFilename()));
    await page.getByRole("link", { name: /New prices from the 1st/ }).click();
    await page.getByRole("heading", { name: /New prices from the 1st/ }).waitFor();
    const message = page.url();
    await signOutElsewhere(page, host.demo.web.webmail);
    await act(page);
    await page.waitForURL("**/webmail/sign-in**");
    await page.getByText("You were signed out").waitFor();
    await signIn(page, owner.address, password);
    await page.getByRole("heading", { name: /New prices from the 1st/ }).waitFor();
    assert.equal(page.url(), message);
    assert.deepEqual(downloads, [], "no sign-in page is saved as a file");
    await page.context().close();
  }
});

test("W1 the frame of a message says that one was signed out", async () => {
  const owner = mailboxOf(host, "rosa");
  const page = await signInToWebmail(host, owner);
  await page.route("**/body", async (route) => {
    await signOutElsewhere(page, host.demo.web.webmail);
    await route.continue();
  });
  await page.getByRole("navigation", { name: "Folders" }).getByRole("link", { name: "Reading" }).click();
  await page.getByRole("link", { name: /Letterform Friday/ }).click();
  await page.frameLocator("iframe[title=Message]").getByText("You were signed out. Reload the page to sign in.").waitFor();
  await host.screenshot(page, "frame-signed-out");
});

test("P2 the next person at the same browser is not told what the last one did", async () => {
  const first = mailboxOf(host, "workshop");
  const next = mailboxOf(host, "support");
  const page = await signInToPanel(host, first);
  await page.getByRole("link", { name: "Password", exact: true }).click();
  await generate(page);
  await page.getByRole("button", { name: "Change", exact: true }).click();
  assert.match(await receipt(page), new RegExp(`${first.address} Password changed\\.`), "it says whose");
  await signIn(page, next.address, next.password);
  await page.getByRole("heading", { name: "User Panel", level: 1 }).waitFor();
  assert.equal(await page.getByRole("status", { name: "Receipt" }).count(), 0);
});

test("W1 on a phone a tap beside the drawer closes it and opens nothing, and so does Escape", async () => {
  const page = await openWebmail(host, mailboxOf(host, "rosa"), { screen: "phone" });
  const folders = page.getByRole("navigation", { name: "Folders" });
  const opener = page.getByRole("link", { name: "Folders", exact: true });
  await opener.tap();
  await folders.waitFor();
  await host.screenshot(page, "drawer-open-phone");
  const { width } = await folders.boundingBox();
  await page.touchscreen.tap(width + 40, 300);
  await folders.waitFor({ state: "hidden" });
  assert.match(page.url(), /\/webmail\/folder\/INBOX#main$/, "no message was opened");
  await opener.tap();
  await folders.waitFor();
  await page.keyboard.press("Escape");
  await folders.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Folders");
});

test("W1 the menu of who is signed in closes behind whoever leaves it with Tab", async () => {
  const page = await openWebmail(host, mailboxOf(host, "rosa"));
  await page.locator("summary[aria-label='Your account']").click();
  const last = page.getByRole("button", { name: "Sign out" });
  await last.focus();
  await page.keyboard.press("Tab");
  await last.waitFor({ state: "hidden" });
});

/** Gives a mailbox a new password, whatever the tests before have made of it. */
async function renewed({ address }) {
  const page = await openDashboard(host);
  await openSecurityTab(page, address);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New password again", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Save password" }).click();
  await receipt(page);
  await page.context().close();
  return NEW_PASSWORD;
}
