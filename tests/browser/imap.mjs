// A mail app, as small as one can be: enough IMAP to sign in, to wait, and to notice that one was thrown out.
//
//     const app = await MailApp.open(host.demo);
//     await app.signIn(address, password);        // "OK" or "NO [AUTHENTICATIONFAILED] …"
//     await app.over;                              // resolves once the server has closed the connection

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";

export class MailApp {
  #socket;
  #text = "";
  #count = 0;

  /** Whether the connection is closed. */
  isOver = false;
  /** Resolves when it is. */
  over;

  static async open({ imap, ca_cert }) {
    const app = new MailApp();
    const ca = await readFile(ca_cert);
    const socket = connect({ host: imap.host, port: imap.tls_port, servername: "localhost", ca });
    app.#socket = socket;
    // A cut connection is what these tests are about: it is told by `over`, not by an exception.
    socket.on("error", () => {});
    app.over = new Promise((resolve) => {
      const ended = () => {
        app.isOver = true;
        socket.destroy();
        resolve();
      };
      socket.once("end", ended);
      socket.once("close", ended);
    });
    socket.setEncoding("utf8").on("data", (text) => {
      app.#text += text;
      socket.emit("more");
    });
    await app.#until(/^\* OK .*\r\n/);
    return app;
  }

  /** Sends one command and returns what it was answered: every line, the tag taken off the last. */
  async command(line) {
    const tag = `t${++this.#count}`;
    this.#text = "";
    this.#socket.write(`${tag} ${line}\r\n`);
    const answer = await this.#until(new RegExp(`^${tag} .*\\r\\n`, "m"));
    return answer.replace(`${tag} `, "").trimEnd();
  }

  /** `OK …`, or what the server says to a password it does not take. */
  async signIn(address, password) {
    const answer = await this.command(`LOGIN ${quoted(address)} ${quoted(password)}`);
    return answer.split("\r\n").at(-1);
  }

  /** Says what it says about INBOX: how many messages, and the numbers no message may lose. */
  async state() {
    return this.command("STATUS INBOX (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)");
  }

  /** Waits for mail, as a phone does all day. */
  async idle() {
    await this.command("SELECT INBOX");
    this.#text = "";
    this.#socket.write(`t${++this.#count} IDLE\r\n`);
    await this.#until(/^\+ /m);
  }

  close() {
    this.#socket.destroy();
  }

  async #until(pattern) {
    while (!pattern.test(this.#text)) {
      if (this.isOver) throw new Error(`the server hung up after: ${this.#text}`);
      await Promise.race([once(this.#socket, "more"), this.over]);
    }
    return this.#text;
  }
}

/** One try from a fresh connection. */
export async function tryPassword(demo, address, password) {
  const app = await MailApp.open(demo);
  try {
    return await app.signIn(address, password);
  } finally {
    app.close();
  }
}

// RFC 9051 §4.3: a quoted string.
function quoted(text) {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
