// A demo host and a browser for one test file. `start()` starts both, `stop()` ends both; each page has a browser
// context of its own, with an empty cookie jar, on a desktop or a phone, in light or dark.
//
//     const host = await TestHost.start();
//     after(() => host.stop());
//     const page = await host.openPage(host.demo.web.dashboard, { screen: "phone", scheme: "dark" });

import { existsSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { DemoServer } from "./demo_server.mjs";

const BROWSER = process.env.POSTWARD_CHROMIUM ?? "/usr/bin/chromium";

// What a Chromium with a window does beside the page: it loads pages of its own for the address bar with every new
// context, and after every navigation it starts a process for the next one. No test can see either, and together they
// took half of the processor time.
const UNSEEN_FEATURES = [
  "SpareRendererForSitePerProcess",
  "WebUIOmniboxAimPopup",
  "WebUIOmniboxFullPopup",
  "WebUIOmniboxPopup",
];
// Chromium heeds the last `--disable-features` only: these are the ones that Playwright 1.65 gives on Linux.
const PLAYWRIGHT_DISABLES = [
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

export const SCREENS = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** A running demo host and a browser beside it. */
export class TestHost {
  #server;
  #browser;
  #screenshots;
  #states = new Map();

  /** Where everything listens and who may sign in. */
  get demo() {
    return this.#server.demo;
  }

  /** `options` are those of the demo server. */
  static async start(options) {
    const host = new TestHost();
    try {
      host.#screenshots = process.env.POSTWARD_SHOTS ?? (await mkdtemp(join(tmpdir(), "postward-shots-")));
      await mkdir(host.#screenshots, { recursive: true });
      const browser = startBrowser().then((started) => (host.#browser = started));
      const server = DemoServer.start(options).then((started) => (host.#server = started));
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
    await this.#server?.stop();
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

  /** Closes every page, each with its context. What is signed in stays signed in. */
  async closePages() {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
  }

  /** The storage state that `signIn` leaves in a page it returns; it is called once for each `name`. */
  async sharedState(name, signIn) {
    if (!this.#states.has(name)) {
      this.#states.set(name, signIn().then((page) => page.context().storageState()));
    }
    return this.#states.get(name);
  }

  /** Saves a picture of the page in its whole length as `NAME.png`, and returns the path. */
  async screenshot(page, name) {
    const path = join(this.#screenshots, `${name}.png`);
    await page.screenshot({ path, fullPage: true, animations: "disabled" });
    return path;
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

async function startBrowser() {
  if (!existsSync(BROWSER)) throw new Error(`${BROWSER} is missing: ./test --install --only browser`);
  return chromium.launch({
    executablePath: BROWSER,
    args: [
      `--disable-features=${[...UNSEEN_FEATURES, ...PLAYWRIGHT_DISABLES].join(",")}`,
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
