//! Titles as names of files: one component, which nothing on any system takes for something else.

/// A title as the name of a file, without an ending. At most 180 bytes, so that what follows has room.
pub(super) fn of_title(title: &str) -> String {
    let tame = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) || is_turning(c) { '_' } else { c };
    let name: String = title.chars().map(tame).collect();
    let name = name.trim().trim_start_matches(['.', '-']).trim();
    let name = name[..name.floor_char_boundary(LONGEST)].trim_end_matches(['.', ' ']);
    if name.is_empty() { "untitled".to_owned() } else { name.to_owned() }
}

/// Characters that turn the direction of writing: `exe.mp4` may look like something else with them.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
        ] {
            assert_eq!(of_title(title), name, "{title:?}");
        }
        assert_eq!(of_title(&"ü".repeat(200)).len(), 180);
    }
}
