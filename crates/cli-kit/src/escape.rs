//! Bytes from outside made safe to show: whatever could move the cursor, hide, or reorder text is spelled out.
//!
//! A text that is clean is shown as it is. Otherwise every character that does not print becomes `\n`, `\r`, `\t`,
//! `\x1b` (ASCII, and bytes that are not UTF-8) or `\u{202e}`, and every backslash is doubled. A text also counts as
//! not clean when it holds a backslash followed by one of `\`, `n`, `r`, `t`, `x`, `u`, for it would read as one of
//! these. So `a\b` stays, `C:\new` is shown as `C:\\new`, and no two names ever look the same.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What to show for these bytes; unambiguous (the rule is at the top of the file).
pub fn escape(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) if is_clean(text) => Cow::Borrowed(text),
        _ => Cow::Owned(spell_out(bytes, true)),
    }
}

/// [`escape`] for a path.
pub fn escape_path(path: &Path) -> Cow<'_, str> {
    escape(path.as_os_str().as_bytes())
}

/// A last guard before the terminal, for sentences whose parts were escaped already: backslashes stay single.
pub(crate) fn guard(sentence: &str) -> Cow<'_, str> {
    if sentence.chars().all(prints) {
        return Cow::Borrowed(sentence);
    }
    Cow::Owned(spell_out(sentence.as_bytes(), false))
}

/// Whether a terminal shows this character, and nothing else happens.
pub(crate) fn prints(c: char) -> bool {
    match c {
        ' '..='~' => true,
        '\0'..='\u{9f}' => false,
        // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul, Khmer and Mongolian characters without a shape.
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' => false,
        '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}' => false,
        // Zero width, left-to-right and right-to-left marks, separators, embeddings, overrides, isolates.
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => false,
        // Byte order mark, annotations, reserved.
        '\u{feff}' | '\u{fff0}'..='\u{fffb}' => false,
        // Egyptian, shorthand and music layout.
        '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => false,
        // Tags and supplementary variation selectors; the ordinary ones (U+FE0F) belong to common emoji and stay.
        '\u{e0000}'..='\u{e0fff}' => false,
        _ => !is_noncharacter(c),
    }
}

fn is_noncharacter(c: char) -> bool {
    let number = u32::from(c);
    number & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&number)
}

fn is_clean(text: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'\\';
    text.bytes().all(plain) || (text.chars().all(prints) && !looks_escaped(text.as_bytes()))
}

fn looks_escaped(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair[0] == b'\\' && b"\\nrtxu".contains(&pair[1]))
}

fn spell_out(bytes: &[u8], double_backslashes: bool) -> String {
    let mut shown = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' if double_backslashes => shown.push_str("\\\\"),
                c if prints(c) => shown.push(c),
                c => spell_char(&mut shown, c),
            }
        }
        for byte in chunk.invalid() {
            push(&mut shown, format_args!("\\x{byte:02x}"));
        }
    }
    shown
}

fn spell_char(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if c.is_ascii() => push(shown, format_args!("\\x{:02x}", u32::from(c))),
        c => push(shown, format_args!("\\u{{{:x}}}", u32::from(c))),
    }
}

fn push(shown: &mut String, piece: std::fmt::Arguments<'_>) {
    shown.write_fmt(piece).expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: impl AsRef<[u8]>, shown: &str) {
        assert_eq!(escape(bytes.as_ref()), shown);
    }

    #[test]
    fn printable_text_stays() {
        for text in
            ["", "plain name.iso", "naïve – 日本語 🎉 ❤\u{fe0f}", "tail\\", r"a\b\c", "\u{a0}", "\u{e000}"]
        {
            check(text, text);
            assert!(matches!(escape(text.as_bytes()), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn what_acts_on_a_terminal_or_hides_is_spelled_out() {
        check("a\nb\rc\td", r"a\nb\rc\td");
        check("\0\x1b[31m\x7f", r"\x00\x1b[31m\x7f");
        check("\u{9b}2J", r"\u{9b}2J");
        check("invoice\u{202e}gpj.exe", r"invoice\u{202e}gpj.exe");
        check("\u{61c}\u{200e}\u{2066}\u{2069}", r"\u{61c}\u{200e}\u{2066}\u{2069}");
        check("\u{2028}\u{2029}\u{200b}\u{feff}\u{ad}", r"\u{2028}\u{2029}\u{200b}\u{feff}\u{ad}");
        check("\u{e0001}\u{e0041}\u{fffe}\u{1ffff}\u{fdd0}", r"\u{e0001}\u{e0041}\u{fffe}\u{1ffff}\u{fdd0}");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_spelled_out() {
        check(b"a\xffb", r"a\xffb");
        check(b"\xed\xa0\x80", r"\xed\xa0\x80");
        check(b"cut \xe2\x82", r"cut \xe2\x82");
    }

    #[test]
    fn no_two_names_look_the_same() {
        check(r"C:\new", r"C:\\new");
        check(b"C:\new", r"C:\new");
        check(r"a\xff", r"a\\xff");
        check(b"a\\b\xff", r"a\\b\xff");
        check(r"a\\", r"a\\\\");
    }

    #[test]
    fn the_guard_leaves_what_was_escaped() {
        assert_eq!(guard(r"a\n`b`: bad"), r"a\n`b`: bad");
        assert_eq!(guard("a\\n\x1b[0m"), r"a\n\x1b[0m");
    }
}
