//! What was secret while a host was driven, and where it may stand: in the one answer that shows it, in the letter that
//! carries it, in the key file. Everywhere else it is a leak.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use hyper::header::SET_COOKIE;
use postward_testclient::{HttpClient, Page};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Where a secret may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nowhere: people brought it themselves.
    Nowhere,
    /// In one answer, which shows it.
    OneAnswer,
    /// In the letters of this Maildir that carry it, and in the answers to whoever brings it along.
    Letters,
    /// In the key file.
    KeyFile,
}

/// Something secret, in every writing it could be found in.
struct Canary {
    what: String,
    place: Place,
    needles: BTreeSet<Vec<u8>>,
    /// Six digits stand in a log for much else: they count where nothing is written next to them.
    alone: bool,
    /// The Maildir its letter lies in.
    maildir: Option<PathBuf>,
}

/// An answer of the pages or of a command, and what was asked.
struct Answer {
    asked: String,
    said: Vec<u8>,
}

#[derive(Default)]
struct Records {
    canaries: Vec<Canary>,
    answers: Vec<Answer>,
}

/// Knows every secret and every answer, and finds the one in the other. Clones share what they know.
#[derive(Clone, Default)]
pub(crate) struct LeakScanner(Arc<Mutex<Records>>);

impl LeakScanner {
    /// Something people type: a password, a code of letters.
    pub(crate) fn text(&self, what: &str, place: Place, text: &str) {
        self.put(what, place, encodings(text), None);
    }

    /// A password, as mail apps send it too.
    pub(crate) fn password(&self, address: &str, text: &str) {
        self.text(&format!("a password of {address}"), Place::Nowhere, text);
        self.sasl(address, text);
    }

    /// What a mail app makes of a password (RFC 4616).
    pub(crate) fn sasl(&self, address: &str, text: &str) {
        let encoded = BASE64_STANDARD.encode(format!("\0{address}\0{text}"));
        self.put("AUTH PLAIN", Place::Nowhere, [encoded.into_bytes()].into(), None);
    }

    /// Bytes, with the text they are known by.
    pub(crate) fn bytes(&self, what: &str, place: Place, text: &str, bytes: &[u8]) {
        let mut needles = encodings(text);
        needles.extend(dumps(bytes));
        self.put(what, place, needles, None);
    }

    /// The seed of an authenticator, as it was shown for typing.
    pub(crate) fn seed(&self, typed: &str) {
        self.bytes("a seed", Place::OneAnswer, typed, &base32(typed));
    }

    /// Six digits.
    pub(crate) fn code(&self, digits: &str) {
        self.put("a code", Place::Nowhere, [digits.as_bytes().to_vec()].into(), None);
        if let Some(canary) = self.records().canaries.iter_mut().find(|canary| canary.is(digits)) {
            canary.alone = true;
        }
    }

    /// The token of a mailed link, and the Maildir its letter lies in; none for a letter that is not out.
    pub(crate) fn token(&self, token: &str, maildir: Option<PathBuf>) {
        let raw = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
        let mut needles = encodings(token);
        needles.extend(dumps(&raw));
        self.put("the token of a link", Place::Letters, needles, maildir);
    }

    /// Whether this is known already.
    pub(crate) fn knows(&self, text: &str) -> bool {
        self.records().canaries.iter().any(|canary| canary.is(text))
    }

    fn put(&self, what: &str, place: Place, needles: BTreeSet<Vec<u8>>, maildir: Option<PathBuf>) {
        let mut records = self.records();
        if !records.canaries.iter().any(|canary| canary.needles.is_superset(&needles)) {
            records.canaries.push(Canary { what: what.to_owned(), place, needles, alone: false, maildir });
        }
    }

    fn records(&self) -> std::sync::MutexGuard<'_, Records> {
        self.0.lock().unwrap()
    }

    /// An answer, and the secrets every page has: cookies, and what makes its forms its own.
    pub(crate) fn record_answer(&self, asked: String, said: Vec<u8>) {
        self.records().answers.push(Answer { asked, said });
    }

    fn record_page(&self, asked: String, page: &Page) {
        let mut said = Vec::new();
        for (name, value) in &page.headers {
            said.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\n"].concat());
        }
        for cookie in page.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if !value.is_empty() && !["postward-receipt", "postward-theme"].contains(&name) {
                self.text(name, Place::OneAnswer, value);
            }
        }
        for field in page.body.split("name=\"csrf\" value=\"").skip(1) {
            let value = field.split('"').next().unwrap();
            // Nobody is signed in there.
            if !value.is_empty() {
                self.text("csrf", Place::OneAnswer, value);
            }
        }
        said.extend_from_slice(page.body.as_bytes());
        self.record_answer(asked, said);
    }

    /// Ends the test if a text holds a secret.
    pub(crate) fn assert_log_is_clean(&self, log: &str) {
        let records = self.records();
        let index = Index::of(&records.canaries);
        for line in log.lines() {
            // The time, whose fractions of a second look like codes.
            let line = line.split_once(' ').map_or(line, |(_, rest)| rest);
            if let Some(at) = index.first(line.as_bytes()) {
                panic!("{} is in the log: {line}", records.canaries[at].what);
            }
        }
    }

    /// Ends the test if an answer holds a secret that it does not show for the first time.
    pub(crate) fn assert_answers_are_clean(&self) {
        let records = self.records();
        let index = Index::of(&records.canaries);
        let mut shown: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for Answer { asked, said } in &records.answers {
            for at in index.all(said) {
                let canary = &records.canaries[at];
                let brought = canary.place == Place::Letters && canary.is_in(asked.as_bytes());
                if !brought {
                    shown.entry(at).or_default().push(asked);
                }
            }
        }
        for (at, canary) in records.canaries.iter().enumerate() {
            let answers = shown.get(&at).map_or(&[][..], Vec::as_slice);
            let expected = usize::from(canary.place == Place::OneAnswer);
            let answers: Vec<_> = answers.iter().map(|asked| asked.split('\n').next().unwrap()).collect();
            assert_eq!(answers.len(), expected, "{} stands in the answers to {answers:?}", canary.what);
        }
    }

    /// Ends the test if a file below a directory holds a secret that does not belong there. In `old` files no codes are
    /// looked for: there are six digits in many a mail. Returns how many files were looked at.
    pub(crate) fn assert_files_are_clean(&self, dir: &Path, old: &BTreeSet<PathBuf>) -> usize {
        let records = self.records();
        let index = Index::of(&records.canaries);
        let (files, mut in_letters) = (files(dir), BTreeSet::new());
        for file in &files {
            // Files come and go while a host runs.
            let Ok(bytes) = fs::read(file) else { continue };
            for at in index.all(&bytes) {
                let canary = &records.canaries[at];
                let may = match canary.place {
                    Place::KeyFile => file.file_name().is_some_and(|name| name == "postward.keys"),
                    Place::Letters => canary.maildir.as_ref().is_some_and(|of| file.starts_with(of)),
                    Place::Nowhere | Place::OneAnswer => canary.alone && old.contains(file),
                };
                assert!(may, "{} is in {}", canary.what, file.display());
                if canary.place == Place::Letters {
                    assert!(in_letters.insert(at), "{} is in two letters", canary.what);
                }
            }
        }
        files.len()
    }
}

impl Canary {
    fn is(&self, text: &str) -> bool {
        self.needles.contains(text.as_bytes())
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        self.needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == needle))
    }
}

/// Every file below a directory.
pub(crate) fn files(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.insert(entry.path());
        }
    }
    found
}

/// The needles by their first two bytes, so that one walk over a file finds them all.
struct Index<'a> {
    by_two: Vec<Vec<(usize, &'a [u8], bool)>>,
}

impl<'a> Index<'a> {
    fn of(canaries: &'a [Canary]) -> Self {
        let mut by_two = vec![Vec::new(); 1 << 16];
        for (at, canary) in canaries.iter().enumerate() {
            for needle in &canary.needles {
                assert!(needle.len() > 5, "{} is too short to be looked for", canary.what);
                by_two[two(needle)].push((at, needle.as_slice(), canary.alone));
            }
        }
        Self { by_two }
    }

    fn all(&self, bytes: &[u8]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for at in 1..bytes.len() {
            let from = at - 1;
            for (canary, needle, alone) in &self.by_two[two(&bytes[from..])] {
                if bytes[from..].starts_with(needle) && (!alone || stands_alone(bytes, from, needle.len())) {
                    found.insert(*canary);
                }
            }
        }
        found
    }

    fn first(&self, bytes: &[u8]) -> Option<usize> {
        self.all(bytes).into_iter().next()
    }
}

fn two(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

fn stands_alone(bytes: &[u8], from: usize, len: usize) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'#');
    let before = from.checked_sub(1).and_then(|at| bytes.get(at));
    !before.is_some_and(part) && !bytes.get(from + len).is_some_and(part)
}

/// A text as people, forms, addresses, dumps and mail apps write it.
fn encodings(text: &str) -> BTreeSet<Vec<u8>> {
    let bare = text.replace([' ', '-'], "");
    let mut all = vec![text.to_owned(), text.replace(' ', "%20"), text.replace(' ', "+")];
    // What is told apart by case alone is only looked for as it is.
    if text.chars().all(|c| c.is_ascii_uppercase() || !c.is_ascii_alphabetic())
        || text.chars().all(|c| c.is_ascii_lowercase() || !c.is_ascii_alphabetic())
    {
        all.extend([bare.to_lowercase(), bare.to_uppercase(), text.to_lowercase(), text.to_uppercase()]);
    }
    let dumps = dumps(text.as_bytes()).into_iter().chain(dumps(bare.as_bytes()).into_iter().skip(1));
    all.into_iter().map(String::into_bytes).chain(dumps).collect()
}

/// Bytes as they are, and as dumps and encodings write them.
fn dumps(bytes: &[u8]) -> Vec<Vec<u8>> {
    let encoded = [
        hex(bytes),
        hex(bytes).to_uppercase(),
        BASE64_STANDARD_NO_PAD.encode(bytes),
        BASE64_URL_SAFE_NO_PAD.encode(bytes),
        format!("{bytes:?}").trim_matches(['[', ']']).to_owned(),
    ];
    [bytes.to_vec()].into_iter().chain(encoded.map(String::into_bytes)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// RFC 4648 §6.
fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for c in text.bytes().filter(|c| *c != b' ') {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == c).unwrap();
        bits = bits << 5 | u32::try_from(value).unwrap();
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}

/// A browser whose every answer is recorded.
pub(crate) struct ScannedClient {
    browser: HttpClient,
    scanner: LeakScanner,
}

impl ScannedClient {
    pub(crate) fn new(browser: HttpClient, scanner: &LeakScanner) -> Self {
        Self { browser, scanner: scanner.clone() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        let page = self.browser.get(path).await.unwrap();
        self.scanner.record_page(format!("GET {path}"), &page);
        page
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.browser.post(path, fields).await.unwrap();
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.scanner.record_page(format!("POST {path}\n{}", fields.join("\n")), &page);
        page
    }

    /// Sends a form of a page, with what the page put into it unseen.
    pub(crate) async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(page).await;
        let all: Vec<_> = page.hidden_fields().into_iter().chain(fields.iter().copied()).collect();
        self.post(action, &all).await
    }
}

#[test]
fn a_secret_is_found_in_any_writing() {
    let scanner = LeakScanner::default();
    scanner.text("letters", Place::OneAnswer, "abcd efgh ijkl mnop");
    scanner.text("recovery", Place::OneAnswer, "ABCD-2345-WXYZ");
    scanner.text("password", Place::Nowhere, "Cinnamon-Window-73");
    scanner.seed("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    scanner.code("123456");
    let check = |text: &str, expected: &[&str]| {
        let records = scanner.records();
        let found = Index::of(&records.canaries).all(text.as_bytes());
        let found: Vec<_> = found.into_iter().map(|at| records.canaries[at].what.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("password=abcd+efgh+ijkl+mnop&x", &["letters"]);
    check("ABCDEFGHIJKLMNOP", &["letters"]);
    check("YWJjZGVmZ2hpamtsbW5vcA", &["letters"]);
    check("code abcd2345wxyz", &["recovery"]);
    check(
        "[67, 105, 110, 110, 97, 109, 111, 110, 45, 87, 105, 110, 100, 111, 119, 45, 55, 51]",
        &["password"],
    );
    check("cinnamon-window-73", &[]);
    check("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", &["a seed"]);
    check("12345678901234567890", &["a seed"]);
    check("3132333435363738393031323334353637383930", &["a seed"]);
    check("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", &["a seed"]);
    check("[49, 50, 51, 52, 53, 54, 55, 56, 57, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 48]", &["a seed"]);
    check("code=123456&x", &["a code"]);
    check("0.123456 and 1234567 and a123456", &[]);
}
