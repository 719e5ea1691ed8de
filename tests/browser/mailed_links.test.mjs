// The links in mailed notices, followed from the mailbox they were delivered to: a recovery e-mail, a new password,
// "This wasn't me". And other ways to those pages: tabs on a phone, a form without script, a password manager.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { expectAccessible, sidewaysScroll } from "./a11y.mjs";
import { mailboxOf, receipt, signIn, signInToDashboard, signInToPanel, signInToWebmail } from "./actions.mjs";
import { Authenticator, enableTwoFactor } from "./authenticator.mjs";
import { ImapClient, tryLogin } from "./imap.mjs";
import { SCREENS, TestHost, collectErrors } from "./test_host.mjs";

const NEW_PASSWORD = "Quiet-Harbour-2931";
const NEWER_PASSWORD = "Loud-Mountain-4817";
const DELIVERY_MS = 20_000;
const OVER = "This link was used, replaced or has expired";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

const at = (path) => new URL(path, host.demo.web.webmail).href;
const heading = (page, name) => page.getByRole("heading", { name, level: 1 });
const press = (page, name) => page.getByRole("button", { name, exact: true }).last().click();
const unexpected = (page) => page.errors.filter((error) => !/status of 4\d\d/.test(error));

/** Opens the newest message with a subject in the webmail, once it is there, and follows its link in a window of its own. */
async function followMailedLink(inbox, subject, screenshot) {
  // A page of its own: one that was stretched for a picture before does not find its way back under the pointer in time.
  const page = await inbox.context().newPage();
  const line = page.getByRole("link", { name: new RegExp(subject) }).first();
  const late = Date.now() + DELIVERY_MS;
  await page.goto(at("/webmail/folder/INBOX"));
  while (!(await line.isVisible())) {
    assert.ok(Date.now() < late, `no message: ${subject}`);
    await page.reload();
  }
  await line.click();
  const link = page.frameLocator("iframe[title=Message]").getByRole("link");
  await link.waitFor();
  const [opened] = await Promise.all([page.waitForEvent("popup"), link.click()]);
  await opened.waitForLoadState();
  assert.equal(await opened.evaluate(() => document.referrer), "", "no referrer");
  opened.errors = collectErrors(opened);
  await host.screenshot(page, screenshot);
  await page.close();
  return opened;
}

/** Presses the one button of a link page; `Origin` must be that of the page, and `Referer` must not carry the token. */
async function send(page, button) {
  const [request] = await Promise.all([page.waitForRequest((request) => request.method() === "POST"), press(page, button)]);
  const { origin, referer = "" } = await request.allHeaders();
  assert.equal(origin, new URL(page.url()).origin, "also a browser without Sec-Fetch-Site is let through");
  assert.ok(!referer.includes("token"), "and the link is not disclosed");
}

async function setPassword(page, password) {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByLabel("New password again", { exact: true }).fill(password);
}

/** Names a recovery e-mail and follows the link there; `button` is the one to press on its page, if any. */
async function recoveryEmail(owner, friend, screen, button) {
  const panel = await signInToPanel(host, owner, { screen });
  await panel.goto(at("/panel/recovery/email"));
  await panel.getByLabel("Recovery e-mail", { exact: true }).fill(friend.address);
  await panel.getByRole("button", { name: "Send link" }).click();
  await receipt(panel);
  await host.screenshot(panel, `links-recovery-asked-${screen}`);
  const inbox = await signInToWebmail(host, friend, { screen });
  const page = await followMailedLink(inbox, "Confirm your recovery e-mail", `links-letter-verify-${screen}`);
  if (button) {
    await send(page, button);
    await heading(page, "Recovery e-mail confirmed").waitFor();
  }
  return { panel, inbox, page };
}

for (const [screen, who, whose] of [["desktop", "tomas", "ben"], ["phone", "elif", "priya"]]) {
  test(`W9 a recovery e-mail counts once its link was followed and the button pressed, on a ${screen}`, async () => {
    const [owner, friend] = [mailboxOf(host, who), mailboxOf(host, whose)];
    const { panel, page } = await recoveryEmail(owner, friend, screen);
    await heading(page, "Confirm your recovery e-mail").waitFor();
    assert.match(await page.getByRole("main").innerText(), new RegExp(`${friend.address} becomes the recovery e-mail of ${owner.address}`));
    await expectAccessible(host, page, `links-verify-${screen}`);
    const link = page.url();
    await panel.reload();
    assert.equal(await panel.getByText("Verified").count(), 0, "looking at it does nothing");

    await send(page, "Confirm this address");
    await heading(page, "Recovery e-mail confirmed").waitFor();
    await expectAccessible(host, page, `links-verified-${screen}`);
    await panel.goto(at("/panel/recovery"));
    await panel.getByText("Verified").waitFor();
    assert.match(await panel.getByRole("main").innerText(), new RegExp(friend.address));
    await page.goto(link);
    await heading(page, OVER).waitFor();
    await expectAccessible(host, page, `links-verify-over-${screen}`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await heading(page, "Sign in").waitFor();
  });
}

test("W5 the mailed link sets a new password, asks for the code where 2FA is on, and is good once", async () => {
  const [owner, friend] = [mailboxOf(host, "maya"), mailboxOf(host, "support")];
  const { inbox } = await recoveryEmail(owner, friend, "desktop", "Confirm this address");
  const open = await signInToWebmail(host, owner);
  const authenticator = await enableTwoFactor(host, owner);
  const asking = await host.openPage(at("/webmail/password-reset?by=mail"));
  await asking.getByLabel("E-mail address of the mailbox").fill(owner.address);
  await press(asking, "Send the link");
  await heading(asking, "Check your mail").waitFor();
  const page = await followMailedLink(inbox, "Set a new password for your mailbox", "links-letter-reset");
  await heading(page, "Set a new password").waitFor();
  const link = page.url();
  await page.getByText(`For ${owner.address}`).waitFor();
  await expectAccessible(host, page, "links-reset-desktop");
  await page.setViewportSize(SCREENS.phone.viewport);
  await expectAccessible(host, page, "links-reset-phone");
  await page.setViewportSize(SCREENS.desktop.viewport);

  await page.getByLabel("Six-digit code").fill("000000");
  await setPassword(page, NEW_PASSWORD);
  await send(page, "Save password");
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /This code is wrong or was used already/);
  await expectAccessible(host, page, "links-reset-wrong-desktop");
  await page.getByLabel("Six-digit code").fill(await authenticator.code());
  await setPassword(page, NEW_PASSWORD);
  await send(page, "Save password");
  await page.waitForURL("**/webmail/sign-in");
  assert.match(await receipt(page), /Password changed\. Ended 1 webmail and 2 user panel sessions\./);
  await expectAccessible(host, page, "links-reset-done-desktop");
  await open.reload();
  await open.waitForURL("**/webmail/sign-in**");
  await signIn(page, owner.address, NEW_PASSWORD);
  await heading(page, "Enter the code").waitFor();

  await page.goto(link);
  await heading(page, OVER).waitFor();
  await expectAccessible(host, page, "links-reset-over-desktop");
  await page.getByRole("link", { name: "Ask for another link" }).click();
  await page.waitForURL("**/webmail/password-reset?by=mail");
  assert.deepEqual(unexpected(page), []);
});

for (const [screen, who] of [["desktop", "jonas"], ["phone", "workshop"]]) {
  test(`W5 This wasn't me ends everything and leads to a new password, on a ${screen}`, async () => {
    const owner = mailboxOf(host, who);
    const friend = mailboxOf(host, screen === "phone" ? "hello" : "rosa");
    await recoveryEmail(owner, friend, screen, "Confirm this address");
    const intruder = await signInToPanel(host, owner);
    const app = await ImapClient.open(host.demo);
    assert.match(await app.signIn(owner.address, owner.password), /^OK/);

    const inbox = await signInToWebmail(host, owner, { screen });
    const page = await followMailedLink(inbox, "Your mailbox has a recovery e-mail", `links-letter-not-me-${screen}`);
    await heading(page, "Was somebody else in your mailbox?").waitFor();
    await expectAccessible(host, page, `links-not-me-${screen}`);
    const link = page.url();
    assert.ok(!app.isClosed, "looking at it does nothing");
    await send(page, "This wasn't me");
    await heading(page, "Everybody is signed out").waitFor();
    assert.match(await page.getByRole("main").innerText(), /Ended .*1 IMAP.* sessions?\./);
    await expectAccessible(host, page, `links-not-me-done-${screen}`);
    assert.ok(app.isClosed, "closed before the answer");
    for (const other of [intruder, inbox]) {
      await other.reload();
      await other.waitForURL("**/sign-in**");
    }

    await page.getByRole("link", { name: "Set a new password" }).click();
    await page.getByLabel("E-mail address of the mailbox").fill(owner.address);
    await page.getByLabel("Current password", { exact: true }).fill(owner.password);
    await setPassword(page, NEW_PASSWORD);
    await press(page, "Save password");
    await page.waitForURL("**/webmail/sign-in");
    assert.match(await receipt(page), /Password changed\./);
    assert.match(await tryLogin(host.demo, owner.address, NEW_PASSWORD), /^OK/);

    // The recovery settings are held for a day.
    const panel = await signInToPanel(host, { ...owner, password: NEW_PASSWORD }, { screen });
    await panel.goto(at("/panel/recovery"));
    await panel.getByText("nobody can change the way back in for a day").waitFor();
    await expectAccessible(host, panel, `links-not-me-held-${screen}`);
    await page.goto(link);
    await heading(page, OVER).waitFor();
    await expectAccessible(host, page, `links-not-me-over-${screen}`);
  });
}

for (const [path, way] of [
  ["/webmail/password-reset/link?token=garbled%22%3E", "Ask for another link"],
  ["/webmail/recovery-email/verify", "Sign in"],
  ["/webmail/not-me?token=x", "Set a new password"],
  ["/dashboard/password-reset/link?token=%00", "Ask for another link"],
]) {
  test(`W5 a garbled link says so and leads on: ${path}`, async () => {
    const page = await host.openPage(at(path), { screen: "phone" });
    await heading(page, OVER).waitFor();
    await page.getByText("Nothing has been changed.").waitFor();
    await page.getByRole("link", { name: way, exact: true }).click();
    assert.equal(await heading(page, OVER).count(), 0);
    assert.deepEqual(unexpected(page), []);
  });
}

test("D11 staff who forgot their password hear one sentence, and set a new one by the link and a backup code", async () => {
  const { email, password } = host.demo.reseller;
  const older = await host.openPage(at("/dashboard/account"));
  await signIn(older, email, password);
  await press(older, "Set up");
  const authenticator = new Authenticator((await older.getByLabel("Key to type").inputValue()).replaceAll(/\s/g, ""));
  await older.getByLabel("Code the app shows").fill(await authenticator.code());
  await press(older, "Turn on");
  const [backupCode] = (await older.getByLabel("Backup codes").inputValue()).split("\n");

  const page = await host.openPage(host.demo.web.dashboard, { screen: "phone" });
  for (const asked of ["nobody@nowhere.example", email]) {
    await page.goto(host.demo.web.dashboard);
    await page.getByRole("link", { name: "Forgot password?" }).click();
    await heading(page, "Forgot password?").waitFor();
    await page.getByLabel("E-mail", { exact: true }).fill(asked);
    await press(page, "Send the link");
    await page
      .getByText("If an account exists for this email, we've sent password reset instructions.", { exact: true })
      .waitFor();
  }
  await expectAccessible(host, page, "links-staff-asked-phone");

  const inbox = await signInToWebmail(host, mailboxOf(host, "rosa"), { screen: "phone" });
  const link = await followMailedLink(inbox, "Set a new password for the dashboard", "links-letter-staff");
  await heading(link, "Set a new password").waitFor();
  await link.getByText(`For ${email}`).waitFor();
  await expectAccessible(host, link, "links-staff-reset-phone");
  await link.getByLabel("Six-digit code or backup code").fill(backupCode);
  await setPassword(link, NEWER_PASSWORD);
  await send(link, "Save password");
  await link.waitForURL("**/dashboard/sign-in");
  assert.match(await receipt(link), /Password changed\./);
  await older.reload();
  await older.waitForURL("**/dashboard/sign-in**");
  await signIn(link, email, password);
  await link.getByRole("alert").waitFor();
  await signIn(link, email, NEWER_PASSWORD);
  await heading(link, "Enter the code").waitFor();
  await link.getByLabel("Code", { exact: true }).fill(await authenticator.code());
  await press(link, "Continue");
  await link.waitForURL("**/dashboard/mailboxes");
  assert.match(await tryLogin(host.demo, email, mailboxOf(host, "rosa").password), /^OK/, "the mailbox has its own");
});

test("W5 on a phone the three ways to a new password stand in one row", async () => {
  const page = await host.openPage(at("/webmail/password-reset?by=mail"), { screen: "phone" });
  const ways = page.getByRole("navigation", { name: "Ways to a new password" }).getByRole("link");
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 700 });
    const boxes = await Promise.all((await ways.all()).map((way) => way.boundingBox()));
    assert.equal(new Set(boxes.map(({ y }) => y)).size, 1, `at ${width} px`);
    assert.ok(boxes.every(({ height }) => height >= 44));
    assert.equal(await sidewaysScroll(page), 0);
  }
  await host.screenshot(page, "links-tabs-320");
});

for (const screen of Object.keys(SCREENS)) {
  test(`W5 without script, Generate keeps the address and says which secrets to type now, on a ${screen}`, async () => {
    const owner = mailboxOf(host, screen === "phone" ? "bookings" : "orders");
    const page = await host.openPage(at("/webmail/password-reset?by=password"), { screen, javaScriptEnabled: false });
    await page.getByLabel("E-mail address of the mailbox").fill(owner.address);
    await page.getByLabel("Current password", { exact: true }).fill(owner.password);
    await press(page, "Generate strong password");
    assert.equal(await page.getByLabel("E-mail address of the mailbox").inputValue(), owner.address);
    const current = page.getByLabel("Current password", { exact: true });
    assert.equal(await current.inputValue(), "");
    await page.getByText("Type it now. What stood here before Generate strong password was not kept.").waitFor();
    await host.screenshot(page, `links-generated-${screen}`);
    const fresh = await page.getByLabel("New password", { exact: true }).inputValue();
    await current.fill(owner.password);
    await press(page, "Save password");
    await page.waitForURL("**/webmail/sign-in");
    assert.match(await tryLogin(host.demo, owner.address, fresh), /^OK/);
  });
}

test("D11 a password manager leads staff to their own password, over the sign-in page where need be", async () => {
  const page = await signInToDashboard(host);
  await page.goto(at("/.well-known/change-password"));
  await page.waitForURL("**/dashboard/account");
  await page.getByLabel("Current password", { exact: true }).waitFor();
  await press(page, "Sign out");
  await page.waitForURL("**/dashboard/sign-in**");
  await page.goto(at("/dashboard/account"));
  await page.waitForURL("**/dashboard/sign-in?next=**");
  await signIn(page, host.demo.owner.email, host.demo.owner.password);
  await page.waitForURL("**/dashboard/account");
});
