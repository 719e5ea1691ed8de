// A demo host and a browser for one test file. `start()` starts both, `stop()` ends both; each page has a browser
// context of its own, with an empty cookie jar, on a desktop or a phone, in light or dark.
//
//     const host = await TestHost.start();
//     after(() => host.stop());
//     const page = await host.openPage(host.demo.web.dashboard, { screen: "phone", scheme: "dark" });

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const BINARY = process.env.POSTWARD_BIN ?? join(ROOT, "target/debug/postward");
const BROWSER = process.env.POSTWARD_CHROMIUM ?? "/usr/bin/chromium";
// An unoptimised build makes its sample mail in seconds, also while the other core compiles.
const START_MS = 120_000;
const STOP_MS = 10_000;

export const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** A running demo host and a browser beside it. */
export class TestHost {
  #server;
  #browser;
  #folder;
  #screenshots;

  /** Where everything listens and who may sign in: the file that `postward demo --json` writes. */
  demo;

  static async start() {
    const host = new TestHost();
    try {
      host.#folder = await mkdtemp(join(tmpdir(), "postward-browser-"));
      host.#screenshots = process.env.POSTWARD_SHOTS ?? (await mkdtemp(join(tmpdir(), "postward-shots-")));
      await mkdir(host.#screenshots, { recursive: true });
      const browser = startBrowser().then((started) => (host.#browser = started));
      const server = host.#startServer().then((demo) => (host.demo = demo));
      // Both are waited for before either may fail, so that `stop` knows what there is to end.
      for (const { reason } of await Promise.allSettled([server, browser])) if (reason) throw reason;
      return host;
    } catch (error) {
      await host.stop();
      throw error;
    }
  }

  async stop() {
    await this.#browser?.close();
    await this.#stopServer();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
    if (this.#screenshots && !process.env.POSTWARD_SHOTS) console.log(`screenshots in ${this.#screenshots}`);
  }

  /** A new browser context: nothing is shared with the pages opened before, unless `storageState` says so. */
  async newContext({ screen = "desktop", scheme = "light", ...rest } = {}) {
    const context = await this.#browser.newContext({
      ...SCREENS[screen],
      colorScheme: scheme,
      // Pages that move are pages that a screenshot catches halfway.
      reducedMotion: "reduce",
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      ...rest,
    });
    context.setDefaultTimeout(15_000);
    return context;
  }

  /** Opens `url` in a new context. Its errors are collected in `page.errors`. */
  async openPage(url, options = {}) {
    const context = await this.newContext(options);
    const page = await context.newPage();
    page.errors = collectErrors(page);
    await page.goto(url);
    return page;
  }

  /** Saves a picture of the page in its whole length as `NAME.png`, and returns the path. */
  async screenshot(page, name) {
    const path = join(this.#screenshots, `${name}.png`);
    await page.screenshot({ path, fullPage: true, animations: "disabled" });
    return path;
  }

  async #startServer() {
    const file = join(this.#folder, "demo.json");
    const written = whenWritten(file);
    const server = spawn(BINARY, ["demo", "--ephemeral", "--json", file], {
      stdio: ["ignore", "pipe", "pipe"],
      env: withoutTestSettings(process.env),
    });
    this.#server = server;
    process.once("exit", () => server.kill("SIGKILL"));
    let output = "";
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (output = (output + text).slice(-8_000)));
    }
    const exited = new Promise((_, fail) => {
      server.once("error", (error) => fail(new Error(`${BINARY} could not be started: ${error.message}`)));
      server.once("exit", (code, signal) => fail(new Error(`${BINARY} demo ended (${code ?? signal}):\n${output}`)));
    });
    exited.catch(() => {});
    const timeout = AbortSignal.timeout(START_MS);
    const timedOut = once(timeout, "abort").then(() => {
      throw new Error(`${BINARY} demo wrote no ${file} in ${START_MS / 1000} s:\n${output}`);
    });
    return Promise.race([written.content, exited, timedOut]).finally(written.stopWatching);
  }

  async #stopServer() {
    const server = this.#server;
    if (!server?.pid || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    const kill = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(kill);
  }
}

/** Collects script errors, console errors and warnings, and requests to other machines from now on. */
export function collectErrors(page) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const here = ["data:", "blob:", "about:"].includes(protocol) || /^(127\.0\.0\.1|localhost|.*\.localhost)$/.test(hostname);
    if (!here) errors.push(`request to another machine: ${request.url()}`);
  });
  return errors;
}

/** The server reads every `POSTWARD_…` as a setting of its own; those that configure the tests are left out. */
function withoutTestSettings(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("POSTWARD_")));
}

async function startBrowser() {
  if (!existsSync(BROWSER)) throw new Error(`${BROWSER} is missing: ./test --install --only browser`);
  return chromium.launch({
    executablePath: BROWSER,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The content of a JSON file as soon as it can be read whole. */
function whenWritten(file) {
  let watcher;
  const content = new Promise((resolve) => {
    const read = async () => {
      try {
        resolve(JSON.parse(await readFile(file, "utf8")));
      } catch {
        // Not there yet, or not written to its end: the next change asks again.
      }
    };
    watcher = watch(dirname(file), read);
  });
  return { content, stopWatching: () => watcher.close() };
}
