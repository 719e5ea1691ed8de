use crate::test_host::TestHost;
use crate::transcript::{Protocol, check};

/// Sends a message with something in it that other servers take for its end, and a second message behind it. Only
/// one may arrive, in which what was smuggled is text.
async fn check_smuggled(end: &str) {
    let host = TestHost::new();
    let conversation = format!(
        "C: MAIL FROM:<ada@example.com>
         C: RCPT TO:<bob@example.com>
         C: DATA
         S: 250 2.1.0 Sender is fine.
         S: 250 2.1.5 Recipient is fine.
         S: 354 End it with a line that holds one dot.
         C: Subject: one
         C:
         C: text{end}MAIL FROM:<ada@example.com>
         C: RCPT TO:<bob@example.com>
         C: DATA
         C: Subject: smuggled
         C:
         C: .
         S: 250 2.0.0 Delivered as ….
         C: NOOP
         S: 250 2.0.0 Here."
    );
    check(&host, Protocol::Submission, &conversation).await;
    let mail = host.mail_of("bob").await;
    let [text] = mail.as_slice() else { panic!("{end:?}: {mail:?}") };
    assert!(text.contains("MAIL FROM:<ada@example.com>\r\nRCPT TO"), "{end:?}: {text:?}");
    let lone = text.as_bytes().windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r');
    assert!(!lone, "{end:?}: a lone line feed would be an end to somebody else: {text:?}");
}

#[tokio::test]
async fn only_crlf_dot_crlf_ends_a_message() {
    // The last but one is what smtp-proto 0.2.5 takes for an end.
    for end in ["␊.␊", "␊.␍␊", "␍␊.␊", "␍.␍", "␍.␍␊", "␍␊.␍", "␊.␍", "␍␍␊.␍␍␊", "\0.\0"]
    {
        check_smuggled(end).await;
    }
}

#[tokio::test]
async fn the_end_is_found_wherever_it_is_cut_in_two() {
    for cut in ["text␤", "text␍␤", "text␍␊␤", "text␍␊.␤", "text␍␊.␍␤"] {
        let host = TestHost::new();
        let whole = "text␍␊.␍␊";
        let rest = whole.strip_prefix(cut.trim_end_matches('␤')).unwrap();
        // The server must have read the first part before the second is sent: NOOP cannot be answered in between,
        // so each part goes out in a write of its own.
        let client = crate::transcript::connect(
            &host,
            Protocol::Submission,
            "MAIL FROM:<ada@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\n\r\n",
            tokio_util::sync::CancellationToken::new(),
        )
        .await;
        let octets = |text: &str| text.replace('␤', "").replace('␊', "\n").replace('␍', "\r").into_bytes();
        let (mut read, mut write) = tokio::io::split(client);
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        write.write_all(&octets(cut)).await.unwrap();
        tokio::task::yield_now().await;
        write.write_all(&octets(rest)).await.unwrap();
        write.write_all(b"QUIT\r\n").await.unwrap();
        let mut heard = String::new();
        read.read_to_string(&mut heard).await.unwrap();
        assert!(heard.ends_with("221 2.0.0 Goodbye.\r\n"), "{cut:?}: {heard}");
        assert!(host.mail_of("bob").await[0].ends_with("\r\n\r\ntext\r\n"), "{cut:?}");
    }
}
