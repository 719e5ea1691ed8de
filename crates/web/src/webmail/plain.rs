//! Header text from outside, cleaned for a line of a page: no control characters, no bidirectional overrides.

/// The text without what could disturb the line it is shown in: control characters, and the marks that turn the
/// direction of writing around (with them `exe.pdf` can be a program).
pub(super) fn plain(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let kept: String = text.chars().filter(|c| !c.is_control() && !turns(*c)).collect();
    kept.trim().to_owned()
}
