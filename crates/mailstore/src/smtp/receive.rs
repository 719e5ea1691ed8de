//! Taking a message in, between `354` and the dot.

use super::spool::{Fill, NO_ROOM, Spool, is_full};
use crate::conversation::{Conversation, End};
use crate::crlf::CrlfEnds;
use crate::store::Mailstore;
use smtp_proto::request::receiver::{DataReceiver, DummyDataReceiver};
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// Receives a message to its end, also one that cannot be taken: then the inner error is what to answer.
///
/// Only CRLF `.` CRLF ends it. Lone LFs are brought into order as they come in, so that no other program ever takes
/// one of them for an end either (SMTP smuggling, CVE-2023-51764).
pub(super) async fn receive<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Conversation<S>,
    store: &Mailstore,
) -> Result<Result<Spool, &'static str>, End> {
    let taking = take_all(client, store);
    timeout(store.limits().message_time, taking).await.unwrap_or(Err(End::TimedOut))
}

async fn take_all<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Conversation<S>,
    store: &Mailstore,
) -> Result<Result<Spool, &'static str>, End> {
    let most = store.limits().message_size as u64;
    let mut spool = Spool::new(store.spool_directory());
    let mut ends = CrlfEnds::default();
    let mut receiver = DataReceiver::new();
    let mut taken = Vec::new();
    // The line end of DATA itself counts: an empty message is one dot (RFC 5321 §4.1.1.4).
    receiver.ingest(&mut b"\r\n".iter(), &mut taken);
    taken.clear();
    loop {
        let piece = client.piece().await?;
        let mut rest = piece.iter();
        let over = receiver.ingest(&mut rest, &mut taken);
        client.put_back(rest.as_slice());
        // The receiver takes a CR back when it turns out to belong to the end.
        let held_back = if over { None } else { taken.pop_if(|byte| *byte == b'\r') };
        let fill = spool.push(&ends.fix(&taken));
        taken.clear();
        taken.extend(held_back);
        if over {
            return Ok(if spool.len() > most { Err(TOO_LARGE) } else { Ok(spool) });
        }
        if spool.len() > most {
            return throw_away(client, &receiver, TOO_LARGE).await;
        }
        if fill == Fill::Full {
            match spill(spool).await {
                Ok(emptied) => spool = emptied,
                Err(cause) => {
                    tracing::error!(%cause, "a message could not be received");
                    let reply = if is_full(&cause) { NO_ROOM } else { "451 4.3.0 Try again later." };
                    return throw_away(client, &receiver, reply).await;
                }
            }
        }
    }
}

const TOO_LARGE: &str = "552 5.3.4 The message is too large.";

/// Reads on to the end, so that the answer comes where the client waits for it.
async fn throw_away<S: AsyncRead + AsyncWrite + Unpin>(
    client: &mut Conversation<S>,
    receiver: &DataReceiver,
    reply: &'static str,
) -> Result<Result<Spool, &'static str>, End> {
    let mut rest_of_it = DummyDataReceiver::new_data(receiver);
    loop {
        let piece = client.piece().await?;
        let mut rest = piece.iter();
        if rest_of_it.ingest(&mut rest) {
            client.put_back(rest.as_slice());
            return Ok(Err(reply));
        }
    }
}

async fn spill(mut spool: Spool) -> io::Result<Spool> {
    let spill = move || spool.spill().map(|()| spool);
    tokio::task::spawn_blocking(spill).await.map_err(io::Error::other)?
}
