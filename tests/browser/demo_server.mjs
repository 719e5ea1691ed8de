// A demo host as a process of its own: `postward demo` on free ports of this machine.
//
// To hash the passwords and write the ten thousand messages of a new demo takes an unoptimised build five seconds of
// processor time. So `./test` has one made before the tests begin, by `node demo_server.mjs DIR`, and names DIR in
// POSTWARD_TEST_DEMO; each server then starts on a copy. Without it each makes a demo of its own.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const THIS_FILE = fileURLToPath(import.meta.url);
const ROOT = join(dirname(THIS_FILE), "../..");
const BINARY = process.env.POSTWARD_BIN ?? join(ROOT, "target/debug/postward");
// An unoptimised build makes its sample mail in seconds, also while the other core compiles.
const START_MS = 120_000;
const STOP_MS = 10_000;
// Ten thousand files, and one test file looks at them: the prepared demo keeps them beside the others.
const MANY_MESSAGES = "mail/copperkiln.example/alerts/Maildir/cur";

export class DemoServer {
  #process;
  #folder;

  /** Where everything listens and who may sign in: the file that `postward demo --json` writes. */
  demo;

  /**
   * Starts one in `directory`, or in a directory of its own. There the mailbox with ten thousand messages may be empty
   * unless `manyMessages` is asked for.
   */
  static async start({ directory, manyMessages = false } = {}) {
    const server = new DemoServer();
    try {
      server.#folder = await mkdtemp(join(tmpdir(), "postward-browser-"));
      server.demo = await server.#run(directory ?? (await server.#copyOfPrepared(manyMessages)));
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  async stop() {
    await this.#end();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  /** Copies the prepared demo below the folder of this server; `undefined` if there is none. */
  async #copyOfPrepared(manyMessages) {
    const prepared = process.env.POSTWARD_TEST_DEMO;
    if (!prepared) return undefined;
    const copy = join(this.#folder, "demo");
    await copyFiles(join(prepared, "demo"), copy);
    if (manyMessages) await copyFiles(join(prepared, "messages"), join(copy, MANY_MESSAGES));
    else await mkdir(join(copy, MANY_MESSAGES));
    return copy;
  }

  async #run(directory) {
    const file = join(this.#folder, "demo.json");
    const written = whenWritten(file);
    const server = spawn(BINARY, ["demo", "--ephemeral", "--json", file, ...(directory ? ["--dir", directory] : [])], {
      stdio: ["ignore", "pipe", "pipe"],
      env: withoutTestSettings(process.env),
    });
    this.#process = server;
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

  async #end() {
    const server = this.#process;
    if (!server?.pid || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    const kill = setTimeout(() => server.kill("SIGKILL"), STOP_MS);
    await exited;
    clearTimeout(kill);
  }
}

/** The server reads every `POSTWARD_…` as a setting of its own; those that configure the tests are left out. */
function withoutTestSettings(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("POSTWARD_")));
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

/** Copies a folder with the times of its files, which are when the messages arrived. `fs.cp` takes ten times as long. */
const copyFiles = (from, to) => promisify(execFile)("cp", ["--archive", from, to]);

async function prepare(directory) {
  const demo = join(directory, "demo");
  const server = await DemoServer.start({ directory: demo });
  await server.stop();
  await rename(join(demo, MANY_MESSAGES), join(directory, "messages"));
}

if (process.argv[1] === THIS_FILE) await prepare(process.argv[2]);
