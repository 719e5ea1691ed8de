// The webmail: reading mail that can do no harm, and the password that ends everything.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { sidewaysScroll } from "./a11y.mjs";
import { mailboxOf, openWebmail, receipt, signIn, signInToWebmail } from "./actions.mjs";
import { HOSTILE, SUBJECT, TRACKER } from "./hostile_message.mjs";
import { ImapClient, tryLogin } from "./imap.mjs";
import { deliver } from "./lmtp.mjs";
import { TestHost } from "./test_host.mjs";

const NEW_PASSWORD = "Quiet-Harbour-2931";

/** A table as shops send it: made for paper, with columns that leave no room to spare. */
const NARROW = `From: Mill <mill@stranger.example>
To: you
Subject: Your delivery note
Date: Mon, 23 Nov 2026 09:00:00 +0000
Content-Type: text/html; charset=utf-8

<table width="340"><tr><td>${"Stone-milled wholegrain rye flour in paper sacks. ".repeat(4)}</td>
<td width="10">Quantity</td><td width="10">Description</td><td width="10">Reference-number</td></tr></table>
`;

let host;
before(async () => (host = await TestHost.start({ manyMessages: true })));
after(() => host?.stop());
afterEach(() => host?.closePages());

const sheet = (page) => page.frameLocator("iframe[title=Message]");

test("W1 one signs in with the full address, whatever its case", async () => {
  const { address, password } = mailboxOf(host, "maya");
  const page = await signInToWebmail(host, { address: address.toUpperCase(), password });
  await page.getByRole("heading", { name: "Inbox", level: 1 }).waitFor();
  const folders = await page.getByRole("navigation", { name: "Folders" }).getByRole("link").allInnerTexts();
  const names = folders.map((text) => text.split("\n")[0].trim());
  assert.deepEqual(names.slice(0, 2), ["Inbox", "Drafts"]);
  for (const folder of ["Sent", "Archive", "Junk", "Trash"]) assert.ok(names.includes(folder), folder);
});

test("W1 the password's case does matter, and the address without its domain is nobody", async () => {
  const { address, password } = mailboxOf(host, "rosa");
  const alerts = [];
  for (const [name, secret] of [[address, password.toLowerCase()], ["rosa", password]]) {
    const page = await host.openPage(host.demo.web.webmail);
    await signIn(page, name, secret);
    await page.getByRole("alert").waitFor();
    alerts.push(await page.getByRole("alert").innerText());
  }
  assert.equal(alerts[0], alerts[1]);
});

test("W1 a message opens beside the list, is read from then on, and Back leads back", async () => {
  const page = await openWebmail(host, mailboxOf(host, "maya"));
  await page.getByRole("link", { name: /^Unread: Elif Demir .* The test tier/ }).click();
  await page.getByRole("heading", { name: "The test tier" }).waitFor();
  assert.match(page.url(), /\/webmail\/folder\/INBOX\/\d+$/);
  assert.match(await page.title(), /^The test tier/);
  await page.reload();
  await page.getByRole("link", { name: /^Elif Demir .* The test tier/ }).waitFor();
  await page.goBack();
  await page.getByText("Choose a message to read it here.").waitFor();
});

test("W1 what is searched for is found, and what is not there is said", async () => {
  const page = await openWebmail(host, mailboxOf(host, "maya"));
  const search = page.getByRole("searchbox", { name: "Search Inbox" });
  await search.fill("rye prices");
  await search.press("Enter");
  await page.waitForURL("**q=rye**");
  assert.match(await page.locator("[data-lines]").innerText(), /New prices from the 1st/);
  assert.equal(await page.locator("[data-lines] li").count(), 1);
  await search.fill("zeppelin");
  await search.press("Enter");
  await page.getByText("Nothing found.").waitFor();
});

test("W1 ten thousand messages are a page of them", async () => {
  const page = await signInToWebmail(host, mailboxOf(host, "alerts"));
  assert.match(await page.getByRole("navigation", { name: "Pages of the list" }).innerText(), /of 10,000/);
  const newest = await page.locator("[data-lines] a").first().getAttribute("href");
  await page.getByRole("link", { name: "Older messages" }).click();
  await page.waitForURL("**page=2");
  assert.notEqual(await page.locator("[data-lines] a").first().getAttribute("href"), newest);
});

test("W1 on a phone the folders are a drawer, and a message is a page with a way back", async () => {
  const page = await openWebmail(host, mailboxOf(host, "maya"), { screen: "phone" });
  const folders = page.getByRole("navigation", { name: "Folders" });
  assert.equal(await folders.isVisible(), false);
  await page.getByRole("link", { name: "Folders", exact: true }).tap();
  await folders.waitFor();
  await host.screenshot(page, "webmail-folders-phone-light");
  await page.getByRole("link", { name: "Close folders" }).tap();
  await folders.waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "Folders", exact: true }).tap();
  await folders.getByRole("link", { name: "Suppliers" }).tap();
  await page.getByRole("heading", { name: "Suppliers", level: 1 }).waitFor({ state: "attached" });
  await page.locator("[data-lines] a").first().tap();
  await page.getByRole("link", { name: "Back to the list" }).tap();
  await page.waitForURL("**/webmail/folder/Suppliers");
});

test("W1 HTML mail shows in a frame of its own, its pictures only when asked for", async () => {
  const page = await signInToWebmail(host, mailboxOf(host, "tomas"));
  await page.getByRole("link", { name: /Weekly Crumb No\. 112/ }).click();
  await sheet(page).getByRole("heading", { name: "The Weekly Crumb" }).waitFor();
  await page.getByText("Pictures from elsewhere are not loaded").waitFor();
  assert.deepEqual(page.errors, []);
});

test("W1 on a phone a narrow column keeps its words whole, and the message scrolls by itself", async () => {
  const owner = mailboxOf(host, "elif");
  await deliver(host.demo, owner.address, NARROW);
  const page = await signInToWebmail(host, owner, { screen: "phone" });
  await page.getByRole("link", { name: /Your delivery note/ }).tap();
  const word = sheet(page).getByText("Quantity");
  await word.waitFor();
  const lines = await word.evaluate((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getClientRects().length;
  });
  assert.equal(lines, 1, "one line, not one letter a line");
  assert.equal(await sidewaysScroll(page), 0);
});

test("W1 a hostile message runs no script, loads nothing, and cannot touch the page around it", async () => {
  const owner = mailboxOf(host, "ben");
  await deliver(host.demo, owner.address, HOSTILE);
  const page = await signInToWebmail(host, owner);
  await page.getByRole("link", { name: new RegExp(SUBJECT) }).click();
  await sheet(page).getByText("Dear winner,").waitFor();
  const address = page.url();

  const frame = page.frames().find((one) => one !== page.mainFrame());
  assert.equal(page.frames().length, 2, "the message brings no frames of its own");
  for (const one of page.frames()) assert.equal(await one.evaluate(() => window.pwned), undefined);
  assert.equal(await frame.evaluate(() => origin), "null", "an origin that is nobody's");
  const reach = () => {
    try {
      return parent.document.title;
    } catch (error) {
      return error.name;
    }
  };
  assert.equal(await frame.evaluate(reach), "SecurityError");
  assert.equal(await frame.locator("script, form, input, object, embed, iframe, base, link, [onload], [onerror]").count(), 0);
  assert.equal(await frame.locator("#script-link[href], a[href^=javascript]").count(), 0);
  assert.match(await page.getByRole("main").innerText(), /Prizes <script>pwned=1<\/script>/, "a name is text");
  assert.equal(page.url(), address);
  assert.deepEqual(page.errors, [], "nothing left, nothing had to be refused");
});

test("W1 the body of a hostile message opened by its own address is as harmless", async () => {
  const owner = mailboxOf(host, "support");
  await deliver(host.demo, owner.address, HOSTILE);
  const page = await signInToWebmail(host, owner);
  await page.getByRole("link", { name: new RegExp(SUBJECT) }).click();
  const path = await page.locator("iframe[title=Message]").getAttribute("src");
  await page.goto(new URL(path, page.url()).href);
  await page.getByText("Dear winner,").waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.evaluate(() => origin), "null", "cookies are out of reach");
  assert.deepEqual(page.errors, []);
});

test("W1 asked for, remote pictures load, and only those", async () => {
  const owner = mailboxOf(host, "accounts");
  await deliver(host.demo, owner.address, HOSTILE);
  const page = await signInToWebmail(host, owner);
  const asked = [];
  await page.context().route(`https://${TRACKER}/**`, (route) => {
    asked.push([new URL(route.request().url()).pathname, route.request().headers().referer]);
    return route.fulfill({ contentType: "image/svg+xml", body: "<svg xmlns='http://www.w3.org/2000/svg'/>" });
  });
  await page.getByRole("link", { name: new RegExp(SUBJECT) }).click();
  await page.getByRole("link", { name: "Load remote images" }).click();
  await page.waitForURL("**images=show");
  const picture = sheet(page).getByRole("img", { name: "a bicycle" });
  await picture.evaluate((image) => image.decode().catch(() => {}));
  assert.ok(asked.some(([path]) => path === "/pixel.gif"), JSON.stringify(asked));
  for (const [path, referer] of asked) {
    assert.match(path, /\.(gif|png)$/, "pictures, no sheets, frames or fonts");
    assert.equal(referer, undefined, "the sender does not hear where it is read");
  }
});

test("W1 an attachment is downloaded as it was sent", async () => {
  const page = await openWebmail(host, mailboxOf(host, "maya"));
  await page.getByRole("link", { name: /New prices from the 1st/ }).click();
  const link = page.getByRole("list", { name: "Attachments" }).getByRole("link");
  const name = await link.locator(".wm-file").innerText();
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.equal(download.suggestedFilename(), name);
  assert.ok((await readFile(await download.path())).length > 0);
});

test("W2 a wrong current password changes nothing and ends nothing", async () => {
  const { address, password } = mailboxOf(host, "priya");
  const page = await signInToWebmail(host, { address, password });
  await page.locator("summary[aria-label='Your account']").click();
  await page.getByRole("link", { name: "My account" }).click();
  await page.getByRole("heading", { name: "Password", level: 2 }).waitFor();
  await page.getByLabel("Current password").fill("Not-The-Password-1");
  await page.getByRole("button", { name: "Generate" }).click();
  await page.getByRole("button", { name: "Update password and log me out from everywhere" }).click();
  const problem = page.getByRole("alert");
  await problem.waitFor();
  assert.match(await problem.innerText(), /The password was not changed\.\s+This is not your current password\./);
  assert.match(await tryLogin(host.demo, address, password), /^OK/);
  await page.getByRole("link", { name: "Back to mail" }).click();
  await page.getByRole("heading", { name: "Inbox", level: 1 }).waitFor();
});

test("W2 the same live rules, and the button also waits for the current password", async () => {
  const page = await signInToWebmail(host, mailboxOf(host, "priya"));
  await page.goto(new URL("account", host.demo.web.webmail).href);
  const save = page.getByRole("button", { name: "Update password and log me out from everywhere" });
  await page.getByRole("button", { name: "Generate" }).click();
  assert.equal(await page.locator("[data-rule].met").count(), 4);
  assert.ok(await save.isDisabled());
  assert.equal(await page.locator("[data-why]").innerText(), "Type your current password too.");
  await page.getByLabel("Current password").fill("x");
  assert.ok(await save.isEnabled());
});

test("W2 a new password signs everything out: this page, another browser, a mail app", async () => {
  const { address, password } = mailboxOf(host, "jonas");
  const page = await signInToWebmail(host, { address, password });
  const elsewhere = await signInToWebmail(host, { address, password }, { screen: "phone" });
  const app = await ImapClient.open(host.demo);
  assert.match(await app.signIn(address, password), /^OK/);
  await app.idle();

  await page.goto(new URL("account", host.demo.web.webmail).href);
  await page.getByLabel("Current password").fill(password);
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByLabel("New password, once more").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Update password and log me out from everywhere" }).click();
  await page.waitForURL("**/webmail/sign-in**");
  assert.match(await receipt(page), /Password changed\. Ended 1 IMAP and 2 webmail sessions\./);
  assert.ok(app.isClosed, "closed before the receipt");

  await elsewhere.locator("[data-lines] a").first().click();
  await elsewhere.waitForURL("**/webmail/sign-in**");
  await signIn(elsewhere, address, password);
  await elsewhere.getByRole("alert").waitFor();
  await signIn(page, address, NEW_PASSWORD);
  await page.waitForURL("**/webmail/folder/INBOX");
  assert.match(await tryLogin(host.demo, address, password), /^NO \[AUTHENTICATIONFAILED\]/);
});
