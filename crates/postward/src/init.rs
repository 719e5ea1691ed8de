//! `postward init`: creates the data directory of a new host, with configuration, certificate, store and first owner.

use crate::certificate;
use crate::clock;
use crate::command_error::CommandError;
use crate::config::{self, FILE_NAME, Source};
use crate::data_dir::DataDir;
use crate::open;
use crate::output::{self, Format};
use crate::password_input;
use crate::private_file;
use clap::Args;
use postward_authority::{AddError, Authority, FirstOwner, PasswordPolicy, PasswordProblem};
use postward_wire::{Address, Secret};
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The arguments of `init`.
#[derive(Args)]
pub(crate) struct Options {
    /// The directory to make; it may exist if it is empty
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// The name of this host, like mail.example.com
    #[arg(long, value_name = "HOST")]
    hostname: String,
    /// The e-mail address of the first person who may sign in at the dashboard; the password comes on standard input
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// Make a strong password for the owner and print it once, instead of reading one
    #[arg(long)]
    generate: bool,
    /// Keep the store in PostgreSQL; this file holds its postgres:// address
    #[arg(long, value_name = "FILE")]
    postgres_url_file: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Creates the directory. Everything that can be refused is refused before anything is written.
pub(crate) async fn run(options: Options) -> Result<ExitCode, CommandError> {
    let Options { dir, hostname, owner, generate, postgres_url_file, json } = options;
    let store = match postgres_url_file {
        Some(file) => postgres_lines(&file)?,
        None => "# kind = \"sqlite\"                   # or \"postgres\", with url_file\n".to_owned(),
    };
    let text = config_text(&hostname, &store);
    config::parse(Path::new(FILE_NAME), &text, [])?;
    let owner = Address::parse(&owner).map_err(|error| CommandError::new(format!("{owner:?}: {error}")))?;
    // On a terminal the first password of a host is generated: a generated one is stronger than one thought up.
    let generated = generate || io::stdin().is_terminal();
    let password = if generated { password_input::generated() } else { password_input::read()? };
    let problems = PasswordPolicy::trekmail().problems(password.expose());
    if !problems.is_empty() {
        return Err(CommandError::new(sentences(&problems)));
    }
    refuse_unless_empty(&dir)?;

    let data = DataDir::at(&dir);
    write_files(&data, &hostname, &text).map_err(|error| unwritable(&dir, &error))??;
    let config = config::load(&Source::Directory(dir.clone()))?;
    let _lock = data.lock().map_err(|_| CommandError::new(format!("{} is in use.", dir.display())))?;
    let shown = generated.then(|| password.expose().to_owned());
    let authority = open::authority(&config).await?;
    let added = add_owner(&authority, &owner, password).await;
    authority.shut_down().await;
    added?;

    match if json { Format::Json } else { Format::Text } {
        Format::Json => output::json(&serde_json::json!({
            "dir": dir, "config": dir.join(FILE_NAME), "owner": { "email": owner.as_str(), "password": shown },
        })),
        Format::Text => print_next_steps(&dir, &hostname, &owner, shown.as_deref()),
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse_unless_empty(dir: &Path) -> Result<(), CommandError> {
    let empty = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(unwritable(dir, &error)),
    };
    if empty {
        return Ok(());
    }
    let dir = dir.display();
    Err(CommandError::new(format!(
        "{dir} is not empty, and nothing in it was touched; name a new directory or an empty one."
    )))
}

fn write_files(data: &DataDir, hostname: &str, config: &str) -> io::Result<Result<(), CommandError>> {
    data.create()?;
    let tls = DataDir::at(data.path().join("tls"));
    tls.create()?;
    let pair = match certificate::self_signed(&[hostname]) {
        Ok(pair) => pair,
        Err(error) => return Ok(Err(error)),
    };
    private_file::create(&tls.path().join("key.pem"), &pair.key)?;
    private_file::create(&tls.path().join("cert.pem"), &pair.certificate)?;
    private_file::create(&data.path().join(FILE_NAME), config)?;
    Ok(Ok(()))
}

async fn add_owner(authority: &Authority, owner: &Address, password: Secret) -> Result<(), CommandError> {
    let now = clock::now();
    let failed = |why: String| CommandError::new(format!("The owner cannot be added: {why}"));
    let added = authority.add_host_owner(FirstOwner { email: owner, password }, now).await;
    added.map(drop).map_err(|error| match error {
        AddError::Policy(problems) => failed(sentences(&problems)),
        AddError::Name(why) => failed(why),
        other => failed(format!("{other}.")),
    })
}

fn sentences(problems: &[PasswordProblem]) -> String {
    problems.iter().map(PasswordProblem::sentence).collect::<Vec<_>>().join(" ")
}

fn unwritable(dir: &Path, error: &io::Error) -> CommandError {
    CommandError::new(format!("{} cannot be made: {error}.", dir.display()))
}

fn print_next_steps(dir: &Path, hostname: &str, owner: &Address, password: Option<&str>) {
    let shown = dir.display();
    output::line(format_args!("Made {shown}: configuration, store, a certificate, and the first owner."));
    output::line("");
    output::line(format_args!("  Owner      {owner}"));
    match password {
        Some(password) => output::line(format_args!("  Password   {password}   (shown only now)")),
        None => output::line("  Password   the one from standard input"),
    }
    output::line("");
    output::line(format_args!(
        "The certificate in {shown}/tls is signed by itself: mail apps will warn. Put one of a public authority in its\n\
         place (cert.pem with the chain, key.pem) and send the server SIGHUP."
    ));
    output::line("");
    output::line("Next:");
    output::line(format_args!("  postward check --dir {shown}"));
    output::line(format_args!("  postward serve --dir {shown}"));
    output::line(format_args!("  open https://{hostname}/dashboard and sign in as the owner"));
    output::line(format_args!("  postward domain add example.com --dir {shown}"));
    output::line(format_args!("  postward mailbox add you@example.com --generate --dir {shown}"));
}

fn postgres_lines(file: &Path) -> Result<String, CommandError> {
    let file =
        file.canonicalize().map_err(|error| CommandError::new(format!("{}: {error}.", file.display())))?;
    Ok(format!("kind = \"postgres\"\nurl_file = {file:?}\n"))
}

/// The configuration of a new host: what has to be set, and the defaults of everything else as comments.
fn config_text(hostname: &str, store: &str) -> String {
    format!(
        "\
# Postward. Every key may also be set by an environment variable: POSTWARD_SERVER__HOSTNAME and so on.
# Commented-out lines show the defaults. `postward check --dir .` says what is wrong.

[server]
hostname = {hostname:?}
# data = \".\"                        # store, mail, control socket; relative to this file
# node = \"node-1\"                   # unique among the nodes of one store
# log = \"text\"                      # or \"json\"
# key_file = \"postward.keys\"        # keys of second factors and app passwords; back it up apart from the store

[store]
{store}
[tls]
# cert = \"tls/cert.pem\"             # the chain, in PEM; reread on SIGHUP
# key = \"tls/key.pem\"

[imap]
# tls = [\"0.0.0.0:993\"]
# starttls = [\"0.0.0.0:143\"]

[pop3]
# tls = [\"0.0.0.0:995\"]
# starttls = [\"0.0.0.0:110\"]

[smtp]
# tls = [\"0.0.0.0:465\"]
# starttls = [\"0.0.0.0:587\"]

[web]
# Dashboard, webmail and user panel. With a proxy in front that speaks TLS, leave out `tls`, let it ask `http`, and name
# it in `trusted_proxies`, or everybody's wrong passwords count together. It has to add the browser's address to
# X-Forwarded-For; nginx does with: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
tls = [\"0.0.0.0:443\"]
# http = [\"127.0.0.1:8080\"]
# trusted_proxies = []              # addresses and networks, like [\"127.0.0.1\", \"10.0.0.0/24\"]
# url = \"https://{hostname}\"   # the address browsers use

[lmtp]
# listen = [\"127.0.0.1:24\"]         # mail from outside, handed in by the MTA

[engine]
# kind = \"embedded\"                 # or \"remote\": url, ca, master_user, master_password_file

[relay]
# A server that carries letters of this host to addresses elsewhere; without one, those letters wait.
# host = \"smtp.example.com\"
# encryption = \"tls\"                # or \"starttls\"; \"none\" on this machine only
# port = 465
# user = \"postward\"
# password_file = \"relay-password\"  # or password
# ca = \"relay-ca.pem\"              # certificates to trust, where the usual ones will not do
# from = \"no-reply@{hostname}\"

[passwords]
# preset = \"trekmail\"               # 12 characters, upper, lower, digit; or \"emailarray\": 8 and a special one
# reconnect = \"5m\"                  # how long a mail app that reconnects costs no hash; \"0\" switches it off
"
    )
}
