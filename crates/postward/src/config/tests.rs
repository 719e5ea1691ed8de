//! Tests of the configuration: what each error says, and how the environment overrides the file.

#![expect(clippy::unwrap_used, reason = "a test that fails should stop where it fails")]

use super::settings::SECTIONS;
use super::{Encryption, parse};
use std::path::Path;

const FILE: &str = "/etc/postward/postward.toml";

/// What is said about a configuration; nothing when it is fine.
#[track_caller]
fn check(text: &str, expected: &str) {
    check_with(text, &[], expected);
}

#[track_caller]
fn check_with(text: &str, environment: &[(&str, &str)], expected: &str) {
    let environment = environment.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    let said =
        parse(Path::new(FILE), text, environment).map_or_else(|error| error.to_string(), |_| String::new());
    assert_eq!(said.strip_prefix("/etc/postward/").unwrap_or(&said), expected);
}

#[test]
fn an_empty_file_is_a_configuration() {
    let config = parse(Path::new(FILE), "", []).unwrap();
    assert_eq!(config.data, Path::new("/etc/postward"));
    assert_eq!(config.imap.tls[0].port(), 993);
    assert!(config.imap.plain.is_empty());
}

#[test]
fn the_defaults_in_the_list_of_settings_are_the_defaults() {
    let mut text = String::new();
    for section in SECTIONS {
        text += &format!("[{}]\n", section.name);
        let fixed = section.settings.iter().filter(|setting| !setting.default.starts_with('('));
        // How a relay is reached can be said only with a relay.
        for setting in fixed.filter(|setting| setting.key != "encryption") {
            text += &format!("{} = {}\n", setting.key, setting.default);
        }
    }
    let config = |text| format!("{:#?}", parse(Path::new(FILE), text, []).unwrap());
    assert_eq!(config(&text), config(""));
}

#[test]
fn every_setting_says_what_it_is_for() {
    for section in SECTIONS {
        assert!(section.about.ends_with('.'), "[{}]", section.name);
        for setting in section.settings {
            let last = setting.about.chars().next_back();
            assert!(matches!(last, Some('.')), "{}.{}: {}", section.name, setting.key, setting.about);
        }
    }
}

#[test]
fn a_wrong_value_is_told_with_file_line_key_and_what_was_expected() {
    check(
        "[server]\nhostname = \"mail.example.com\"\n\n[imap]\ntls = 993\n",
        "postward.toml, line 5: imap.tls should be a list of addresses like [\"0.0.0.0:993\", \"[::]:993\"], \
         but it is the number 993.",
    );
    check(
        "[server]\nhostname = \"mail example\"\n",
        "postward.toml, line 2: server.hostname should be a host name like \"mail.example.com\", but it is \
         \"mail example\".",
    );
    check(
        "[throttle]\nper_mailbox = 0\n",
        "postward.toml, line 2: throttle.per_mailbox should be a whole number from 1 to 1000000, but it is the \
         number 0.",
    );
    check(
        "[limits]\n\nsign_in = 60\n",
        "postward.toml, line 3: limits.sign_in should be a length of time like \"500ms\", \"30s\", \"10m\" or \
         \"2h\", but it is the number 60.",
    );
    check(
        "[passwords]\npreset = \"weak\"\n",
        "postward.toml, line 2: passwords.preset should be \"trekmail\" or \"emailarray\", but it is \"weak\".",
    );
}

#[test]
fn an_unknown_key_or_section_is_an_error() {
    check(
        "[store]\nkind = \"sqlite\"\nfile = \"x\"\n",
        "postward.toml, line 3: there is no key file in [store]; its keys are kind, path, url and url_file.",
    );
    check(
        "[imaps]\n",
        "postward.toml, line 1: there is no section [imaps]; the sections are server, store, tls, imap, pop3, \
         smtp, web, lmtp, engine, relay, limits, throttle and passwords.",
    );
    check(
        "hostname = \"mail.example.com\"\n",
        "postward.toml, line 1: hostname stands outside of a section, and every key belongs into one, like [server].",
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let said = parse(Path::new(FILE), "[server]\nhostname = \n", []).unwrap_err().to_string();
    assert!(said.starts_with("/etc/postward/postward.toml, line 2: this is not TOML ("), "{said}");
}

#[test]
fn the_environment_overlays_the_file() {
    let environment =
        [("POSTWARD_IMAP__TLS", "127.0.0.1:1993, [::1]:1993"), ("POSTWARD_SERVER__DATA", "mail")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = parse(Path::new(FILE), "[imap]\ntls = [\"0.0.0.0:993\"]\n", environment).unwrap();
    assert_eq!(config.imap.tls, ["127.0.0.1:1993".parse().unwrap(), "[::1]:1993".parse().unwrap()]);
    assert_eq!(config.data, Path::new("/etc/postward/mail"));
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    check_with(
        "",
        &[("POSTWARD_IMAP__TLS", "993")],
        "environment variable POSTWARD_IMAP__TLS: imap.tls should be a list of addresses like [\"0.0.0.0:993\", \
         \"[::]:993\"], but it is \"993\".",
    );
    check_with(
        "",
        &[("POSTWARD_IMAP__TSL", "127.0.0.1:993")],
        "environment variable POSTWARD_IMAP__TSL: there is no key tsl in [imap]; its keys are tls, starttls and \
         plain.",
    );
    check_with(
        "",
        &[("POSTWARD_IMAP_TLS", "127.0.0.1:993")],
        "environment variable POSTWARD_IMAP_TLS: its name should be POSTWARD_SECTION__KEY, with two underscores \
         between section and key.",
    );
}

#[test]
fn variables_of_other_programs_are_left_alone() {
    check_with("", &[("POSTWARD_BACKUP_HOST", "backup.example"), ("PATH", "/bin")], "");
}

#[test]
fn passwords_in_clear_stay_on_this_machine() {
    check(
        "[web]\nhttp = [\"0.0.0.0:8080\"]\n",
        "postward.toml, line 2: web.http should only name loopback addresses like \"127.0.0.1:8080\", but 0.0.0.0:8080 \
         can be reached from outside, where no password may travel without TLS.",
    );
    check(
        "[imap]\nplain = [\"127.0.0.1:1143\", \"192.0.2.1:143\"]\n",
        "postward.toml, line 2: imap.plain should only name loopback addresses like \"127.0.0.1:1143\", but \
         192.0.2.1:143 can be reached from outside, where no password may travel without TLS.",
    );
}

#[test]
fn trusted_proxies_are_addresses_and_networks() {
    check("[web]\ntrusted_proxies = [\"127.0.0.1\", \"::1\", \"10.0.0.0/24\", \"2001:db8::/48\"]\n", "");
    let environment =
        [("POSTWARD_WEB__TRUSTED_PROXIES".to_owned(), "127.0.0.1, ::ffff:10.0.0.0/120".to_owned())];
    let text = "[web]\ntrusted_proxies = [\"192.0.2.1\"]\n";
    let config = parse(Path::new(FILE), text, environment).unwrap();
    assert_eq!(config.web.trusted_proxies.to_string(), "127.0.0.1, 10.0.0.0/24");
    assert!(parse(Path::new(FILE), "", []).unwrap().web.trusted_proxies.is_empty());
}

#[test]
fn a_proxy_that_cannot_be_meant_is_told_with_its_entry() {
    check(
        "[web]\n\ntrusted_proxies = [\"127.0.0.1\", \"proxy.example\"]\n",
        "postward.toml, line 3: web.trusted_proxies should only name addresses or networks like \"127.0.0.1\" or \
         \"10.0.0.0/24\", but \"proxy.example\" is neither.",
    );
    check(
        "[web]\ntrusted_proxies = [\"10.0.0.7/24\"]\n",
        "postward.toml, line 2: web.trusted_proxies should only name addresses or networks like \"127.0.0.1\" or \
         \"10.0.0.0/24\", but \"10.0.0.7/24\" has bits set after the first 24.",
    );
    check(
        "[web]\ntrusted_proxies = 127\n",
        "postward.toml, line 2: web.trusted_proxies should be a list of addresses or networks like [\"127.0.0.1\", \
         \"10.0.0.0/24\"], but it is the number 127.",
    );
    check_with(
        "",
        &[("POSTWARD_WEB__TRUSTED_PROXIES", "127.0.0.1, 0.0.0.0/0")],
        "environment variable POSTWARD_WEB__TRUSTED_PROXIES: web.trusted_proxies should only name addresses or \
         networks like \"127.0.0.1\" or \"10.0.0.0/24\", but \"0.0.0.0/0\" is everybody.",
    );
}

#[test]
fn a_host_that_promises_tls_and_speaks_none_is_behind_a_proxy() {
    let check = |text: &str, expected: bool| {
        assert_eq!(parse(Path::new(FILE), text, []).unwrap().is_behind_proxy(), expected, "{text:?}");
    };
    check("[server]\nhostname = \"mail.example.com\"\n", true);
    check("[web]\nurl = \"https://mail.example.com\"\n", true);
    check("[server]\nhostname = \"mail.example.com\"\n[web]\ntls = [\"0.0.0.0:443\"]\n", false);
    check("[server]\nhostname = \"mail.example.com\"\n[web]\nhttp = []\n", false);
    check("", false);
}

#[test]
fn keys_that_belong_together_are_asked_for_together() {
    check(
        "[engine]\nkind = \"remote\"\nurl = \"imap://127.0.0.1:143\"\n",
        "postward.toml, line 2: engine.kind is \"remote\", which also needs url, master_user and \
         master_password_file.",
    );
    check(
        "[store]\nkind = \"postgres\"\n",
        "postward.toml, line 2: store.kind is \"postgres\", which takes either url or url_file, and no path.",
    );
}

#[test]
fn a_relay_is_a_host_and_what_it_needs() {
    let text = "[server]\nhostname = \"mail.example.com\"\n[relay]\nhost = \"smtp.example.net\"\n";
    let environment = [("POSTWARD_RELAY__USER", "us"), ("POSTWARD_RELAY__PASSWORD", "Canary-Relay")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mailer = parse(Path::new(FILE), text, environment).unwrap().mailer;
    assert_eq!(mailer.from, "no-reply@mail.example.com");
    assert!(!format!("{mailer:?}").contains("Canary"), "{mailer:?}");
    let relay = mailer.relay.unwrap();
    assert_eq!(
        (relay.host.as_str(), relay.port, relay.encryption),
        ("smtp.example.net", 465, Encryption::Tls)
    );
    assert_eq!(relay.credentials.unwrap().password.expose(), "Canary-Relay");
    check("[relay]\nhost = \"127.0.0.1\"\nencryption = \"none\"\nfrom = \"post@example.com\"\n", "");
}

#[test]
fn a_relay_that_cannot_be_meant_is_told_and_its_password_is_not() {
    check(
        "[relay]\nhost = \"smtp.example.net\"\nencryption = \"none\"\n",
        "postward.toml, line 3: relay.encryption should be \"tls\" or \"starttls\": smtp.example.net is another \
         machine, and letters with links in them do not travel in clear.",
    );
    check(
        "[relay]\nport = 465\n",
        "postward.toml, line 1: relay.host is missing, and without it there is no relay.",
    );
    check(
        "[relay]\nhost = \"smtp.example.net\"\nuser = \"us\"\n",
        "postward.toml, line 3: relay.user is given, which also needs password or password_file.",
    );
    check(
        "[relay]\nhost = \"smtp.example.net\"\nuser = \"us\"\npassword = 12345\n",
        "postward.toml, line 4: relay.password should be a text in quotes, but it is something else.",
    );
}
