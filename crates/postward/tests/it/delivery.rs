//! Mail goes in by submission and LMTP, and comes out by IMAP, POP3 and the webmail.

use crate::test_host::TestHost;
use postward_testclient::{Connection, Pop3Client};
use std::io;

#[tokio::test]
async fn a_message_that_is_submitted_is_read_by_every_app_of_the_other_mailbox() {
    let host = TestHost::start().await;
    let (maya, mayas) = host.mailbox(0);
    let (tomas, tomass) = host.mailbox(1);
    let message = format!(
        "From: <{maya}>\r\nTo: <{tomas}>\r\nSubject: The oven is hot\r\nMessage-ID: <oven@client.example>\r\n\r\n\
         Come down.\r\n..and a line with a dot."
    );
    let mut smtp = host.smtp(&maya, &mayas).await;
    smtp.begin(&maya, &tomas, &message).await.unwrap();
    smtp.command("\r\n.", "250").await.unwrap();

    let mut imap = host.imap(&tomas, &tomass).await;
    imap.command("SELECT INBOX").await.unwrap();
    let found = imap.command("UID SEARCH SUBJECT \"The oven is hot\"").await.unwrap();
    let uid = String::from_utf8_lossy(&found).trim().rsplit(' ').next().unwrap().to_owned();
    let fetched = imap.command(&format!("UID FETCH {uid} BODY.PEEK[]")).await.unwrap();
    let fetched = String::from_utf8_lossy(&fetched).into_owned();
    assert!(fetched.contains("Come down.\r\n.and a line with a dot."), "{fetched}");

    let mut pop3 = host.pop3(&tomas, &tomass).await;
    let newest = listing(&mut pop3, "LIST").await.unwrap().len();
    let retrieved = listing(&mut pop3, &format!("RETR {newest}")).await.unwrap().join("\r\n");
    assert!(retrieved.contains("Come down.\r\n.and a line with a dot."), "{retrieved}");

    let mut webmail = host.signed_in("/webmail", &tomas, &tomass).await;
    let page = webmail.get("/webmail").await.unwrap();
    let page = match page.location() {
        Some(to) => webmail.get(to).await.unwrap(),
        None => page,
    };
    assert!(page.text().contains("The oven is hot"), "{}", page.text());
}

#[tokio::test]
async fn mail_from_outside_comes_in_by_lmtp() {
    let host = TestHost::start().await;
    let (maya, mayas) = host.mailbox(0);
    let mut lmtp = Connection::open(&host.plain("lmtp")).await.unwrap();
    let mut said = vec![lmtp.line().await.unwrap()];
    let lines =
        ["LHLO mx.example", "MAIL FROM:<someone@elsewhere.example>", &format!("RCPT TO:<{maya}>"), "DATA"];
    for line in lines {
        lmtp.send(format!("{line}\r\n").as_bytes()).await.unwrap();
        loop {
            let answer = lmtp.line().await.unwrap();
            let more = answer.as_bytes().get(3) == Some(&b'-');
            said.push(answer);
            if !more {
                break;
            }
        }
    }
    assert!(said.last().unwrap().starts_with("354"), "{said:?}");
    lmtp.send(b"Subject: From far away\r\n\r\nHello.\r\n.\r\n").await.unwrap();
    let delivered = lmtp.line().await.unwrap();
    assert!(delivered.starts_with("250"), "{delivered}");
    let mut imap = host.imap(&maya, &mayas).await;
    imap.command("SELECT INBOX").await.unwrap();
    let found = imap.command("SEARCH SUBJECT \"From far away\"").await.unwrap();
    assert_ne!(String::from_utf8_lossy(&found).trim(), "* SEARCH", "it is there");
}

/// A command that is answered in many lines (RFC 1939 §3).
async fn listing(pop3: &mut Pop3Client, command: &str) -> io::Result<Vec<String>> {
    pop3.command(command).await?;
    let mut lines = Vec::new();
    loop {
        match pop3.connection.line().await? {
            line if line == "." => return Ok(lines),
            line => lines.push(line.strip_prefix('.').map(str::to_owned).unwrap_or(line)),
        }
    }
}
