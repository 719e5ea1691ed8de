//! Limits of a session: how much it may ask for, and how long it may take.

use std::time::Duration;

/// The limits of a session, each with its reason. A test or an operator may set them otherwise.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// RFC 9051 §5.4: at least 30 minutes, or phones that sit in IDLE reconnect all day.
    pub imap_idle: Duration,
    /// RFC 1939 §3: at least 10 minutes.
    pub pop3_idle: Duration,
    /// RFC 5321 §4.5.3.2.7: at least 5 minutes.
    pub smtp_idle: Duration,
    /// How long a client may accept no octet. One that never reads holds memory and a connection.
    pub write_stall: Duration,
    /// How long the transfer of one message may take: at an octet per second it would otherwise take months.
    pub message_time: Duration,
    /// The largest message accepted by submission, LMTP and APPEND, in octets: as large as other hosts accept.
    pub message_size: usize,
    /// RFC 5321 §4.5.3.1.8: at least 100 recipients for one message.
    pub recipients: usize,
    /// RFC 5321 §4.5.3.1.4 asks for 512 octets in a command line; parameters of extensions come on top.
    pub command_line: usize,
    /// The largest header of a message that is submitted or delivered, in octets: it is held in memory. Real ones have a
    /// few dozen KiB.
    pub header_size: usize,
    /// Bad commands in a row before the session ends: then the client is a scanner, not a mail app.
    pub bad_commands: u32,
    /// LMTP sessions at the same time: each may fill the disk, and the mail exchanger in front queues what must wait.
    pub lmtp_sessions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            imap_idle: Duration::from_mins(30),
            pop3_idle: Duration::from_mins(10),
            smtp_idle: Duration::from_mins(5),
            write_stall: Duration::from_mins(2),
            message_time: Duration::from_hours(1),
            message_size: 50 * 1024 * 1024,
            recipients: 100,
            command_line: 4096,
            header_size: 256 * 1024,
            bad_commands: 20,
            lmtp_sessions: 64,
        }
    }
}
