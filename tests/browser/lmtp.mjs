// Brings a message to a mailbox the way a mail server would (RFC 2033).

import { once } from "node:events";
import { connect } from "node:net";

export async function deliver({ lmtp }, recipient, message) {
  const socket = connect(lmtp.port, lmtp.host);
  socket.setEncoding("utf8");
  let heard = "";
  const expect = async (code) => {
    // The last line of an answer has a space behind its code.
    while (!/^\d{3} .*\r\n$/m.test(heard)) heard += (await once(socket, "data"))[0];
    const answer = heard;
    heard = "";
    if (!answer.startsWith(code)) throw new Error(`LMTP: expected ${code}, heard ${answer}`);
  };
  const say = (line) => socket.write(`${line}\r\n`);
  try {
    await expect("220");
    say("LHLO browser.example");
    await expect("250");
    say("MAIL FROM:<stranger@elsewhere.example>");
    await expect("250");
    say(`RCPT TO:<${recipient}>`);
    await expect("250");
    say("DATA");
    await expect("354");
    say(`${message.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..")}\r\n.`);
    await expect("250");
    say("QUIT");
    await expect("221");
  } finally {
    socket.destroy();
  }
}
