use crate::test_host::TestHost;
use crate::transcript::{Protocol, check};
use postward_mailstore::serve_lmtp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn every_recipient_has_an_answer_of_its_own() {
    let host = TestHost::new();
    host.inbox("bob").await;
    std::fs::remove_dir(host.maildir("bob").join("tmp")).unwrap();
    std::fs::write(host.maildir("bob").join("tmp"), "").unwrap();
    let conversation = "
        S: 220 mail.example.com LMTP Postward
        C: LHLO mx.example.com
        S: 250-mail.example.com
        S: 250-PIPELINING
        S: 250-8BITMIME
        S: 250-ENHANCEDSTATUSCODES
        S: 250 SIZE 52428800
        C: MAIL FROM:<>
        C: RCPT TO:<ada@example.com>
        C: RCPT TO:<nobody@example.com>
        C: RCPT TO:<bob@example.com>
        C: RCPT TO:<info@example.com>
        C: RCPT TO:<x@elsewhere.example>
        C: DATA
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 550 5.1.1 There is no such mailbox here.
        S: 250 2.1.5 Recipient is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 550 5.7.1 Relaying is not set up.
        S: 354 End it with a line that holds one dot.
        C: Return-Path: <forged@example.com>
        C: Subject: hello
        C: Bcc: stays, as it came
        C:
        C: text
        C: .
        S: 250 2.1.5 Delivered.
        S: 451 4.3.0 The message could not be stored. Try again later.
        S: 250 2.1.5 Delivered.
        C: QUIT
        S: 221 2.0.0 Goodbye.
        S! closed";
    check(&host, Protocol::Lmtp, conversation).await;
    let mail = host.mail_of("ada").await;
    let [text] = mail.as_slice() else { panic!("{mail:?}") };
    assert!(text.starts_with(
        "Return-Path: <>\r\nDelivered-To: ada@example.com\r\nReceived: from mx.example.com\r\n"
    ));
    assert!(text.ends_with("Subject: hello\r\nBcc: stays, as it came\r\n\r\ntext\r\n"), "{text}");
}

/// Whether the MTA in front may have taken it was decided there: here it would only be bounced.
#[tokio::test]
async fn a_sender_from_anywhere_is_taken_in_any_spelling_of_rfc_5321() {
    let host = TestHost::new();
    let senders = [
        (r#""odd local"@x.example"#, r#""odd local"@x.example"#),
        (r#""a\"b\\c\ d>@,"@x.example"#, r#""a\"b\\c d>@,"@x.example"#),
        (r#""plain"@x.example"#, "plain@x.example"),
        (r#""two..dots"@x.example"#, r#""two..dots"@x.example"#),
        (r#"""@x.example"#, r#"""@x.example"#),
        ("Bounce+ada=example.com@lists.X.example", "Bounce+ada=example.com@lists.X.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
        ("ada@[IPv6:2001:db8::1]", "ada@[IPv6:2001:db8::1]"),
    ];
    for (index, (sender, written)) in senders.into_iter().enumerate() {
        let conversation = format!(
            "S: 220 …
             C: MAIL FROM:<{sender}> BODY=8BITMIME
             S: 250 2.1.0 Sender is fine.
             C: RCPT TO:<ada@example.com>
             C: DATA
             C: Subject: hello
             C:
             C: .
             S: 250 2.1.5 Recipient is fine.
             S: 354 End it with a line that holds one dot.
             S: 250 2.1.5 Delivered."
        );
        check(&host, Protocol::Lmtp, &conversation).await;
        let text = host.mail_of("ada").await.remove(index);
        let top = format!("Return-Path: <{written}>\r\nDelivered-To: ada@example.com\r\nReceived: ");
        assert!(text.starts_with(&top), "{text}");
    }
}

#[tokio::test]
async fn a_sender_that_cannot_be_written_down_is_refused() {
    let host = TestHost::new();
    let long = "a".repeat(250);
    let bad = [
        "ada",
        "postmaster",
        "@x.example",
        "ada@",
        "ada@x.example, eve@x.example",
        "odd local@x.example",
        r#""open@x.example"#,
        r#""open\"@x.example"#,
        r#"half"quoted"@x.example"#,
        r#""ada"eve@x.example"#,
        r#""ada"@"x.example""#,
        "ada@[192.0.2.1",
        "ada@[192.0.2.1]x",
        "ada@x@x.example",
        "\"tab\there\"@x.example",
        "\"line␍end\"@x.example",
        "\"\0\"@x.example",
        "\"grüße\"@x.example",
        "ada@x.example:25",
        "ada@[192.0.2.1>]",
        &format!("{long}@x.example"),
    ];
    for sender in bad {
        let conversation = format!("S: 220 …\nC: MAIL FROM:<{sender}>\nS: 553 5.1.7 This is not an address.");
        check(&host, Protocol::Lmtp, &conversation).await;
    }
}

/// RFC 2033 §4.1: who begins with EHLO takes this for SMTP, and would read one answer where many come.
#[tokio::test]
async fn a_client_that_takes_lmtp_for_smtp_is_told_so() {
    let host = TestHost::new();
    let conversation = "
        S: 220 …
        C: EHLO mx.example.com
        S: 500 5.5.1 This is LMTP. Begin with LHLO.
        C: HELO mx.example.com
        S: 500 5.5.1 This is LMTP. Begin with LHLO.
        C: LHLO mx.example.com
        S: 250-mail.example.com";
    check(&host, Protocol::Lmtp, conversation).await;
}

#[tokio::test]
async fn a_parameter_nobody_offered_is_refused() {
    let host = TestHost::new();
    let conversation = "
        S: 220 …
        C: MAIL FROM:<> RET=HDRS ENVID=x
        S: 555 5.5.4 This parameter is not offered.
        C: MAIL FROM:<> AUTH=<>
        S: 555 5.5.4 This parameter is not offered.
        C: MAIL FROM:<>
        S: 250 2.1.0 Sender is fine.
        C: RCPT TO:<ada@example.com> NOTIFY=NEVER
        S: 555 5.5.4 This parameter is not offered.";
    check(&host, Protocol::Lmtp, conversation).await;
}

/// RFC 5321 §4.5.1. Without a domain it is the postmaster of the host itself.
#[tokio::test]
async fn a_postmaster_who_has_no_mailbox_is_unknown_and_not_a_mistake() {
    let host = TestHost::new();
    let conversation = "
        S: 220 …
        C: MAIL FROM:<>
        S: 250 2.1.0 Sender is fine.
        C: RCPT TO:<Postmaster>
        S: 550 5.1.1 There is no such mailbox here.
        C: RCPT TO:<>
        S: 553 5.1.3 This is not an address.";
    check(&host, Protocol::Lmtp, conversation).await;
}

#[tokio::test]
async fn mail_in_circles_is_stopped() {
    let host = TestHost::new();
    let hops = "C: Received: from a by a\n".repeat(101);
    let conversation = format!(
        "S: 220 …
         C: MAIL FROM:<>
         C: RCPT TO:<ada@example.com>
         C: DATA
         {hops}C:
         C: .
         S: 250 2.1.0 Sender is fine.
         S: 250 2.1.5 Recipient is fine.
         S: 354 End it with a line that holds one dot.
         S: 554 5.4.6 The message is going in circles."
    );
    check(&host, Protocol::Lmtp, &conversation).await;
}

#[tokio::test]
async fn the_listener_serves_and_says_goodbye_when_it_stops() {
    let host = TestHost::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve_lmtp(listener, host.store.clone(), stop.clone()));
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"NOOP\r\n").await.unwrap();
    let mut heard = [0; 53];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard[..], b"220 mail.example.com LMTP Postward\r\n250 2.0.0 Here.\r\n"[..]);
    stop.cancel();
    let mut rest = String::new();
    client.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "421 4.3.2 The service is closing the connection.\r\n");
    server.await.unwrap().unwrap();
}
