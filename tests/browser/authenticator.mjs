// A TOTP authenticator (RFC 6238) made of independent programs: oathtool for the codes, zbarimg for the QR code.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { receipt, signInToPanel } from "./actions.mjs";

const STEP_MS = 30_000;

/** The `otpauth:` URL that a QR reader finds in a screenshot. */
export function scan(picture) {
  return new URL(execFileSync("zbarimg", ["--quiet", "--raw", picture], { encoding: "utf8" }).trim());
}

/** An authenticator with one secret. It returns each code once, because the host takes each once. */
export class Authenticator {
  #secret;
  #lastStep = 0;

  constructor(secret) {
    this.#secret = secret;
  }

  /** A code not returned before. The host takes that of the next time step too; one further ahead waits for the clock. */
  async code() {
    const step = Math.max(this.#lastStep + 1, Math.floor(Date.now() / STEP_MS));
    const early = (step - 1) * STEP_MS - Date.now();
    if (early > 0) await sleep(early);
    this.#lastStep = step;
    const now = new Date(step * STEP_MS).toISOString();
    return execFileSync("oathtool", ["--totp", "--base32", `--now=${now}`, this.#secret], { encoding: "utf8" }).trim();
  }
}

/** Turns two-factor authentication on for a mailbox, at the panel; returns the authenticator of its codes. */
export async function enableTwoFactor(host, owner) {
  const page = await signInToPanel(host, owner);
  await page.goto(new URL("/panel/two-factor", host.demo.web.panel).href);
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  const authenticator = new Authenticator((await page.getByLabel("Key to type").inputValue()).replaceAll(/\s/g, ""));
  await page.getByLabel("Code the app shows").fill(await authenticator.code());
  await page.getByRole("button", { name: "Turn on", exact: true }).click();
  assert.match(await receipt(page), /Two-factor authentication is on\./);
  await page.context().close();
  return authenticator;
}

/** A code as it may be typed: in two groups, or in the digits of another script, given by its `zero`. */
export const grouped = (code) => `${code.slice(0, 3)} ${code.slice(3)}`;
export const inDigitsFrom = (zero, code) =>
  [...code].map((digit) => String.fromCodePoint(zero.codePointAt(0) + Number(digit))).join("");
