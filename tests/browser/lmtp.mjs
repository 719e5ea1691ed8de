// Delivers a message over LMTP (RFC 2033).

import { once } from "node:events";
import { connect } from "node:net";

export async function deliver({ lmtp }, recipient, message) {
  const socket = connect(lmtp.port, lmtp.host);
  socket.setEncoding("utf8");
  let received = "";
  const expect = async (code) => {
    // The last line of a reply has a space behind its code.
    while (!/^\d{3} .*\r\n$/m.test(received)) received += (await once(socket, "data"))[0];
    const response = received;
    received = "";
    if (!response.startsWith(code)) throw new Error(`LMTP: expected ${code}, received ${response}`);
  };
  const write = (line) => socket.write(`${line}\r\n`);
  try {
    await expect("220");
    write("LHLO browser.example");
    await expect("250");
    write("MAIL FROM:<stranger@elsewhere.example>");
    await expect("250");
    write(`RCPT TO:<${recipient}>`);
    await expect("250");
    write("DATA");
    await expect("354");
    write(`${message.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..")}\r\n.`);
    await expect("250");
    write("QUIT");
    await expect("221");
  } finally {
    socket.destroy();
  }
}
