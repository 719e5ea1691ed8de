//! Prints the instructions of a demo: addresses, credentials, commands to copy, and what to try.

use super::credentials_file::{CredentialsFile, Port};
use super::sample_accounts::{ALERTS, MAILBOXES, OWNER, RESELLER, SampleUser};
use crate::output::{line, table};
use std::path::Path;

/// Prints them. `kept` says that the directory stays when the demo ends.
pub(super) fn print(demo: &CredentialsFile, directory: &Path, kept: bool) {
    let CredentialsFile { web, imap, pop3, smtp, lmtp, ca_cert, .. } = demo;
    let [maya, tomas, ..] = &MAILBOXES;
    let directory = directory.display();
    line("");
    line("Postward demo: a small mail host, with people and mail that are all invented.");
    line(if kept {
        format!("It is kept in {directory}.")
    } else {
        format!("It is in {directory} and goes when you press Ctrl-C.")
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
    print_users("DASHBOARD", &[&OWNER, &RESELLER]);
    line("");
    print_users("MAILBOX", &MAILBOXES.iter().collect::<Vec<_>>());
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
    line(format_args!("     postward mailbox passwd {} --generate --dir {directory}", maya.address));
    line(format_args!("  A mailbox with 10,000 messages: {ALERTS}"));
    line("");
}

fn print_users(head: &str, users: &[&SampleUser]) {
    let rows: Vec<_> = users
        .iter()
        .map(|user| [format!("  {}", user.address), user.password.to_owned(), user.name.to_owned()])
        .collect();
    table([&format!("  {head}"), "PASSWORD", "NAME"], &rows);
}
