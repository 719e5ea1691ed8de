// A minimal IMAP client: enough to sign in, to wait with IDLE, and to notice that the server closed the connection.
//
//     const app = await ImapClient.open(host.demo);
//     await app.signIn(address, password);        // "OK" or "NO [AUTHENTICATIONFAILED] …"
//     await app.closed;                           // resolves once the server has closed the connection

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";

export class ImapClient {
  #socket;
  #text = "";
  #count = 0;

  /** Whether the connection is closed. */
  isClosed = false;
  /** Resolves when it is. */
  closed;

  static async open({ imap, ca_cert }) {
    const app = new ImapClient();
    const ca = await readFile(ca_cert);
    const socket = connect({ host: imap.host, port: imap.tls_port, servername: "localhost", ca });
    app.#socket = socket;
    // A closed connection is an expected result here: `closed` reports it, not an exception.
    socket.on("error", () => {});
    app.closed = new Promise((resolve) => {
      const ended = () => {
        app.isClosed = true;
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

  /** Sends one command and returns every line of the response, the last one without its tag. */
  async command(line) {
    const tag = `t${++this.#count}`;
    this.#text = "";
    this.#socket.write(`${tag} ${line}\r\n`);
    const answer = await this.#until(new RegExp(`^${tag} .*\\r\\n`, "m"));
    return answer.replace(`${tag} `, "").trimEnd();
  }

  /** The tagged response to LOGIN. */
  async signIn(address, password) {
    const answer = await this.command(`LOGIN ${quoted(address)} ${quoted(password)}`);
    return answer.split("\r\n").at(-1);
  }

  /** The STATUS of INBOX. */
  async inboxStatus() {
    return this.command("STATUS INBOX (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)");
  }

  /** Selects INBOX and enters IDLE. */
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
      if (this.isClosed) throw new Error(`the server closed the connection after: ${this.#text}`);
      await Promise.race([once(this.#socket, "more"), this.closed]);
    }
    return this.#text;
  }
}

/** The response to LOGIN on a connection of its own. */
export async function tryLogin(demo, address, password) {
  const app = await ImapClient.open(demo);
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
