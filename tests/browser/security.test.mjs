// A mailbox owner protects the mailbox: two-factor authentication with an independent authenticator and
// QR reader, app passwords, and what the dashboard shows of it.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import {
  mailboxOf,
  openSecurityTab,
  receipt,
  signIn,
  signInToDashboard,
  signInToPanel,
  signInToWebmail,
} from "./actions.mjs";
import { Authenticator, scan } from "./authenticator.mjs";
import { ImapClient, tryLogin } from "./imap.mjs";
import { TestHost } from "./test_host.mjs";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

/** Sets up two-factor authentication on the page by its QR code and turns it on; returns the authenticator. */
async function turnOn(page, name) {
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("heading", { name: "Set up two-factor authentication" }).waitFor();
  const url = scan(await host.screenshot(page, name));
  assert.equal(url.protocol, "otpauth:");
  const secret = url.searchParams.get("secret");
  const typed = await page.getByLabel("Key to type").inputValue();
  assert.equal(typed.replaceAll(" ", ""), secret, "the key to type is the one in the picture");
  const authenticator = new Authenticator(secret);
  await page.getByLabel("Code the app shows").fill(await authenticator.code());
  await page.getByRole("button", { name: "Turn on" }).click();
  assert.match(await receipt(page), /Two-factor authentication is on\. Other sessions stay signed in\./);
  assert.ok(!(await page.content()).includes(secret), "it is shown once");
  return authenticator;
}

for (const screen of ["desktop", "phone"]) {
  const scheme = screen === "phone" ? "dark" : "light";
  const who = screen === "phone" ? "elif" : "maya";
  test(`W6 on a ${screen}: the picture is read, the code turns it on, every door asks for one`, async () => {
    const { address, password } = mailboxOf(host, who);
    const app = await ImapClient.open(host.demo);
    assert.match(await app.signIn(address, password), /^OK/);
    const page = await signInToPanel(host, { address, password }, { screen, scheme });
    await page.getByRole("link", { name: "Two-factor authentication" }).click();
    await page.getByText("will be asked for a code").waitFor();
    await host.screenshot(page, `security-two-factor-off-${screen}`);
    const authenticator = await turnOn(page, `security-set-up-${screen}`);
    await host.screenshot(page, `security-two-factor-on-${screen}`);
    assert.ok(!app.isClosed, "what was signed in stays signed in");

    // Mail protocols: the password alone is refused, the code goes directly behind it, once.
    assert.match(await tryLogin(host.demo, address, password), /^NO \[AUTHENTICATIONFAILED\]/);
    const behind = password + (await authenticator.code());
    assert.match(await tryLogin(host.demo, address, behind), /^OK/);
    assert.match(await tryLogin(host.demo, address, behind), /^NO \[AUTHENTICATIONFAILED\]/);

    // Browsers: the next page asks for the code. The error after a wrong one says what to do.
    const webmail = await host.openPage(host.demo.web.webmail, { screen, scheme });
    await signIn(webmail, address, password);
    await webmail.waitForURL("**/webmail/code**");
    await host.screenshot(webmail, `security-code-${screen}`);
    await webmail.getByRole("textbox").fill("000 000");
    await webmail.getByRole("button", { name: "Continue" }).click();
    await webmail.getByText("Wait for the next one in your app").waitFor();
    assert.deepEqual(webmail.errors.filter((error) => !/403/.test(error)), []);
  });
}

test("W8 an app password is shown once, opens mail apps and no page, and goes when it is revoked", async () => {
  const { address, password } = mailboxOf(host, "maya");
  const page = await host.openPage(host.demo.web.panel);
  await signIn(page, address, password);
  // The second factor of this mailbox is on since the test before; another one will do.
  const other = host.demo.mailboxes.find(({ address: theirs }) => !/^(maya|elif)@/.test(theirs));
  const owner = await signInToPanel(host, other);
  await owner.getByRole("link", { name: "App passwords" }).click();
  await owner.getByLabel("Name").fill("Thunderbird at work");
  await owner.getByRole("button", { name: "Add app password" }).click();
  const appPassword = await owner.getByLabel("App password").inputValue();
  assert.match(appPassword, /^([a-z]{4} ){3}[a-z]{4}$/);
  await host.screenshot(owner, "security-app-password-shown");
  assert.match(await tryLogin(host.demo, other.address, appPassword.replaceAll(" ", "").toUpperCase()), /^OK/);
  const webmail = await host.openPage(host.demo.web.webmail);
  await signIn(webmail, other.address, appPassword);
  await webmail.getByRole("alert").waitFor();

  await owner.getByRole("link", { name: "Done" }).click();
  await owner.getByText("IMAP").first().waitFor();
  await host.screenshot(owner, "security-app-passwords");
  const app = await ImapClient.open(host.demo);
  assert.match(await app.signIn(other.address, appPassword.replaceAll(" ", "")), /^OK/);
  await owner.getByRole("link", { name: "Revoke Thunderbird at work" }).click();
  await owner.getByRole("button", { name: "Revoke" }).click();
  assert.match(await receipt(owner), /revoked\. Ended 1 IMAP session/);
  assert.ok(app.isClosed, "closed before the receipt");
});

test("D4 the pill changes within a second when the owner turns it on, without a reload", async () => {
  const [, , third] = host.demo.mailboxes.filter(({ address }) => !/^(maya|elif)@/.test(address));
  const watcher = await signInToDashboard(host);
  await watcher.getByRole("searchbox").or(watcher.getByLabel("Search")).first().fill(third.address);
  await watcher.keyboard.press("Enter");
  await openSecurityTab(watcher, third.address);
  await watcher.getByText("2FA off").waitFor();
  const typed = watcher.getByLabel("New password", { exact: true });
  await typed.fill("Half-typed");
  const inbox = await signInToWebmail(host, third);
  await inbox.goto(new URL("/webmail/account/two-factor", host.demo.web.webmail).href);
  await turnOn(inbox, "security-set-up-webmail");
  const begun = Date.now();
  await watcher.getByText("2FA on").first().waitFor({ timeout: 5_000 });
  assert.ok(Date.now() - begun < 1_000, `it took ${Date.now() - begun} ms`);
  assert.equal(await typed.inputValue(), "Half-typed", "what is half typed stays");
  await host.screenshot(watcher, "security-pill-on");
});
