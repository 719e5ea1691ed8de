//! Every section and key of `postward.toml`: what each holds, its default, what it is for. The reader takes no key that is
//! not listed here, and `docs/configuration.md` is made from this list (`cargo xtask docs`).

/// A section and its keys, in the order in which they are read and errors list them.
pub(super) struct SectionSettings {
    pub(super) name: &'static str,
    /// What the section is about, in one sentence.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by `cargo xtask docs` and by the tests"))]
    pub(super) about: &'static str,
    pub(super) settings: &'static [Setting],
}

/// One key.
pub(super) struct Setting {
    pub(super) key: &'static str,
    /// The default as it would be written in the file; in round brackets where no fixed value can be written down.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by `cargo xtask docs` and by the tests"))]
    pub(super) default: &'static str,
    /// What the key is for, and the reason of its default.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by `cargo xtask docs` and by the tests"))]
    pub(super) about: &'static str,
}

const fn section(name: &'static str, about: &'static str, settings: &'static [Setting]) -> SectionSettings {
    SectionSettings { name, about, settings }
}

const fn setting(key: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { key, default, about }
}

/// The keys of a section; none where there is no such section.
pub(super) fn keys(section: &str) -> Vec<&'static str> {
    let section = SECTIONS.iter().find(|listed| listed.name == section);
    section.map_or_else(Vec::new, |section| section.settings.iter().map(|setting| setting.key).collect())
}

/// The names of the sections.
pub(super) fn section_names() -> Vec<&'static str> {
    SECTIONS.iter().map(|section| section.name).collect()
}

pub(super) const SECTIONS: &[SectionSettings] = &[
    section(
        "server",
        "The host itself.",
        &[
            setting(
                "hostname",
                "\"localhost\"",
                "The name this host gives itself in greetings, letters and on pages.",
            ),
            setting(
                "data",
                "(the directory of the file)",
                "Where store, mail, lock and control socket are. Relative paths start at the directory of the file.",
            ),
            setting(
                "node",
                "\"node-1\"",
                "The name of this node, unique among the nodes that share one store.",
            ),
            setting(
                "log",
                "\"text\"",
                "How the log is written: `\"text\"`, or `\"json\"` with one object for each event.",
            ),
            setting(
                "key_file",
                "(`postward.keys` in `data`)",
                "The keys under which second factors are sealed and app passwords and mailed links are hashed. Nodes that \
                 share a store share the file. Back it up, apart from the database.",
            ),
        ],
    ),
    section(
        "store",
        "Where credentials, sessions and the directory of mailboxes are kept.",
        &[
            setting(
                "kind",
                "\"sqlite\"",
                "`\"sqlite\"`, or `\"postgres\"` where several nodes serve one host.",
            ),
            setting("path", "(`postward.db` in `data`)", "The file of SQLite."),
            setting(
                "url",
                "(none)",
                "The address of PostgreSQL, like `\"postgres://postward@db.example.com/postward\"`. It may hold a password: \
                 better in `url_file` or in the environment.",
            ),
            setting("url_file", "(none)", "A file that holds that address, instead of `url`."),
        ],
    ),
    section(
        "tls",
        "The certificate that every TLS listener shows. It is read again on SIGHUP.",
        &[
            setting(
                "cert",
                "(`tls/cert.pem` in `data`)",
                "The chain in PEM, the host's own certificate first.",
            ),
            setting("key", "(`tls/key.pem` in `data`)", "Its private key in PEM."),
        ],
    ),
    section(
        "imap",
        "Where IMAP is served.",
        &[
            setting("tls", "[\"0.0.0.0:993\"]", "Addresses with TLS from the first byte (RFC 8314)."),
            setting(
                "starttls",
                "[\"0.0.0.0:143\"]",
                "Addresses that begin in clear; no password is taken before STARTTLS.",
            ),
            setting(
                "plain",
                "[]",
                "Addresses on which passwords are taken without TLS as well. Loopback only: what reaches them from outside \
                 could be read on its way.",
            ),
        ],
    ),
    section(
        "pop3",
        "Where POP3 is served.",
        &[
            setting("tls", "[\"0.0.0.0:995\"]", "As in `[imap]`."),
            setting("starttls", "[\"0.0.0.0:110\"]", "As in `[imap]`, with STLS (RFC 2595)."),
            setting("plain", "[]", "As in `[imap]`."),
        ],
    ),
    section(
        "smtp",
        "Where mail programs submit mail.",
        &[
            setting("tls", "[\"0.0.0.0:465\"]", "As in `[imap]`."),
            setting("starttls", "[\"0.0.0.0:587\"]", "As in `[imap]`."),
            setting("plain", "[]", "As in `[imap]`."),
        ],
    ),
    section(
        "web",
        "Where the dashboard, the user panel and the webmail are served.",
        &[
            setting(
                "http",
                "[\"127.0.0.1:8080\"]",
                "Addresses for plain HTTP. Loopback only: for a proxy in front.",
            ),
            setting("tls", "[]", "Addresses for HTTPS, with the certificate of `[tls]`."),
            setting(
                "url",
                "(`https://` and the host name)",
                "The address browsers use, without a path. Links in letters begin with it, and forms sent from elsewhere \
                 are refused.",
            ),
            setting(
                "trusted_proxies",
                "[]",
                "Proxies whose `X-Forwarded-For` is believed, as addresses or networks. Without it all browsers behind a \
                 proxy are one address, and share one limit of wrong passwords.",
            ),
        ],
    ),
    section(
        "lmtp",
        "Where mail from outside is delivered (RFC 2033).",
        &[setting(
            "listen",
            "[\"127.0.0.1:24\"]",
            "Addresses of the LMTP listener. It asks for no sign-in: keep it inside.",
        )],
    ),
    section(
        "engine",
        "The server that keeps the mail.",
        &[
            setting(
                "kind",
                "\"embedded\"",
                "`\"embedded\"`, or `\"remote\"` for an IMAP server you run already.",
            ),
            setting(
                "url",
                "(none)",
                "Where the remote engine listens: `\"imaps://host:993\"` or `\"imap://127.0.0.1:143\"`.",
            ),
            setting("ca", "(none)", "The certificates to trust for `imaps://`, in PEM."),
            setting(
                "master_user",
                "(none)",
                "The master user of the remote engine, who may sign in on behalf of others.",
            ),
            setting("master_password_file", "(none)", "A file that holds the master user's password."),
        ],
    ),
    section(
        "relay",
        "The server that takes letters of this host to addresses elsewhere, and their sender.",
        &[
            setting("host", "(none)", "Its name or address. Without it such letters wait."),
            setting("port", "(465, 587 or 25, by `encryption`)", "Its port."),
            setting(
                "encryption",
                "\"tls\"",
                "`\"tls\"` from the first byte, `\"starttls\"`, or `\"none\"` for a server on this machine.",
            ),
            setting(
                "ca",
                "(none)",
                "The certificates to trust, in PEM, where the public authorities do not do.",
            ),
            setting("user", "(none)", "What this host signs in with."),
            setting("password", "(none)", "Its password: better in `password_file` or in the environment."),
            setting("password_file", "(none)", "A file of one line that holds the password."),
            setting("from", "(`no-reply@` and the host name)", "The sender of the letters."),
        ],
    ),
    section(
        "limits",
        "What a connection may cost before anybody has signed in on it, and how long things may take.",
        &[
            setting(
                "strangers",
                "4096",
                "Connections that have not signed in yet, over all listeners. A further one takes the slot of the oldest.",
            ),
            setting(
                "strangers_per_network",
                "64",
                "The same for one network (/24 of IPv4, /48 of IPv6). Loopback is exempt.",
            ),
            setting(
                "stranger_bytes",
                "65536",
                "Bytes read from one connection before sign-in. A sign-in needs a few hundred.",
            ),
            setting("stranger_commands", "100", "Commands before sign-in: a busy app needs about ten."),
            setting(
                "stranger_bad_commands",
                "10",
                "Wrong commands before sign-in: a client of another protocol is never right.",
            ),
            setting(
                "failed_sign_ins",
                "5",
                "Refused sign-ins on one connection: enough to try each SASL mechanism.",
            ),
            setting("message_mib", "50", "The largest message that is accepted, in MiB (RFC 1870)."),
            setting(
                "handshake",
                "\"15s\"",
                "How long the TLS handshake may take: three round trips over a bad line.",
            ),
            setting(
                "sign_in",
                "\"60s\"",
                "From the accept to the answer to the sign-in, whatever happens meanwhile.",
            ),
            setting("stranger_idle", "\"30s\"", "Silence between two commands before sign-in."),
            setting("drain", "\"10s\"", "How long sessions have to end when the server shuts down."),
            setting(
                "unread",
                "\"5m\"",
                "How long sent bytes may stay unacknowledged before the connection is dropped.",
            ),
            setting(
                "keepalive",
                "\"4m\"",
                "Silence after which the kernel asks whether the client is still there: less than what most home routers \
                 remember a silent connection for.",
            ),
        ],
    ),
    section(
        "throttle",
        "What wrong passwords cost whoever sends them. An owner is never locked out by somebody else's guessing.",
        &[
            setting(
                "refusal_after",
                "\"800ms\"",
                "No refusal is answered sooner, whatever its reason: the time tells nothing.",
            ),
            setting(
                "per_network",
                "100",
                "Distinct wrong passwords from one network within `window`, over all mailboxes.",
            ),
            setting(
                "per_mailbox",
                "10",
                "Distinct wrong passwords at one mailbox from one network within `window`.",
            ),
            setting("window", "\"10m\"", "How long wrong passwords are remembered, at least."),
            setting(
                "besieged_wait",
                "\"3s\"",
                "How often one attempt beyond the limits is looked at all the same, where it comes from a network the \
                 mailbox was signed in from.",
            ),
        ],
    ),
    section(
        "passwords",
        "Which passwords are accepted and how they are hashed.",
        &[
            setting(
                "preset",
                "\"trekmail\"",
                "`\"trekmail\"`: 12 characters with an uppercase letter, a lowercase letter and a digit. `\"emailarray\"`: 8, \
                 with a special character too.",
            ),
            setting(
                "argon2_memory_kib",
                "19456",
                "Memory of one argon2id hash in KiB (OWASP's minimum). Old hashes are made \
                 anew at the next sign-in.",
            ),
            setting("argon2_passes", "2", "Passes over that memory."),
            setting("hashes_at_once", "0", "Hashes computed at once; 0 is one for each core."),
            setting(
                "hashes_waiting",
                "256",
                "Sign-ins that may wait for a hash in each lane: about five seconds on two cores.",
            ),
            setting(
                "reconnect",
                "\"5m\"",
                "How long a verified password is remembered for mail apps that reconnect, in memory and for one credential \
                 epoch only. `\"0\"` switches it off.",
            ),
        ],
    ),
];
