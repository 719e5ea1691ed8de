//! Receiving a message: from the `354` reply to its end.

use super::data::DataDecoder;
use crate::connection::ClientStream;
use crate::crlf::CrlfEnds;
use crate::line_stream::{LineStream, StreamEnd};
use crate::storage::mailstore::Mailstore;
use crate::storage::spool::{Fill, Spool, is_out_of_space};
use std::io;
use tokio::task::JoinError;
use tokio::time::timeout;

/// The reply when the disk is full (RFC 5321 §4.2.3).
pub(super) const NO_ROOM: &str = "452 4.3.1 There is no room for the message. Try again later.";

/// Receives a message to its end, also one that is refused: then the inner error is the reply.
///
/// Only CRLF `.` CRLF ends it. Lone LFs become CRLF as they are received, so that no other program takes one
/// of them for an end (SMTP smuggling, CVE-2023-51764).
pub(super) async fn receive<S: ClientStream>(
    client: &mut LineStream<S>,
    store: &Mailstore,
) -> Result<Result<Spool, &'static str>, StreamEnd> {
    let receiving = receive_all(client, store);
    timeout(store.limits().message_time, receiving).await.unwrap_or(Err(StreamEnd::TimedOut))
}

async fn receive_all<S: ClientStream>(
    client: &mut LineStream<S>,
    store: &Mailstore,
) -> Result<Result<Spool, &'static str>, StreamEnd> {
    let most = store.limits().message_size as u64;
    let mut spool = Spool::new(store.spool_directory());
    let (mut data, mut ends) = (DataDecoder::default(), CrlfEnds::default());
    let mut refused = None;
    let mut decoded = Vec::new();
    loop {
        let piece = client.piece().await?;
        decoded.clear();
        let end = data.decode(&piece, &mut decoded);
        if let Some(end) = end {
            client.put_back(piece.get(end..).unwrap_or_default());
        }
        // A message that is refused is received to its end, where the client waits for the reply.
        if refused.is_none() {
            let fill = spool.push(&ends.fix(&decoded));
            if spool.len() > most {
                refused = Some("552 5.3.4 The message is too large.");
                spool = spool.emptied();
            } else if fill == Fill::Full {
                (spool, refused) =
                    spill(spool).await.map_err(|cause| StreamEnd::Broken(io::Error::other(cause)))?;
            }
        }
        if end.is_some() {
            return Ok(refused.map_or(Ok(spool), Err));
        }
    }
}

/// Writes the spool to its file. The reply, if that fails.
async fn spill(mut spool: Spool) -> Result<(Spool, Option<&'static str>), JoinError> {
    let spill = move || match spool.spill() {
        Ok(()) => (spool, None),
        Err(cause) => {
            tracing::error!(%cause, "a message could not be received");
            let reply = if is_out_of_space(&cause) { NO_ROOM } else { "451 4.3.0 Try again later." };
            (spool.emptied(), Some(reply))
        }
    };
    tokio::task::spawn_blocking(spill).await
}
