use crate::test_host::TestHost;
use crate::transcript::{Protocol, check, owner};
use postward_mailstore::Limits;

#[tokio::test]
async fn mail_reaches_local_mailboxes_and_nobody_reads_who_got_a_blind_copy() {
    let host = TestHost::new();
    let conversation = "
        C: EHLO [10.0.0.1]
        S: 250-mail.example.com
        S: 250-PIPELINING
        S: 250-8BITMIME
        S: 250-ENHANCEDSTATUSCODES
        S: 250 SIZE 52428800
        C: MAIL FROM:<Ada@Example.com> BODY=8BITMIME SIZE=100
        C: RCPT TO:<bob@example.com>
        C: RCPT TO:<info@example.com>
        C: RCPT TO:<ada@example.com>
        C: DATA
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 354 End it with a line that holds one dot.
        C: From: ada@example.com
        C: Bcc: info@example.com,
        C:  secret@example.com
        C: Subject: Grüße
        C:
        C: ..dot
        C: Bcc: is a word here
        C: .
        S: 250 2.0.0 Delivered as ….
        C: QUIT
        S: 221 2.0.0 Goodbye.
        S! closed";
    check(&host, Protocol::Submission, conversation).await;
    let mail = host.mail_of("bob").await;
    let [text] = mail.as_slice() else { panic!("{mail:?}") };
    let (header, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(text.starts_with("Return-Path: <ada@example.com>\r\nDelivered-To: bob@example.com\r\nReceived: from [10.0.0.1]\r\n\tby mail.example.com with ESMTPA id "), "{text}");
    assert!(header.contains("\r\nDate: ") && header.contains("\r\nMessage-ID: <"), "{text}");
    assert!(!header.contains("secret"), "{text}");
    assert_eq!(body, ".dot\r\nBcc: is a word here\r\n");
    assert_eq!(host.mail_of("ada").await.len(), 1, "an alias of hers and herself are one mailbox");
}

#[tokio::test]
async fn nobody_sends_in_another_name_or_through_us_to_elsewhere() {
    let host = TestHost::new();
    let conversation = "
        C: MAIL FROM:<bob@example.com>
        S: 553 5.7.1 The sender must be the address you signed in with.
        C: MAIL FROM:<postmaster>
        S: 553 5.1.7 This is not an address.
        C: RCPT TO:<bob@example.com>
        S: 503 5.5.1 Name the sender first.
        C: DATA
        S: 503 5.5.1 Name a recipient first.
        C: MAIL FROM:<ada@example.com>
        S: 250 2.1.0 Sender is fine.
        C: MAIL FROM:<ada@example.com>
        S: 503 5.5.1 One sender is enough.
        C: RCPT TO:<someone@elsewhere.example>
        S: 550 5.7.1 Relaying is not set up.
        C: RCPT TO:<nobody@example.com>
        S: 550 5.1.1 There is no such mailbox here.
        C: RCPT TO:<down@example.com>
        S: 451 4.3.0 The recipient cannot be looked up at the moment.
        C: RCPT TO:<a/../b@example.com>
        S: 553 5.1.3 This is not an address.
        C: DATA
        S: 503 5.5.1 Name a recipient first.
        C: RSET
        S: 250 2.0.0 Forgotten.
        C: RCPT TO:<bob@example.com>
        S: 503 5.5.1 Name the sender first.";
    check(&host, Protocol::Submission, conversation).await;
}

#[tokio::test]
async fn what_is_not_offered_is_refused_in_smtps_own_words() {
    let host = TestHost::new();
    let long = "x".repeat(10_000);
    let conversation = format!(
        "C: NOOP {long}
         S: 500 5.5.2 The line is too long.
         C: FROBNICATE
         S: 500 5.5.2 This is not a command.
         C: BDAT 5 LAST
         S: 502 5.5.1 This command is not offered.
         C: AUTH PLAIN
         S: 503 5.5.1 Not here any more.
         C: STARTTLS
         S: 503 5.5.1 Not here any more.
         C: VRFY bob
         S: 252 2.5.0 Send it and see.
         C: MAIL FROM:<{owner}> SMTPUTF8
         S: 555 5.5.4 This parameter is not offered.
         C: MAIL FROM:<{owner}> SIZE=99999999999
         S: 552 5.3.4 The message is too large.
         C: LHLO client
         S: 500 5.5.1 This is SMTP. Begin with EHLO.
         C: HELO client
         S: 250 mail.example.com
         C: NOOP
         S: 250 2.0.0 Here.",
        owner = owner()
    );
    check(&host, Protocol::Submission, &conversation).await;
    let endless =
        "C: ?\nS: 500 5.5.2 This is not a command.\n".repeat(20) + "S: 421 4.7.0 Too many errors.\nS! closed";
    check(&host, Protocol::Submission, &endless).await;
}

/// RFC 8098 §3: a read receipt has no sender, so that nothing ever answers it.
#[tokio::test]
async fn a_read_receipt_goes_out_without_a_sender() {
    let host = TestHost::new();
    let conversation = "
        C: MAIL FROM:<>
        C: RCPT TO:<bob@example.com>
        C: DATA
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 354 End it with a line that holds one dot.
        C: Subject: Read
        C:
        C: .
        S: 250 2.0.0 Delivered as ….";
    check(&host, Protocol::Submission, conversation).await;
    let mail = host.mail_of("bob").await;
    let [text] = mail.as_slice() else { panic!("{mail:?}") };
    assert!(text.starts_with("Return-Path: <>\r\nDelivered-To: bob@example.com\r\n"), "{text}");
    assert!(text.contains("\r\nFrom: <ada@example.com>\r\n"), "{text}");
}

/// RFC 5321 §4.1.1.11: a client that hears 250 believes that it will get its delivery report.
#[tokio::test]
async fn a_parameter_nobody_offered_is_refused() {
    let host = TestHost::new();
    let conversation = "
        C: MAIL FROM:<ada@example.com> RET=HDRS
        S: 555 5.5.4 This parameter is not offered.
        C: MAIL FROM:<ada@example.com> SIZE=100 ENVID=x
        S: 555 5.5.4 This parameter is not offered.
        C: MAIL FROM:<ada@example.com> MT-PRIORITY=0
        S: 555 5.5.4 This parameter is not offered.
        C: MAIL FROM:<ada@example.com> BODY=BINARYMIME
        S: 555 5.5.4 This parameter is not offered.
        C: MAIL FROM:<ada@example.com> SIZE=many
        S: 501 5.5.4 The command is not put together right.
        C: mail from: <ada@example.com>  size=100 body=7bit
        S: 250 2.1.0 Sender is fine.
        C: RCPT TO:<bob@example.com> NOTIFY=NEVER
        S: 555 5.5.4 This parameter is not offered.
        C: RCPT TO:<bob@example.com> ORCPT=rfc822;bob@example.com
        S: 555 5.5.4 This parameter is not offered.
        C: RCPT TO:<bob@example.com>
        S: 250 2.1.5 Recipient is fine.";
    check(&host, Protocol::Submission, conversation).await;
}

/// RFC 4954 §5: whoever offers AUTH takes this parameter. The gate offered it.
#[tokio::test]
async fn a_client_may_say_again_who_it_has_signed_in_as() {
    let host = TestHost::new();
    let conversation = "
        C: MAIL FROM:<ada@example.com> AUTH=<>
        S: 250 2.1.0 Sender is fine.";
    check(&host, Protocol::Submission, conversation).await;
}

/// RFC 5321 §4.5.1: the one address that needs no domain. The owner's is meant.
#[tokio::test]
async fn postmaster_needs_no_domain() {
    let host = TestHost::new();
    let conversation = "
        C: MAIL FROM:<ada@example.com>
        C: RCPT TO:<PostMaster>
        C: RCPT TO:<ada>
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 553 5.1.3 This is not an address.
        C: DATA
        S: 354 End it with a line that holds one dot.
        C: .
        S: 250 2.0.0 Delivered as ….";
    check(&host, Protocol::Submission, conversation).await;
    assert_eq!(host.mail_of("bob").await.len(), 1);
}

#[tokio::test]
async fn an_address_is_the_same_with_and_without_quotes_it_does_not_need() {
    let host = TestHost::new();
    let conversation = r#"
        C: MAIL FROM:<"ada"@example.com>
        S: 250 2.1.0 Sender is fine.
        C: RCPT TO:<"b\ob"@Example.com>
        S: 250 2.1.5 Recipient is fine.
        C: RCPT TO:<@a.example,@b.example:bob@example.com>
        S: 250 2.1.5 Recipient is fine.
        C: RCPT TO:<" bob"@example.com>
        S: 553 5.1.3 This is not an address.
        C: RCPT TO:<b"o"b@example.com>
        S: 553 5.1.3 This is not an address.
        C: RCPT TO:<bob"@example.com>
        S: 553 5.1.3 This is not an address."#;
    check(&host, Protocol::Submission, conversation).await;
}

#[tokio::test]
async fn only_errors_in_a_row_end_the_session() {
    let host = TestHost::new();
    let honest = "C: ?\nS: 500 5.5.2 This is not a command.\nC: NOOP\nS: 250 2.0.0 Here.\n".repeat(40);
    check(&host, Protocol::Submission, &honest).await;
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_and_the_session_goes_on() {
    let mut limits = Limits::default();
    (limits.message_size, limits.recipients) = (1_000_000, 1);
    let host = TestHost::with_limits(limits);
    let line = "C: ".to_owned() + &"0123456789".repeat(90) + "\n";
    let conversation = format!(
        "C: MAIL FROM:<ada@example.com>
         C: RCPT TO:<bob@example.com>
         C: RCPT TO:<ada@example.com>
         C: DATA
         S: 250 2.1.0 Sender is fine.
         S: 250 2.1.5 Recipient is fine.
         S: 452 4.5.3 Too many recipients.
         S: 354 End it with a line that holds one dot.
         {}C: .
         S: 552 5.3.4 The message is too large.
         C: MAIL FROM:<ada@example.com>
         C: RCPT TO:<bob@example.com>
         C: DATA
         S: 250 2.1.0 Sender is fine.
         S: 250 2.1.5 Recipient is fine.
         S: 354 End it with a line that holds one dot.
         C: Subject: large, and on disk while it comes
         C:
         {}C: .
         S: 250 2.0.0 Delivered as ….",
        line.repeat(1_200),
        line.repeat(1_000)
    );
    check(&host, Protocol::Submission, &conversation).await;
    let mail = host.mail_of("bob").await;
    assert_eq!(mail.len(), 1);
    assert!(
        mail[0].ends_with(&(line.trim_start_matches("C: ").trim_end().to_owned() + "\r\n").repeat(1_000))
    );
}

#[tokio::test]
async fn an_empty_message_is_one_dot() {
    let host = TestHost::new();
    let conversation = "
        C: MAIL FROM:<ada@example.com>
        C: RCPT TO:<bob@example.com>
        C: DATA
        C: .
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 354 End it with a line that holds one dot.
        S: 250 2.0.0 Delivered as ….";
    check(&host, Protocol::Submission, conversation).await;
    assert!(host.mail_of("bob").await[0].ends_with("@example.com>\r\n\r\n"));
}

#[tokio::test]
async fn when_one_recipient_fails_nobody_gets_the_message() {
    let host = TestHost::new();
    host.inbox("ada").await;
    host.inbox("bob").await;
    // A file where bob's tmp should be: no message can be written for him.
    std::fs::remove_dir(host.maildir("bob").join("tmp")).unwrap();
    std::fs::write(host.maildir("bob").join("tmp"), "").unwrap();
    let conversation = "
        C: MAIL FROM:<ada@example.com>
        C: RCPT TO:<ada@example.com>
        C: RCPT TO:<bob@example.com>
        C: DATA
        C: Subject: x
        C:
        C: .
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 354 End it with a line that holds one dot.
        S: 451 4.3.0 The message could not be stored. Try again later.";
    check(&host, Protocol::Submission, conversation).await;
    assert!(host.mail_of("ada").await.is_empty());
}

/// The last step fails for bob, when ada has got hers: she must not get it a second time when the client tries again.
#[tokio::test]
async fn a_message_that_is_out_for_one_is_taken_back_when_it_fails_for_another() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    host.inbox("bob").await;
    let new = host.maildir("bob").join("new");
    std::fs::remove_dir(&new).unwrap();
    std::fs::write(&new, "in the way").unwrap();
    let conversation = "
        C: MAIL FROM:<ada@example.com>
        C: RCPT TO:<ada@example.com>
        C: RCPT TO:<bob@example.com>
        C: DATA
        C: Subject: x
        C:
        C: .
        S: 250 2.1.0 Sender is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 250 2.1.5 Recipient is fine.
        S: 354 End it with a line that holds one dot.
        S: 451 4.3.0 The message could not be stored. Try again later.";
    check(&host, Protocol::Submission, conversation).await;
    assert_eq!(inbox.snapshot().messages.len(), 0);
    assert!(host.mail_of("ada").await.is_empty());
}

#[tokio::test]
async fn a_message_for_which_there_is_no_place_is_to_be_sent_again() {
    let host = TestHost::new();
    // A file where large messages wait: none can.
    std::fs::write(host.root().join(".spool"), "").unwrap();
    let line = "C: ".to_owned() + &"0123456789".repeat(90) + "\n";
    let conversation = format!(
        "C: MAIL FROM:<ada@example.com>
         C: RCPT TO:<bob@example.com>
         C: DATA
         S: 250 2.1.0 Sender is fine.
         S: 250 2.1.5 Recipient is fine.
         S: 354 End it with a line that holds one dot.
         {}C: .
         C: NOOP
         S: 451 4.3.0 Try again later.
         S: 250 2.0.0 Here.",
        line.repeat(1_000)
    );
    check(&host, Protocol::Submission, &conversation).await;
    assert!(host.mail_of("bob").await.is_empty());
}
