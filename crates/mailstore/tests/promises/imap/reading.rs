use super::client::Client;
use crate::test_host::{TestHost, message};

const MESSAGE: &str = "Date: Mon, 2 Mar 2026 10:00:00 +0100\r\nFrom: Bob <bob@example.com>\r\nSubject: Hello\r\n\
    Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\n--b\r\nContent-Type: text/html\r\n\r\n\
    <p>second\r\n--b--\r\n";

#[tokio::test]
async fn a_client_reads_a_message_whole_and_in_parts() {
    let host = TestHost::new();
    host.inbox("ada").await.append(message(MESSAGE)).await.unwrap();
    let mut client = Client::at_inbox(&host, "ada").await;
    client
        .play(&format!(
            "C: a FETCH 1 (RFC822.SIZE INTERNALDATE BODY.PEEK[2] BODY.PEEK[1]<1.3> FLAGS)
             S: * 1 FETCH (RFC822.SIZE {} INTERNALDATE \"14-Nov-2023 22:13:20 +0000\" BODY[2] {{9}}
             S: <p>second BODY[1]<1> {{3}}
             S: irs FLAGS ())
             S: a OK …
             C: b FETCH 1 FAST
             S: * 1 FETCH (FLAGS () INTERNALDATE … RFC822.SIZE …)
             S: b OK …
             C: c UID FETCH 1:* (BODY[HEADER.FIELDS (SUBJECT)])
             S: * 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {{18}}
             S: Subject: Hello
             S:
             S:  FLAGS (\\Seen))
             S: c OK …
             C: d FETCH 1 (ENVELOPE BODY)
             S: * 1 FETCH (ENVELOPE (\"Mon, 2 Mar 2026 10:00:00 +0100\" \"Hello\" …) BODY ((\"TEXT\" …)(\"TEXT\" \"HTML\" … \"MIXED\"))
             S: d OK …
             C: e FETCH 1 BODY.PEEK[7]
             S: * 1 FETCH (BODY[7] NIL)
             S: e OK …
             C: f FETCH 2 FLAGS
             S: f BAD …
             C: g UID FETCH 2:9 FLAGS
             S: g OK …",
            MESSAGE.len()
        ))
        .await;
}

#[tokio::test]
async fn the_octets_of_a_message_come_back_as_they_were_delivered() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    // One that is read into memory, one that is sent from disk, one whose line ends another tool left bare.
    let long = format!("Subject: long\r\n\r\n{}", "0123456789abcdef\r\n".repeat(40_000));
    for text in [MESSAGE, &long, "Subject: bare\n\nline\n"] {
        inbox.append(message(text)).await.unwrap();
    }
    let mut client = Client::at_inbox(&host, "ada").await;
    for (number, text) in [(1, MESSAGE), (2, long.as_str()), (3, "Subject: bare\r\n\r\nline\r\n")] {
        client
            .connection
            .send(format!("a FETCH {number} (BODY.PEEK[] BODY.PEEK[]<7.100>)\r\n"))
            .await
            .unwrap();
        let announced = client.connection.line().await.unwrap();
        assert_eq!(announced, format!("* {number} FETCH (BODY[] {{{}}}", text.len()));
        assert_eq!(client.connection.bytes(text.len()).await.unwrap(), text.as_bytes());
        let cut = &text.as_bytes()[7..text.len().min(107)];
        assert_eq!(client.connection.line().await.unwrap(), format!(" BODY[]<7> {{{}}}", cut.len()));
        assert_eq!(client.connection.bytes(cut.len()).await.unwrap(), cut);
        client.connection.line_starting("a OK").await.unwrap();
    }
}

#[tokio::test]
async fn a_client_searches() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    for text in ["Subject: one\r\n\r\nalpha\r\n", "Subject: =?utf-8?q?zw=C3=B6lf?=\r\n\r\nbeta\r\n", MESSAGE]
    {
        inbox.append(message(text)).await.unwrap();
    }
    Client::at_inbox(&host, "ada")
        .await
        .play(
            "C: a SEARCH ALL
             S: * SEARCH 1 2 3
             S: a OK …
             C: b UID SEARCH OR SUBJECT one BODY beta
             S: * SEARCH 1 2
             S: b OK …
             C: c SEARCH CHARSET UTF-8 SUBJECT {6+}
             C: ZWÖLF
             S: * SEARCH 2
             S: c OK …
             C: d SEARCH CHARSET KOI8-R ALL
             S: d NO [BADCHARSET (UTF-8 US-ASCII)] …
             C: e SEARCH TEXT nothing
             S: * SEARCH
             S: e OK …
             C: f SEARCH SENTON 2-Mar-2026 NOT SEEN 2:*
             S: * SEARCH 3
             S: f OK …",
        )
        .await;
}

#[tokio::test]
async fn a_search_that_would_take_hours_is_refused() {
    let host = TestHost::new();
    let keys = " BODY x".repeat(100);
    let conversation = format!("C: a SEARCH{keys}\nS: a NO [LIMIT] …");
    Client::at_inbox(&host, "ada").await.play(&conversation).await;
}

#[tokio::test]
async fn a_search_for_many_things_at_once_is_answered() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    for number in 1..=60 {
        inbox.append(message(&format!("Message-ID: <{number}@x>\r\n\r\n"))).await.unwrap();
    }
    // RFC 3501 §6.4.4 has no OR of more than two: each further key lies one level deeper.
    let mut keys = "HEADER Message-ID <2@x>".to_owned();
    for number in 3..=60 {
        keys = format!("OR HEADER Message-ID \"<{number}@x>\" {keys}");
    }
    let found: String = (2..=60).map(|number| format!(" {number}")).collect();
    Client::at_inbox(&host, "ada")
        .await
        .play(&format!(
            "C: a SEARCH {keys}
             S: * SEARCH{found}
             S: a OK …
             C: b UID SEARCH CHARSET UTF-8 ({keys}) 59:*
             S: * SEARCH 59 60
             S: b OK …
             C: c SEARCH {keys} FROBNICATE
             S: c BAD …"
        ))
        .await;
}

#[tokio::test]
async fn a_search_that_is_too_deep_is_refused_and_is_no_wrong_command() {
    let host = TestHost::new();
    let deep = format!("{}SEEN", "NOT ".repeat(2_000));
    let conversation = format!("C: a SEARCH {deep}\nS: a NO [LIMIT] …\n").repeat(30);
    let mut client = Client::at_inbox(&host, "ada").await;
    client.play(&conversation).await;
    let deep_enough = format!("{}SEEN", "NOT ".repeat(99));
    client.play(&format!("C: b SEARCH {deep_enough}\nS: * SEARCH\nS: b OK …")).await;
}

#[tokio::test]
async fn an_envelope_shows_names_as_they_stand_in_the_header() {
    let host = TestHost::new();
    let text = "From: =?utf-8?q?a=0D=0ABcc:_x?= <q@r>\r\nTo: \"=?utf-8?q?a=0Db c?=\" <s@t>\r\n\
        Subject: =?utf-8?q?a=0Ab?=\r\n\t\u{1b}[2Jc\r\n\r\n";
    host.inbox("ada").await.append(message(text)).await.unwrap();
    // RFC 3501 §7.4.2: undecoded. Whoever builds a reply of an ENVELOPE must not find a line end in it.
    let from = "((\"=?utf-8?q?a=0D=0ABcc:_x?=\" NIL \"q\" \"r\"))";
    Client::at_inbox(&host, "ada")
        .await
        .play(&format!(
            "C: a FETCH 1 ENVELOPE
             S: * 1 FETCH (ENVELOPE (NIL \"=?utf-8?q?a=0Ab?= [2Jc\" {from} {from} {from} \
                ((\"=?utf-8?q?a=0Db c?=\" NIL \"s\" \"t\")) NIL NIL NIL NIL))
             S: a OK …"
        ))
        .await;
}
