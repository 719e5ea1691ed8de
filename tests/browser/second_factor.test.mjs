// What a sign-in asks for beyond the password: the code, reauthentication, the switch from webmail to the panel, and the
// second factor of staff. Every page on a desktop and a phone, in light and dark.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, test } from "node:test";
import { expectAccessible } from "./a11y.mjs";
import { mailboxOf, signIn, signInToWebmail } from "./actions.mjs";
import { Authenticator, enableTwoFactor, grouped, inDigitsFrom, scan } from "./authenticator.mjs";
import { SCREENS, TestHost } from "./test_host.mjs";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

const at = (path) => new URL(path, host.demo.web.webmail).href;
const heading = (page, name) => page.getByRole("heading", { name, level: 1 });
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

const expectStartPage = {
  webmail: async (page) => {
    await page.waitForURL("**/webmail/folder/INBOX");
    await heading(page, "Inbox").waitFor({ state: "attached" });
  },
  panel: (page) => heading(page, "User Panel").waitFor(),
};

for (const [surface, screen, who, written] of [
  ["webmail", "desktop", "maya", grouped],
  ["webmail", "phone", "elif", (code) => inDigitsFrom("٠", code)],
  ["panel", "desktop", "tomas", (code) => ` ${code} `],
  ["panel", "phone", "priya", (code) => inDigitsFrom("０", code)],
]) {
  test(`W1 P1 the password, then the code, at the ${surface} on a ${screen}`, async () => {
    const owner = mailboxOf(host, who);
    const authenticator = await enableTwoFactor(host, owner);
    const page = await host.openPage(host.demo.web[surface], { screen });
    await signIn(page, owner.address, owner.password);
    await heading(page, "Enter the code").waitFor();
    const field = page.getByRole("textbox", { name: "Six-digit code" });
    assert.ok(await field.evaluate((input) => input === document.activeElement), "one types at once");
    await expectAccessible(host, page, `steps-code-${surface}-${screen}`);

    await field.fill("000 000");
    await press(page, "Continue");
    const alert = page.getByRole("alert");
    assert.match(await alert.innerText(), /^This code is wrong or was used already\. Wait for the next one in your app\.$/);
    assert.equal(await field.inputValue(), "", "the next one is typed into an empty field");
    await expectAccessible(host, page, `steps-code-wrong-${surface}-${screen}`);

    await field.fill(written(await authenticator.code()));
    await press(page, "Continue");
    await expectStartPage[surface](page);
    assert.deepEqual(page.errors.filter((error) => !error.includes("status of 403")), []);
    await page.context().close();
  });
}

test("P1 at the panel the code may stand directly behind the password, without script too", async () => {
  const owner = mailboxOf(host, "jonas");
  const authenticator = await enableTwoFactor(host, owner);
  const page = await host.openPage(host.demo.web.panel, { screen: "phone", javaScriptEnabled: false });
  await signIn(page, owner.address, `${owner.password}000000`);
  await page.getByRole("alert").waitFor();
  await signIn(page, owner.address, owner.password + (await authenticator.code()));
  await expectStartPage.panel(page);
});

test("W1 who does not have the phone leaves the code page for another account or another way in", async () => {
  const owner = mailboxOf(host, "jonas");
  const page = await host.openPage(host.demo.web.webmail, { javaScriptEnabled: false });
  await signIn(page, owner.address, owner.password);
  await heading(page, "Enter the code").waitFor();
  await page.getByRole("link", { name: "Lost your phone?" }).click();
  await page.getByLabel("Recovery code", { exact: true }).waitFor();
  await page.goBack();
  await press(page, "Use another account");
  await page.waitForURL("**/webmail/sign-in");
  await page.goto(at("/webmail/code"));
  await page.waitForURL("**/webmail/sign-in**");
});

for (const [screen, who] of [["desktop", "workshop"], ["phone", "hello"]]) {
  test(`W6 a session without a code confirms before it moves the second factor, on a ${screen}`, async () => {
    const owner = mailboxOf(host, who);
    const page = await signInToWebmail(host, owner, { screen });
    const authenticator = await enableTwoFactor(host, owner);
    await page.goto(at("/webmail/account/two-factor"));
    await page.getByRole("link", { name: "Move to another authenticator" }).click();
    await heading(page, "Confirm that it is you").waitFor();
    await page.getByText("Type your password and a code to go on.").waitFor();
    await expectAccessible(host, page, `steps-confirm-${screen}`);

    await page.getByLabel("Password", { exact: true }).fill("Not-The-Password-1");
    await page.getByLabel("Six-digit code").fill("000000");
    await press(page, "Continue");
    assert.match(await page.getByRole("alert").innerText(), /This is not your password\./);
    await expectAccessible(host, page, `steps-confirm-wrong-${screen}`);
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await page.getByLabel("Six-digit code").fill("000000");
    await press(page, "Continue");
    assert.match(await page.getByRole("alert").innerText(), /This code is wrong or was used already\./);
    await page.getByLabel("Password", { exact: true }).fill(owner.password);
    await page.getByLabel("Six-digit code").fill(await authenticator.code());
    await press(page, "Continue");
    await heading(page, "Move to another authenticator").waitFor();
    assert.equal(new URL(page.url()).pathname, "/webmail/account/two-factor/replace", "where one wanted to go");
    await page.context().close();
  });
}

test("W8 Cancel leads back to the account, and nothing was done", async () => {
  const owner = mailboxOf(host, "bookings");
  const page = await signInToWebmail(host, owner);
  await enableTwoFactor(host, owner);
  await page.goto(at("/webmail/account/app-passwords"));
  await page.getByLabel("Name").fill("Thunderbird");
  await press(page, "Add app password");
  await heading(page, "Confirm that it is you").waitFor();
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.waitForURL("**/webmail/account");
  await page.goto(at("/webmail/account/app-passwords"));
  assert.equal(await page.getByText("Thunderbird", { exact: true }).count(), 0);
});

for (const screen of Object.keys(SCREENS)) {
  test(`W3 User Settings leads into the panel at once and ends the panel session before it, on a ${screen}`, async () => {
    const owner = mailboxOf(host, screen === "phone" ? "orders" : "accounts");
    const page = await signInToWebmail(host, owner, { screen });
    await page.goto(host.demo.web.panel);
    await signIn(page, owner.address, owner.password);
    await expectStartPage.panel(page);
    const older = await page.context().storageState();

    await page.goto(host.demo.web.webmail);
    await page.locator("summary[aria-label='Your account']").click();
    await host.screenshot(page, `steps-user-menu-${screen}`);
    await press(page, "User Settings");
    await page.waitForURL("**/panel");
    await expectStartPage.panel(page);
    assert.match(await page.getByRole("main").innerText(), new RegExp(owner.address));
    await expectAccessible(host, page, `steps-hopped-${screen}`);

    const left = await host.openPage("about:blank", { storageState: older });
    await left.goto(host.demo.web.panel);
    await left.waitForURL("**/panel/sign-in**");
    await page.goto(host.demo.web.webmail);
    await expectStartPage.webmail(page);
    await page.context().close();
    await left.context().close();
  });
}

test("W3 the hop skips no code: a webmail session from before it is asked for one", async () => {
  const owner = mailboxOf(host, "ben");
  const page = await signInToWebmail(host, owner, { screen: "phone" });
  const authenticator = await enableTwoFactor(host, owner);
  await page.reload();
  await page.locator("summary[aria-label='Your account']").click();
  await press(page, "User Settings");
  await heading(page, "Enter the code").waitFor();
  assert.equal(new URL(page.url()).pathname, "/panel/code");
  await page.getByRole("textbox", { name: "Six-digit code" }).fill(await authenticator.code());
  await press(page, "Continue");
  await expectStartPage.panel(page);
  await page.goBack();
  await expectStartPage.panel(page);
  assert.equal(new URL(page.url()).pathname, "/panel", "Back asks for nothing that is done");
});

for (const [screen, who] of [["desktop", "owner"], ["phone", "reseller"]]) {
  test(`D11 staff set up their second factor, and sign in with a code and with a backup code, on a ${screen}`, async () => {
    const { email, password } = host.demo[who];
    const page = await host.openPage(at("/dashboard/account"), { screen, permissions: ["clipboard-read", "clipboard-write"] });
    await signIn(page, email, password);
    await heading(page, "Account").waitFor();
    await expectAccessible(host, page, `steps-staff-off-${screen}`);
    const elsewhere = await host.openPage(at("/dashboard/account"), { screen });
    await signIn(elsewhere, email, password);
    await heading(elsewhere, "Account").waitFor();

    await press(page, "Set up");
    await heading(page, "Set up two-factor authentication").waitFor();
    const url = scan(await host.screenshot(page, `steps-staff-scan-${screen}`));
    assert.equal(url.searchParams.get("secret"), (await page.getByLabel("Key to type").inputValue()).replaceAll(/\s/g, ""));
    assert.match(decodeURIComponent(url.pathname), new RegExp(email));
    await expectAccessible(host, page, `steps-staff-set-up-${screen}`);
    const authenticator = new Authenticator(url.searchParams.get("secret"));
    await page.getByLabel("Code the app shows").fill(await authenticator.code());
    await press(page, "Turn on");

    await heading(page, "Two-factor authentication is on").waitFor();
    const shown = await page.getByLabel("Backup codes").inputValue();
    const codes = shown.split("\n");
    assert.equal(new Set(codes).size, 10);
    await expectAccessible(host, page, `steps-staff-codes-${screen}`);
    await press(page, "Copy");
    await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), shown);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download", exact: true }).click(),
    ]);
    const saved = await readFile(await download.path(), "utf8");
    assert.equal(download.suggestedFilename(), "postward-backup-codes.txt");
    assert.ok(saved.includes(email) && codes.every((code) => saved.includes(code)));
    await page.getByRole("link", { name: "Done" }).click();
    await page.getByText("10 backup codes are left").waitFor();
    assert.ok(!(await page.content()).includes(codes[0]), "they are shown once");
    await expectAccessible(host, page, `steps-staff-on-${screen}`);

    // A session from before gives a code before it touches anything.
    await elsewhere.reload();
    await elsewhere.getByRole("link", { name: "Move to another authenticator" }).click();
    await heading(elsewhere, "Confirm that it is you").waitFor();
    await expectAccessible(host, elsewhere, `steps-staff-confirm-${screen}`);
    await elsewhere.getByLabel("Password", { exact: true }).fill(password);
    await elsewhere.getByLabel("Six-digit code or backup code").fill(codes[9]);
    await press(elsewhere, "Continue");
    await heading(elsewhere, "Move to another authenticator").waitFor();
    await expectAccessible(host, elsewhere, `steps-staff-move-${screen}`);
    await elsewhere.getByRole("link", { name: "Cancel" }).click();
    await elsewhere.getByText("9 backup codes are left").waitFor();

    const signOut = async () => {
      await press(page, "Sign out");
      await page.waitForURL("**/dashboard/sign-in**");
      await signIn(page, email, password);
      await heading(page, "Enter the code").waitFor();
    };
    const answer = async (code) => {
      await page.getByLabel("Code", { exact: true }).fill(code);
      await press(page, "Continue");
    };
    const inside = () => page.waitForURL("**/dashboard/mailboxes");
    await page.goto(at("/dashboard/mailboxes"));
    await signOut();
    await expectAccessible(host, page, `steps-code-dashboard-${screen}`);
    await answer("000000");
    await page.getByRole("alert").waitFor();
    await answer(grouped(await authenticator.code()));
    await inside();
    await signOut();
    await answer(codes[0].toLowerCase());
    await inside();
    await signOut();
    await answer(codes[0]);
    assert.match(await page.getByRole("alert").innerText(), /This code is wrong or was used already\./);
    await answer(codes[1]);
    await inside();
    await page.goto(at("/dashboard/account"));
    await page.getByText("7 backup codes are left").waitFor();

    // New ones take the place of the old ones.
    await page.getByRole("link", { name: "New backup codes" }).click();
    await page.getByText("The 7 you have left stop working").waitFor();
    await expectAccessible(host, page, `steps-staff-renew-${screen}`);
    await press(page, "Make new codes");
    const fresh = (await page.getByLabel("Backup codes").inputValue()).split("\n");
    assert.equal(new Set([...codes, ...fresh]).size, 20);
    await page.goto(at("/dashboard/mailboxes"));
    await signOut();
    await answer(codes[2]);
    await page.getByRole("alert").waitFor();
    await answer(fresh[0]);
    await inside();
    await page.context().close();
    await elsewhere.context().close();
  });
}
