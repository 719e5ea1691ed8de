//! Text from outside, made safe for one line of a page, a notice or a log.

use alloc::borrow::ToOwned;
use alloc::string::String;

/// The text without the characters that could disturb the line it is shown in, and without white space around it.
///
/// Left out are control characters, the separators of lines and paragraphs, and everything with the property `Bidi_Control`
/// (UAX #9 §2): it turns the direction of writing around, and with it `exe.pdf` can be a program.
pub fn single_line(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !disturbs_a_line(*c)).collect();
    kept.trim().to_owned()
}

fn disturbs_a_line(c: char) -> bool {
    // In this order: line and paragraph separator; marks, embeddings, overrides and isolates of directions.
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::single_line;

    #[test]
    fn nothing_breaks_a_line_or_turns_it_around() {
        assert_eq!(single_line(" a\r\nBcc: b\t\0\u{7f}\u{85} "), "aBcc: b");
        let turned = "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\
                      \u{2066}\u{2067}\u{2068}\u{2069}";
        assert_eq!(single_line(turned), "");
        assert_eq!(single_line("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        // Joiners are part of words and of emoji.
        assert_eq!(single_line("क्\u{200d}ष 👩\u{200d}💻 עברית"), "क्\u{200d}ष 👩\u{200d}💻 עברית");
    }
}
