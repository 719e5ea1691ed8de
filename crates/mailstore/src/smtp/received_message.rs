//! A received message, with its header completed for delivery (RFC 5321 §4.4, RFC 6409 §8).

use super::header::{self, Field};
use super::role::Role;
use crate::clock;
use crate::storage::spool::Spool;
use jiff::{fmt::rfc2822, tz::TimeZone};
use postward_wire::Address;
use rand::RngExt as _;
use std::io::{self, Write};

/// A message with its header completed. Its body is as it was received.
pub(super) struct ReceivedMessage {
    id: String,
    sender: String,
    header: Vec<u8>,
    spool: Spool,
    /// The offset of the body in the spool, with the empty line before it.
    body: u64,
}

/// The trace information of RFC 5321 §4.4, from the transaction.
pub(super) struct Trace<'a> {
    pub(super) client_host: Option<&'a str>,
    pub(super) hostname: &'a str,
    pub(super) sender: &'a str,
    pub(super) header_size: usize,
}

/// RFC 5321 §6.3: a message with more `Received` fields is in a mail loop.
const MAX_HOPS: usize = 100;

impl ReceivedMessage {
    /// Parses the header and completes it. The error is a reply.
    pub(super) fn new(spool: Spool, role: &Role, trace: &Trace<'_>) -> Result<Self, &'static str> {
        let head = spool.head(trace.header_size).map_err(|cause| {
            tracing::error!(%cause, "a received message could not be read back");
            "451 4.3.0 Try again later."
        })?;
        let (fields, body) = header::fields(&head);
        if body == head.len() && (body as u64) < spool.len() {
            return Err("552 5.3.4 The header of the message is too large.");
        }
        if fields.iter().filter(|field| field.is("Received")).count() > MAX_HOPS {
            return Err("554 5.4.6 The message is going in circles.");
        }
        let id = format!("{:016x}", rand::rng().random::<u64>());
        let mut header = received(&id, role, trace);
        match role {
            Role::Submission { owner } => add_missing_fields(&mut header, &fields, owner),
            Role::Lmtp => {}
        }
        for field in fields.iter().filter(|field| is_kept(**field, role)) {
            header.extend_from_slice(field.raw());
        }
        // A header that ends with the message may have no line end.
        if !header.ends_with(b"\r\n") {
            header.extend_from_slice(b"\r\n");
        }
        // A body without an empty line before it gets one, or it would be read as a part of the header.
        if !head.get(body..).is_some_and(|rest| rest.starts_with(b"\r\n")) {
            header.extend_from_slice(b"\r\n");
        }
        let sender = trace.sender.to_owned();
        Ok(Self { id, sender, header, body: body as u64, spool })
    }

    /// Its id in the `Received` field.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The sender of the envelope; empty for a bounce.
    pub(super) fn sender(&self) -> &str {
        &self.sender
    }

    /// Writes it as it is delivered to `to`.
    pub(super) fn write_to(&self, to: &Address, out: &mut impl Write) -> io::Result<()> {
        // RFC 5321 §4.4: final delivery adds the reverse-path.
        write!(out, "Return-Path: <{}>\r\nDelivered-To: {to}\r\n", self.sender)?;
        out.write_all(&self.header)?;
        self.spool.copy_from(self.body, out)
    }
}

/// The `Received` field (RFC 5321 §4.4). It does not name the owner, whose address may be hidden behind an alias; the log
/// has it with the id.
fn received(id: &str, role: &Role, trace: &Trace<'_>) -> Vec<u8> {
    let from = trace.client_host.filter(|host| !host.is_empty()).unwrap_or("unknown");
    let protocol = match role {
        Role::Submission { .. } => "ESMTPA",
        Role::Lmtp => "LMTP",
    };
    let (hostname, date) = (trace.hostname, date_now());
    format!("Received: from {from}\r\n\tby {hostname} with {protocol} id {id};\r\n\t{date}\r\n").into_bytes()
}

/// Adds what a mail app may leave out (RFC 6409 §8).
fn add_missing_fields(header: &mut Vec<u8>, fields: &[Field<'_>], owner: &Address) {
    let has = |name| fields.iter().any(|field| field.is(name));
    if !has("Date") {
        header.extend_from_slice(format!("Date: {}\r\n", date_now()).as_bytes());
    }
    if !has("From") {
        header.extend_from_slice(format!("From: <{owner}>\r\n").as_bytes());
    }
    if !has("Message-ID") {
        let unique: u128 = rand::rng().random();
        header.extend_from_slice(format!("Message-ID: <{unique:032x}@{}>\r\n", owner.domain()).as_bytes());
    }
}

/// Whether a field stays: `Bcc` is removed from submitted mail, and `Return-Path` is ours to write.
fn is_kept(field: Field<'_>, role: &Role) -> bool {
    let blind = field.is("Bcc") || field.is("Resent-Bcc");
    match role {
        Role::Submission { .. } => !blind && !field.is("Return-Path"),
        Role::Lmtp => !field.is("Return-Path"),
    }
}

fn date_now() -> String {
    let now = clock::now().to_zoned_datetime(TimeZone::UTC);
    // Fails only for years with more than four digits.
    rfc2822::to_string(&now).unwrap_or_default()
}
