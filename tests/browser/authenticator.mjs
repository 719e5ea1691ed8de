// The owner's phone: somebody else's authenticator (oathtool) and somebody else's QR reader (zbarimg).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setTimeout as until } from "node:timers/promises";
import { receipt, signInToPanel } from "./actions.mjs";

const STEP_MS = 30_000;

/** What a QR reader makes of a screenshot: the `otpauth:` address a page shows. */
export function scan(picture) {
  return new URL(execFileSync("zbarimg", ["--quiet", "--raw", picture], { encoding: "utf8" }).trim());
}

/** An authenticator with one secret. Each code it tells is a fresh one, for a host takes each once. */
export class Phone {
  #secret;
  #told = 0;

  constructor(secret) {
    this.#secret = secret;
  }

  /** A code that was not told before. The host takes that of the next step too; beyond it one waits for the clock. */
  async code() {
    const step = Math.max(this.#told + 1, Math.floor(Date.now() / STEP_MS));
    const early = (step - 1) * STEP_MS - Date.now();
    if (early > 0) await until(early);
    this.#told = step;
    const now = new Date(step * STEP_MS).toISOString();
    return execFileSync("oathtool", ["--totp", "--base32", `--now=${now}`, this.#secret], { encoding: "utf8" }).trim();
  }
}

/** A mailbox owner turns the second factor on at the panel; the phone that shows its codes from then on. */
export async function phoneOf(host, owner) {
  const page = await signInToPanel(host, owner);
  await page.goto(new URL("/panel/two-factor", host.demo.web.panel).href);
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  const phone = new Phone((await page.getByLabel("Key to type").inputValue()).replaceAll(/\s/g, ""));
  await page.getByLabel("Code the app shows").fill(await phone.code());
  await page.getByRole("button", { name: "Turn on", exact: true }).click();
  assert.match(await receipt(page), /Two-factor authentication is on\./);
  await page.context().close();
  return phone;
}

/** Six digits as people read them: in two groups, or in the digits of another script (`zero` is its nought). */
export const grouped = (code) => `${code.slice(0, 3)} ${code.slice(3)}`;
export const inDigitsFrom = (zero, code) =>
  [...code].map((digit) => String.fromCodePoint(zero.codePointAt(0) + Number(digit))).join("");
