//! Words from outside, before anybody sees them.

use cli_kit::escape;
use torrent_core::redact::redact;

/// Words from outside, fit for a terminal, without secrets, and in our style where the system speaks.
pub(crate) fn masked(text: &str) -> String {
    escape(&redact(without_errno(text).as_bytes())).into_owned()
}

/// Without the numbers that the system's messages end in: ` (os error 111)`. What follows stays.
fn without_errno(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        match part.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(')') {
            Some(rest) => text + rest,
            None => text + " (os error " + part,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_from_outside_are_tamed() {
        let cases = [
            ("http://t.example/0123456789abcdef/announce: no", "http://t.example/***/announce: no"),
            ("http://t/a?passkey=x y\u{202e}\x1b", "http://t/a?passkey=*** y\\u{202e}\\x1b"),
            ("Connection refused (os error 111)", "Connection refused"),
            (
                "Connection refused (os error 111): it is asked again in 4 s",
                "Connection refused: it is asked again in 4 s",
            ),
            ("a (os error 2): b (os error 13), c", "a: b, c"),
            ("its file (os error is its name", "its file (os error is its name"),
        ];
        for (text, expected) in cases {
            assert_eq!(masked(text), expected);
        }
    }
}
