//! Titles as names of files: one component, which nothing on any system takes for something else.

/// A title as the name of a file, without an ending. At most 180 bytes, so that what follows has room.
pub(super) fn of_title(title: &str) -> String {
    let tame = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) || is_unseen(c) { '_' } else { c };
    let name: String = title.chars().map(tame).collect();
    let name = name.trim().trim_start_matches(['.', '-']).trim();
    let name = name[..name.floor_char_boundary(LONGEST)].trim_end_matches(['.', ' ']);
    match name {
        "" => "untitled".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Characters that turn the direction of writing, with which `exe.mp4` may look like something else, and those that nobody sees.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Windows has devices of these names, whatever the ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_port =
        |port: &str| stem.strip_prefix(port).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']));
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || is_port("COM") || is_port("LPT")
}

const LONGEST: usize = 180;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_title_is_one_harmless_component() {
        for (title, name) in [
            ("demo 1.0", "demo 1.0"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("..", "untitled"),
            ("", "untitled"),
            ("-rf", "rf"),
            ("a/b\\c\0d\ne", "a_b_c_d_e"),
            (" . hidden", "hidden"),
            ("x\u{202e}4pm.exe", "x_4pm.exe"),
            ("dots...", "dots"),
            ("\u{feff}", "_"),
            ("a\u{61c}\u{200b}\u{2028}\u{e0041}", "a____"),
            ("CON", "_CON"),
            ("nul .tar.gz", "_nul .tar.gz"),
            ("com1", "_com1"),
            ("com10 console", "com10 console"),
        ] {
            assert_eq!(of_title(title), name, "{title:?}");
        }
        assert_eq!(of_title(&"ü".repeat(200)).len(), 180);
    }
}
