//! What a demo tells the person who started it.

use super::credentials_file::{CredentialsFile, Port};
use super::sample_accounts::{ALERTS, MAILBOXES, OWNER, Person, RESELLER};
use crate::output::{line, table};
use std::path::Path;

/// Prints addresses, credentials, lines to copy, and what to try.
pub(super) fn print(demo: &CredentialsFile, home: &Path, kept: bool) {
    let CredentialsFile { web, imap, pop3, smtp, lmtp, ca_cert, .. } = demo;
    let [maya, tomas, ..] = &MAILBOXES;
    let home = home.display();
    line("");
    line("Postward demo: a small mail host, with people and mail that are all invented.");
    line(if kept {
        format!("It is kept in {home}.")
    } else {
        format!("It is in {home} and goes when you press Ctrl-C.")
    });
    line("");
    line(format_args!("  Dashboard    {}", web.dashboard));
    line(format_args!("  Webmail      {}", web.webmail));
    line(format_args!("  User panel   {}", web.panel));
    for (name, port) in [("IMAP", imap), ("POP3", pop3), ("Submission", smtp)] {
        let Port { host, port, tls_port } = port;
        let tls = tls_port.map(|port| format!(", TLS {port}")).unwrap_or_default();
        line(format_args!("  {name:<12} {host} port {port}{tls}"));
    }
    line(format_args!("  {:<12} {} port {}", "LMTP", lmtp.host, lmtp.port));
    line("");
    people("DASHBOARD", &[&OWNER, &RESELLER]);
    line("");
    people("MAILBOX", &MAILBOXES.iter().collect::<Vec<_>>());
    line("");
    line("Copy and paste:");
    line("");
    let ca = ca_cert.display();
    let (imaps, smtps) = (imap.tls_port.unwrap_or_default(), smtp.tls_port.unwrap_or_default());
    line(format_args!(
        "  curl --cacert {ca} -u '{}:{}' 'imaps://localhost:{imaps}/INBOX?ALL'",
        maya.address, maya.password
    ));
    line(format_args!(
        "  printf 'Subject: Hello\\n\\nFrom a terminal.\\n' | curl --cacert {ca} --ssl-reqd -T - \\\n    \
         --mail-from {} --mail-rcpt {} -u '{}:{}' smtps://localhost:{smtps}",
        maya.address, tomas.address, maya.address, maya.password
    ));
    line(format_args!("  openssl s_client -quiet -CAfile {ca} -connect localhost:{imaps}"));
    line(format_args!(
        "  python3 -c \"import imaplib; m = imaplib.IMAP4('127.0.0.1', {}); print(m.login('{}', '{}'), m.select())\"",
        imap.port, maya.address, maya.password
    ));
    line("");
    line("What to try: see a password change end everything.");
    line("");
    line(format_args!("  1. Open the webmail as {}.", maya.address));
    line("  2. In a second terminal, keep an IMAP connection waiting for mail:");
    line(format_args!(
        "     python3 -c \"import imaplib; m = imaplib.IMAP4('127.0.0.1', {}); m.login('{}', '{}'); m.select(); \\\n       \
         m.send(b'a IDLE\\r\\n'); [print(l) for l in iter(m.readline, b'')]\"",
        imap.port, maya.address, maya.password
    ));
    line(format_args!(
        "  3. In the dashboard, as {}, open the mailbox, Security, and set a new password.",
        OWNER.address
    ));
    line(
        "  4. Watch: the connection is closed before the dashboard answers, the webmail asks to sign in, and the old",
    );
    line("     password opens nothing. No message has changed.");
    line("");
    line("  The same from the command line:");
    line(format_args!("     postward mailbox passwd {} --generate --dir {home}", maya.address));
    line(format_args!("  A mailbox with 10,000 messages: {ALERTS}"));
    line("");
}

fn people(head: &str, people: &[&Person]) {
    let rows: Vec<_> = people
        .iter()
        .map(|person| [format!("  {}", person.address), person.password.to_owned(), person.name.to_owned()])
        .collect();
    table([&format!("  {head}"), "PASSWORD", "NAME"], &rows);
}
