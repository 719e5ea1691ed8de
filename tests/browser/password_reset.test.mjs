// Password reset (Forgot password?), with and without script, and the accessibility of its pages.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { expectAccessible, wcagViolations } from "./a11y.mjs";
import { mailboxOf, receipt } from "./actions.mjs";
import { tryLogin } from "./imap.mjs";
import { SCREENS, TestHost } from "./test_host.mjs";

const NEW_PASSWORD = "Quiet-Harbour-2931";

let host;
before(async () => (host = await TestHost.start()));
after(() => host?.stop());
afterEach(() => host?.closePages());

const at = (path) => new URL(path, host.demo.web.webmail).href;

for (const [who, javaScriptEnabled] of [["tomas", true], ["ben", false]]) {
  test(`W4 the current password sets a new one, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const { address, password } = mailboxOf(host, who);
    const page = await host.openPage(host.demo.web.webmail, { javaScriptEnabled });
    await page.getByRole("link", { name: "Change Mailbox Password" }).click();
    await page.getByLabel("E-mail address of the mailbox").fill(address);
    await page.getByLabel("Current password", { exact: true }).fill(password);
    await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await page.getByLabel("New password again").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Save password" }).last().click();
    await page.waitForURL("**/webmail/sign-in**");
    assert.match(await receipt(page), /Password changed\./);
    assert.match(await tryLogin(host.demo, address, NEW_PASSWORD), /^OK/);
  });
}

test("W5 Forgot password? leads to three ways, and what is wrong is said in one sentence", async () => {
  const page = await host.openPage(host.demo.web.panel);
  await page.getByRole("link", { name: "Forgot password?" }).click();
  const ways = page.getByRole("navigation", { name: "Ways to a new password" });
  assert.deepEqual(await ways.getByRole("link").allInnerTexts(), ["Current password", "Recovery code", "Recovery e-mail"]);
  await page.getByLabel("E-mail address of the mailbox").fill("nobody@nowhere.example");
  await page.getByLabel("Recovery code", { exact: true }).fill("AAAA BBBB");
  await page.getByRole("button", { name: "Generate strong password" }).click();
  await page.getByRole("button", { name: "Save password" }).last().click();
  assert.match(await page.getByRole("alert").innerText(), /Address or recovery code is wrong\./);
});

const PAGES = [
  ["reset-password", "/webmail/password-reset?by=password"],
  ["reset-code", "/webmail/password-reset?by=code"],
  ["reset-mail", "/panel/password-reset?by=mail"],
  ["reset-staff", "/dashboard/password-reset"],
  ["reset-link-over", "/webmail/password-reset/link?token=x"],
  ["sign-in-webmail", "/webmail/sign-in"],
  ["sign-in-staff", "/dashboard/sign-in?ended=code"],
];

for (const [name, path] of PAGES) {
  for (const screen of Object.keys(SCREENS)) {
    test(`W5 ${name} is for everyone, on a ${screen}`, async () => {
      const page = await host.openPage(at(path), { screen });
      await expectAccessible(host, page, `${name}-${screen}`);
    });
  }
}

for (const screen of Object.keys(SCREENS)) {
  test(`W5 asking for a link is answered the same for everybody, on a ${screen}`, async () => {
    const page = await host.openPage(at("/webmail/password-reset?by=mail"), { screen });
    await page.getByLabel("E-mail address of the mailbox").fill("nobody@nowhere.example");
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("If this mailbox has a recovery e-mail, we have sent a link to it.").waitFor();
    await host.screenshot(page, `reset-asked-${screen}`);
    assert.deepEqual(await wcagViolations(page), []);
  });
}
