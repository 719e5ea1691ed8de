//! Account enumeration by timing (G4, CWE-208): whether the time of a refusal tells that an address is known here.
//!
//! At every endpoint and form, wrong attempts at known and at unknown addresses take turns. The figure is how often
//! somebody guesses right who is given the times of one of each: 50 % is guessing. That is the area under the ROC curve, got
//! from the ranks (Mann and Whitney), and needs no assumption on how times are spread.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use postward_testclient::{Connection, ImapClient, Pop3Client, SmtpClient, unexpected};
use tokio::task::JoinSet;

use crate::Failure;

use super::figure::{Figure, Goal, Report};
use super::host::{DOMAIN, HOSTNAME, Host, OWNER, free_port};
use super::scale::Scale;
use super::sign_ins::PASSWORD;

/// Attempts of each kind at each endpoint.
const ATTEMPTS: usize = 1000;
/// How many are under way at a time: a refusal waits for its moment, and the cores must not be what it waits for.
const CONCURRENT: usize = 24;
/// How many are under way when nothing waits: more would measure their queue.
const CONCURRENT_WITHOUT_WAIT: usize = 2;
const MAILBOXES: usize = 200;
/// How far from guessing a figure may be, in standard errors of it, before it is no accident: one in two thousand.
const MAX_DEVIATION: f64 = 3.5;

/// Where somebody who is not signed in can type an address.
#[derive(Clone, Copy)]
enum Endpoint {
    Imap,
    Pop3,
    Smtp,
    /// A form: its path, the field of the address, and the other fields. `PASSWORD` in them is another wrong password
    /// at every attempt.
    Form(&'static str, &'static str, &'static str),
}

/// Every endpoint and public form at which an address is typed.
const ENDPOINTS: [(&str, Endpoint); 10] = [
    ("IMAP", Endpoint::Imap),
    ("POP3", Endpoint::Pop3),
    ("SMTP", Endpoint::Smtp),
    ("webmail sign-in", Endpoint::Form("/webmail/sign-in", "address", "password=PASSWORD")),
    ("user panel sign-in", Endpoint::Form("/panel/sign-in", "address", "password=PASSWORD")),
    ("dashboard sign-in", Endpoint::Form("/dashboard/sign-in", "email", "password=PASSWORD")),
    (
        "new password, with the current one",
        Endpoint::Form(
            "/webmail/password-reset",
            "address",
            "by=password&current=PASSWORD&code=&password=Measured-in-2027&password_again=Measured-in-2027",
        ),
    ),
    (
        "new password, with a recovery code",
        Endpoint::Form(
            "/webmail/password-reset",
            "address",
            "by=code&recovery_code=PASSWORD&password=Measured-in-2027&password_again=Measured-in-2027",
        ),
    ),
    ("a link, for a mailbox", Endpoint::Form("/webmail/password-reset", "address", "by=mail")),
    ("a link, for staff", Endpoint::Form("/dashboard/password-reset", "address", "by=mail")),
];

/// Where the endpoints are.
#[derive(Clone, Copy)]
struct Addresses {
    imap: SocketAddr,
    pop3: SocketAddr,
    smtp: SocketAddr,
    web: SocketAddr,
}

/// Measures every endpoint as it is shipped, and then without the moment that refusals wait for: what it has to hide.
pub(super) fn measure(binary: &Path, scale: Scale, report: &mut Report) -> Result<(), Failure> {
    for (refusals, wait, at_once) in
        [("", "", CONCURRENT), (", not waiting", "refusal_after = \"0\"\n", CONCURRENT_WITHOUT_WAIT)]
    {
        let addresses =
            Addresses { imap: free_port()?, pop3: free_port()?, smtp: free_port()?, web: free_port()? };
        let host = Host::start_with(binary, addresses.imap, &configuration(addresses, wait))?;
        let mailboxes = host.add_mailboxes(MAILBOXES, PASSWORD)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no threads for clients: {error}"))?;
        for (name, endpoint) in ENDPOINTS {
            let staff = matches!(endpoint, Endpoint::Form(path, ..) if path.starts_with("/dashboard"));
            let known = if staff { vec![OWNER.to_owned()] } else { mailboxes.clone() };
            let attempts = scale.count(ATTEMPTS);
            let times = runtime.block_on(measure_attempts(endpoint, addresses, known, attempts, at_once));
            let (known, unknown) = times.map_err(|error| host.failure(&format!("{name}: {error}")))?;
            let most = (500.0 + 10.0 * MAX_DEVIATION * standard_error(attempts)).round() / 10.0;
            let goal = refusals.is_empty().then_some(Goal::AtMost(most));
            report.add(figure(format!("account enumeration{refusals}: {name}"), &known, &unknown, goal));
        }
    }
    Ok(())
}

/// Plain listeners on loopback, open to as many attempts as are made here.
fn configuration(Addresses { imap, pop3, smtp, web }: Addresses, wait: &str) -> String {
    let listeners = [("imap", imap), ("pop3", pop3), ("smtp", smtp)]
        .map(|(name, address)| format!("[{name}]\nplain = [\"{address}\"]\ntls = []\nstarttls = []\n"));
    format!(
        "[server]\nhostname = {HOSTNAME:?}\n{}\
         [web]\nhttp = [\"{web}\"]\n\
         [lmtp]\nlisten = []\n\
         [engine]\nkind = \"embedded\"\n\
         [throttle]\nper_network = 1000000\nper_mailbox = 1000000\n{wait}",
        listeners.concat()
    )
}

/// The times of wrong attempts at known and at unknown addresses, in milliseconds. They take turns, so that what the machine
/// does meanwhile is the same for both.
async fn measure_attempts(
    endpoint: Endpoint,
    addresses: Addresses,
    known: Vec<String>,
    attempts: usize,
    at_once: usize,
) -> Result<(Vec<f64>, Vec<f64>), Failure> {
    let mut clients = JoinSet::new();
    for client in 0..at_once {
        let known = known.clone();
        clients.spawn(async move {
            let mut times = (Vec::new(), Vec::new());
            for number in (client..attempts).step_by(at_once) {
                let mailbox = known.get(number % known.len()).cloned().unwrap_or_default();
                // As often as a known one: an address that comes again is answered sooner.
                let nobody = format!("nobody{}@{DOMAIN}", number % known.len());
                // Who is first is as often the one as the other.
                let order = if number % 2 == 0 { [true, false] } else { [false, true] };
                for is_known in order {
                    let address = if is_known { &mailbox } else { &nobody };
                    let time = endpoint.refusal(addresses, address, number).await?.as_secs_f64() * 1000.0;
                    if is_known { times.0.push(time) } else { times.1.push(time) }
                }
            }
            Ok::<_, Failure>(times)
        });
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    while let Some(times) = clients.join_next().await {
        let times = times.map_err(|panic| panic.to_string())??;
        known.extend(times.0);
        unknown.extend(times.1);
    }
    Ok((known, unknown))
}

impl Endpoint {
    /// Its own part of what is typed there.
    fn name(self) -> String {
        match self {
            Self::Imap => "imap".to_owned(),
            Self::Pop3 => "pop3".to_owned(),
            Self::Smtp => "smtp".to_owned(),
            Self::Form(path, _, fields) => format!("{}{}", path.replace('/', "-"), fields.len()),
        }
    }

    /// How long it takes until a wrong attempt is answered, from its last byte to the first of the answer.
    async fn refusal(self, addresses: Addresses, address: &str, number: usize) -> Result<Duration, Failure> {
        let at = match self {
            Self::Imap => addresses.imap,
            Self::Pop3 => addresses.pop3,
            Self::Smtp => addresses.smtp,
            Self::Form(..) => addresses.web,
        };
        // A password that was wrong at one endpoint is known to be wrong at the next, and not hashed there.
        let password = format!("Not-The-Password-{number}-{}", self.name());
        self.attempt(at, address, &password).await.map_err(|error| error.to_string())
    }

    async fn attempt(self, at: SocketAddr, address: &str, password: &str) -> std::io::Result<Duration> {
        let endpoint = postward_testclient::Endpoint::plain(at);
        let (mut connection, request, refusal) = match self {
            Self::Imap => {
                let imap = ImapClient::connect(&endpoint).await?;
                (imap.connection, format!("a LOGIN {address} {password}\r\n"), "a NO")
            }
            Self::Pop3 => {
                let mut pop3 = Pop3Client::connect(&endpoint).await?;
                pop3.command(&format!("USER {address}")).await?;
                (pop3.connection, format!("PASS {password}\r\n"), "-ERR")
            }
            Self::Smtp => {
                let mut smtp = SmtpClient::connect(&endpoint).await?;
                smtp.command("AUTH LOGIN", "334").await?;
                smtp.command(&BASE64_STANDARD.encode(address), "334").await?;
                (smtp.connection, format!("{}\r\n", BASE64_STANDARD.encode(password)), "535")
            }
            Self::Form(path, field, fields) => {
                let body = format!(
                    "{field}={}&{}",
                    address.replace('@', "%40"),
                    fields.replace("PASSWORD", password)
                );
                let head = format!(
                    "POST {path} HTTP/1.1\r\nHost: {at}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                (Connection::open(&endpoint).await?, head + &body, "HTTP/1.1 ")
            }
        };
        let begun = Instant::now();
        connection.send(request).await?;
        let response = connection.line().await?;
        let time = begun.elapsed();
        if !response.starts_with(refusal) {
            return Err(unexpected(&response));
        }
        if let Self::Form(path, ..) = self {
            // Only the answer to a question for a link is not a refusal, whether the address is known or not.
            let expected = if path.ends_with("sign-in") { "403" } else { "" };
            connection.drain().await?;
            let status = response.split(' ').nth(1).unwrap_or_default();
            if !status.starts_with(expected) || status.starts_with(['3', '5']) || status == "429" {
                return Err(std::io::Error::other(format!("not refused but answered: {response}")));
            }
        }
        Ok(time)
    }
}

fn figure(name: String, known: &[f64], unknown: &[f64], goal: Option<Goal>) -> Figure {
    let slower = right_guesses(known, unknown);
    let at = |times: &[f64], share: f64| {
        let mut times = times.to_vec();
        times.sort_by(f64::total_cmp);
        times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN)
    };
    let spread = |times: &[f64]| format!("{:.1} / {:.1} ms", at(times, 0.5), at(times, 0.99));
    Figure {
        name,
        value: 100.0 * slower.max(1.0 - slower),
        unit: "% right",
        ceiling: None,
        goal,
        note: format!(
            "median / 99th percentile: {} for known addresses, {} for unknown ones; {} attempts of each, standard error {:.1} %",
            spread(known),
            spread(unknown),
            known.len(),
            standard_error(known.len())
        ),
    }
}

/// How often, of one of each, the known one is the slower: the rank sum of Mann and Whitney, ties counting half.
fn right_guesses(known: &[f64], unknown: &[f64]) -> f64 {
    let mut sorted = unknown.to_vec();
    sorted.sort_by(f64::total_cmp);
    let faster: usize = known
        .iter()
        .map(|time| {
            let below = sorted.partition_point(|other| other < time);
            let to = sorted.partition_point(|other| other <= time);
            below + to
        })
        .sum();
    faster as f64 / (2 * known.len() * unknown.len()).max(1) as f64
}

/// Of the figure, in per cent, where nothing can be read from the times and there are so many of each.
fn standard_error(attempts: usize) -> f64 {
    let attempts = attempts as f64;
    100.0 * ((2.0 * attempts + 1.0) / (12.0 * attempts * attempts)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_always_slower_is_always_guessed_and_equals_are_not() {
        assert_eq!(right_guesses(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(right_guesses(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        assert_eq!(right_guesses(&[1.0, 2.0], &[1.0, 2.0]), 0.5);
        assert_eq!(right_guesses(&[1.0, 4.0], &[2.0, 3.0]), 0.5);
    }
}
