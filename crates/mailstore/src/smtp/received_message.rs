//! A message that has been received, as it goes into a mailbox.

use super::header::{self, Field};
use super::role::Role;
use crate::storage::spool::Spool;
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};
use postward_wire::Address;
use std::io::{self, Write};

/// A message with its header in order. Its body is as it came.
pub(super) struct Letter {
    id: String,
    sender: String,
    header: Vec<u8>,
    spool: Spool,
    /// Where in the spool the body begins, with the empty line before it.
    body: u64,
}

/// What the transaction tells about a message.
pub(super) struct Trace<'a> {
    pub(super) greeted: Option<&'a str>,
    pub(super) hostname: &'a str,
    pub(super) sender: &'a str,
    pub(super) header_size: usize,
}

/// RFC 5321 §6.3: a message that has passed so many hosts is going in circles.
const MAX_HOPS: usize = 100;

impl Letter {
    /// Reads the header and brings it into order. What is wrong is said as a reply.
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
        let id = format!("{:016x}", rand::random::<u64>());
        let mut header = received(&id, role, trace);
        match role {
            Role::Submission { owner } => complete(&mut header, &fields, owner),
            Role::Lmtp => {}
        }
        for field in fields.iter().filter(|field| is_kept(**field, role)) {
            header.extend_from_slice(field.raw());
        }
        // A header that ends with the message may lack its line end.
        if !header.ends_with(b"\r\n") {
            header.extend_from_slice(b"\r\n");
        }
        // A body that began without an empty line gets one, or our fields would swallow it.
        if !head.get(body..).is_some_and(|rest| rest.starts_with(b"\r\n")) {
            header.extend_from_slice(b"\r\n");
        }
        let sender = trace.sender.to_owned();
        Ok(Self { id, sender, header, body: body as u64, spool })
    }

    /// What the `Received` field calls it.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The envelope's sender; empty for a bounce.
    pub(super) fn sender(&self) -> &str {
        &self.sender
    }

    /// Writes it as `to` gets it.
    pub(super) fn write_to(&self, to: &Address, out: &mut impl Write) -> io::Result<()> {
        // RFC 5321 §4.4: the final delivery puts the sender on top.
        write!(out, "Return-Path: <{}>\r\nDelivered-To: {to}\r\n", self.sender)?;
        out.write_all(&self.header)?;
        self.spool.copy_from(self.body, out)
    }
}

/// RFC 5321 §4.4. The owner's address is not told: the sender may be hidden behind an alias one day, and the id leads
/// to it in our log.
fn received(id: &str, role: &Role, trace: &Trace<'_>) -> Vec<u8> {
    let from = trace.greeted.filter(|host| !host.is_empty()).unwrap_or("unknown");
    let protocol = match role {
        Role::Submission { .. } => "ESMTPA",
        Role::Lmtp => "LMTP",
    };
    let (hostname, date) = (trace.hostname, date_now());
    format!("Received: from {from}\r\n\tby {hostname} with {protocol} id {id};\r\n\t{date}\r\n").into_bytes()
}

/// RFC 6409 §8: a submission server adds what a mail app may leave out.
fn complete(header: &mut Vec<u8>, fields: &[Field<'_>], owner: &Address) {
    let has = |name| fields.iter().any(|field| field.is(name));
    if !has("Date") {
        header.extend_from_slice(format!("Date: {}\r\n", date_now()).as_bytes());
    }
    if !has("From") {
        header.extend_from_slice(format!("From: <{owner}>\r\n").as_bytes());
    }
    if !has("Message-ID") {
        let unique: u128 = rand::random();
        header.extend_from_slice(format!("Message-ID: <{unique:032x}@{}>\r\n", owner.domain()).as_bytes());
    }
}

/// Who got a blind copy is for nobody to read, and who really sent it is for us to say.
fn is_kept(field: Field<'_>, role: &Role) -> bool {
    let blind = field.is("Bcc") || field.is("Resent-Bcc");
    match role {
        Role::Submission { .. } => !blind && !field.is("Return-Path"),
        Role::Lmtp => !field.is("Return-Path"),
    }
}

fn date_now() -> String {
    let now = Timestamp::now().to_zoned(TimeZone::UTC);
    // Only years with more than four digits cannot be written.
    rfc2822::to_string(&now).unwrap_or_default()
}
