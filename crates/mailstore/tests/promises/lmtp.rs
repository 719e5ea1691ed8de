use crate::host::Host;
use crate::transcript::{Door, check};
use postward_mailstore::serve_lmtp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn every_recipient_has_an_answer_of_its_own() {
    let host = Host::new();
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
    check(&host, Door::Lmtp, conversation).await;
    let mail = host.mail_of("ada").await;
    let [letter] = mail.as_slice() else { panic!("{mail:?}") };
    assert!(letter.starts_with(
        "Return-Path: <>\r\nDelivered-To: ada@example.com\r\nReceived: from mx.example.com\r\n"
    ));
    assert!(letter.ends_with("Subject: hello\r\nBcc: stays, as it came\r\n\r\ntext\r\n"), "{letter}");
}

#[tokio::test]
async fn a_sender_from_anywhere_is_taken_if_it_can_be_written_down() {
    let host = Host::new();
    let conversation = "
        S: 220 *
        C: MAIL FROM:<\"odd one\"@elsewhere.example>
        S: 553 5.1.7 This is not an address.
        C: MAIL FROM:<bounce+ada=example.com@lists.elsewhere.example>
        S: 250 2.1.0 Sender is fine.";
    check(&host, Door::Lmtp, conversation).await;
}

#[tokio::test]
async fn mail_in_circles_is_stopped() {
    let host = Host::new();
    let hops = "C: Received: from a by a\n".repeat(101);
    let conversation = format!(
        "S: 220 *
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
    check(&host, Door::Lmtp, &conversation).await;
}

#[tokio::test]
async fn the_listener_serves_and_says_goodbye_when_it_stops() {
    let host = Host::new();
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
