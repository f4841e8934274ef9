//! What ARCHITECTURE.md names is there: a file that was moved or removed is not named any more.

use std::path::PathBuf;

/// Files and folders that a page names in backticks and that end none of `paths`.
pub fn named_in_vain(page: &str, paths: &[PathBuf]) -> Vec<String> {
    let is_file = |word: &&str| [".rs", ".py", ".md"].iter().any(|end| word.ends_with(end));
    let is_there = |word: &str| {
        let word = word.trim_end_matches('/');
        paths.iter().any(|path| path.ancestors().any(|around| around.ends_with(word)))
    };
    let words = page.split('`').skip(1).step_by(2);
    let named =
        words.filter(|word| !word.contains(char::is_whitespace) && (is_file(word) || word.ends_with('/')));
    named.filter(|word| !is_there(word)).map(|word| format!("`{word}` is not there")).collect()
}
