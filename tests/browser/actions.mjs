// Actions that many tests begin with: signing in at each surface, opening a page as somebody who has, reading a receipt.

/** A mailbox of the demo by the part before the `@`. */
export function mailboxOf(host, localPart) {
  const found = host.demo.mailboxes.find(({ address }) => address.startsWith(`${localPart}@`));
  if (!found) throw new Error(`the demo has no mailbox ${localPart}@…`);
  return found;
}

/** Fills in a sign-in page and sends the form. */
export async function signIn(page, name, password) {
  await page.getByRole("textbox", { name: /^E-mail/ }).fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** A page of the owner of the host, at the list of mailboxes. */
export async function signInToDashboard(host, options) {
  const page = await host.openPage(host.demo.web.dashboard, options);
  await signIn(page, host.demo.owner.email, host.demo.owner.password);
  await page.waitForURL("**/dashboard/mailboxes");
  return page;
}

/** A page of a mailbox owner in the webmail, at the list of INBOX. */
export async function signInToWebmail(host, { address, password }, options) {
  const page = await host.openPage(host.demo.web.webmail, options);
  await signIn(page, address, password);
  await page.waitForURL("**/webmail/folder/INBOX");
  return page;
}

/** A page of a mailbox owner at the first page of the user panel. */
export async function signInToPanel(host, { address, password }, options) {
  const page = await host.openPage(host.demo.web.panel, options);
  await signIn(page, address, password);
  await page.getByRole("heading", { name: "User Panel", level: 1 }).waitFor();
  return page;
}

/** Like `signInToDashboard`, in a session that the tests of a file share: none of them may end it. */
export async function openDashboard(host, options) {
  const storageState = await host.sharedState("dashboard", () => signInToDashboard(host));
  return host.openPage(new URL("mailboxes", host.demo.web.dashboard).href, { ...options, storageState });
}

/** Like `signInToWebmail`, in a session of the mailbox that the tests of a file share: none of them may end it. */
export async function openWebmail(host, mailbox, options) {
  const storageState = await host.sharedState(`webmail of ${mailbox.address}`, () => signInToWebmail(host, mailbox));
  return host.openPage(new URL("folder/INBOX", host.demo.web.webmail).href, { ...options, storageState });
}

/** Goes from the list of mailboxes to the Security tab of one. */
export async function openSecurityTab(page, address) {
  await page.getByRole("link", { name: address, exact: true }).click();
  await page.getByRole("heading", { name: "Mailbox password" }).waitFor();
}

/** The text of the receipt on the page, once it is there. */
export async function receipt(page) {
  const found = page.getByRole("status", { name: "Receipt" });
  await found.waitFor();
  return (await found.innerText()).replace(/\s+/g, " ");
}
