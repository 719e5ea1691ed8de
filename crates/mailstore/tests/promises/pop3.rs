use crate::test_host::{TestHost, address, message, uids};
use crate::transcript::{Protocol, check, connect};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_client_lists_and_fetches_mail() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append(message("Subject: 1\r\n\r\n.dot\r\n..two\r\nlast line without end")).await.unwrap();
    inbox.append(message("Subject: 2\n\nhi\n")).await.unwrap();
    let validity = inbox.snapshot().uid_validity;
    let conversation = format!(
        "C: CAPA
         S: +OK
         S: TOP
         S: UIDL
         S: RESP-CODES
         S: AUTH-RESP-CODE
         S: PIPELINING
         S: EXPIRE NEVER
         S: .
         C: STAT
         S: +OK 2 66
         C: list
         S: +OK
         S: 1 48
         S: 2 18
         S: .
         C: LIST 2
         S: +OK 2 18
         C: UIDL 1
         S: +OK 1 00000001{validity:08x}
         C: UIDL
         S: +OK
         S: 1 00000001{validity:08x}
         S: 2 00000002{validity:08x}
         S: .
         C: RETR 1
         S: +OK 48 octets
         S: Subject: 1
         S:
         S: ..dot
         S: ...two
         S: last line without end
         S: .
         C: TOP 1 1
         S: +OK 48 octets
         S: Subject: 1
         S:
         S: ..dot
         S: .
         C: TOP 2 0
         S: +OK 18 octets
         S: Subject: 2
         S:
         S: .
         C: QUIT
         S: +OK
         S! closed"
    );
    check(&host, Protocol::Pop3, &conversation).await;
    assert_eq!(uids(&inbox), [1, 2]);
}

#[tokio::test]
async fn deleted_mail_goes_at_quit() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append_all(vec![message("a\r\n"), message("bb\r\n"), message("ccc\r\n")]).await.unwrap();
    let conversation = "
        C: DELE 1
        S: +OK
        C: DELE 1
        S: -ERR There is no such message.
        C: RSET
        S: +OK
        C: DELE 2
        S: +OK
        C: RETR 2
        S: -ERR There is no such message.
        C: STAT
        S: +OK 2 8
        C: LIST
        S: +OK
        S: 1 3
        S: 3 5
        S: .
        C: QUIT
        S: +OK
        S! closed";
    check(&host, Protocol::Pop3, conversation).await;
    assert_eq!(uids(&inbox), [1, 3]);
}

#[tokio::test]
async fn deleted_mail_stays_when_the_connection_breaks() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append(message("a\r\n")).await.unwrap();
    check(&host, Protocol::Pop3, "C: DELE 1\nS: +OK").await;
    assert_eq!(host.restarted().mail_of("ada").await, ["a\r\n"]);
}

#[tokio::test]
async fn numbers_do_not_change_while_mail_comes_and_goes() {
    let host = TestHost::new();
    let inbox = host.inbox("ada").await;
    inbox.append_all(vec![message("a\r\n"), message("b\r\n")]).await.unwrap();
    let mut client = connect(&host, Protocol::Pop3, "STAT\r\n", CancellationToken::new()).await;
    let mut heard = [0; 9];
    client.read_exact(&mut heard).await.unwrap();
    inbox.expunge(vec![1]).await.unwrap();
    host.store.deliver(&address("ada"), "c\r\n").await.unwrap();
    client.write_all(b"STAT\r\nRETR 1\r\nRETR 2\r\nRETR 3\r\nQUIT\r\n").await.unwrap();
    let mut heard = String::new();
    client.read_to_string(&mut heard).await.unwrap();
    assert_eq!(
        heard,
        "+OK 2 6\r\n-ERR This message was removed by another session.\r\n+OK 3 octets\r\nb\r\n.\r\n\
         -ERR There is no such message.\r\n+OK\r\n"
    );
}

#[tokio::test]
async fn what_is_no_command_is_answered_and_at_last_ended() {
    let host = TestHost::new();
    let long = "x".repeat(100_000);
    let conversation = format!(
        "C: RETR
         S: -ERR This is not a command.
         C: RETR x
         S: -ERR This is not a command.
         C: RETR 0
         S: -ERR There is no such message.
         C: RETR 18446744073709551616
         S: -ERR This is not a command.
         C: TOP 1
         S: -ERR This is not a command.
         C: USER ada
         S: -ERR This is not a command.
         C: {long}
         S: -ERR This is not a command.
         C: NOOP
         S: +OK"
    );
    check(&host, Protocol::Pop3, &conversation).await;
    let endless = "C: ?\nS: -ERR This is not a command.\n".repeat(20) + "S! closed";
    check(&host, Protocol::Pop3, &endless).await;
}

#[tokio::test]
async fn only_wrong_commands_in_a_row_end_the_session() {
    let host = TestHost::new();
    let honest = "C: LAST\nS: -ERR This is not a command.\nC: NOOP\nS: +OK\n".repeat(40);
    check(&host, Protocol::Pop3, &honest).await;
}

#[tokio::test]
async fn ten_thousand_pipelined_commands_are_answered_in_order() {
    let host = TestHost::new();
    host.inbox("ada").await.append(message("a\r\n")).await.unwrap();
    let client = connect(&host, Protocol::Pop3, "", CancellationToken::new()).await;
    let (mut read, mut write) = tokio::io::split(client);
    let sender = async move {
        for _ in 0..5_000 {
            write.write_all(b"NOOP\r\nSTAT\r\n").await.unwrap();
        }
        write.write_all(b"QUIT\r\n").await.unwrap();
        write
    };
    let mut heard = String::new();
    let (_write, read) = tokio::join!(sender, read.read_to_string(&mut heard));
    read.unwrap();
    assert_eq!(heard, "+OK\r\n+OK 1 3\r\n".repeat(5_000) + "+OK\r\n");
}
