//! The POP3 commands of the TRANSACTION state (RFC 1939 §5, §7; RFC 2449).

/// RFC 2449 §4: 255 octets, line end included.
pub(super) const MAX_LINE: usize = 253;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Stat,
    List(Option<usize>),
    Uidl(Option<usize>),
    Retr(usize),
    Top(usize, usize),
    Dele(usize),
    Noop,
    Rset,
    Capa,
    Quit,
}

impl Command {
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(line).ok()?.split(' ').filter(|word| !word.is_empty());
        let keyword = words.next()?.to_ascii_uppercase();
        let mut numbers = words.map(|word| word.parse::<usize>());
        let (first, second) = (numbers.next().transpose().ok()?, numbers.next().transpose().ok()?);
        if numbers.next().is_some() {
            return None;
        }
        Some(match (keyword.as_str(), first, second) {
            ("STAT", None, None) => Self::Stat,
            ("LIST", number, None) => Self::List(number),
            ("UIDL", number, None) => Self::Uidl(number),
            ("RETR", Some(number), None) => Self::Retr(number),
            ("TOP", Some(number), Some(lines)) => Self::Top(number, lines),
            ("DELE", Some(number), None) => Self::Dele(number),
            ("NOOP", None, None) => Self::Noop,
            ("RSET", None, None) => Self::Rset,
            ("CAPA", None, None) => Self::Capa,
            ("QUIT", None, None) => Self::Quit,
            _ => return None,
        })
    }
}
