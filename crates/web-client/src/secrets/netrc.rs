//! Logins as ftp, curl and wget read them.

use super::BadSecrets;

/// A user of a host.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) host: String,
    pub(super) user: String,
    pub(super) password: String,
}

/// The logins of a file, in its order. A macro ends at an empty line.
pub(super) fn read(text: &str) -> Result<Vec<Login>, BadSecrets> {
    let text = without_macros(text);
    let lines = text.iter().filter(|(_, line)| !line.trim_start().starts_with('#'));
    let mut words = lines.flat_map(|(at, line)| line.split_whitespace().map(move |word| (*at, word)));
    let mut logins: Vec<Login> = Vec::new();
    // What `default` says is for nobody.
    let mut is_default = false;
    while let Some((line, word)) = words.next() {
        let bad = |why| BadSecrets { line, why };
        if word == "default" {
            is_default = true;
            continue;
        }
        let (_, value) = words.next().ok_or(bad("a word without its value"))?;
        match word {
            "machine" => {
                is_default = false;
                logins.push(Login { host: value.to_owned(), user: String::new(), password: String::new() });
            }
            "login" | "password" | "account" if is_default => {}
            "login" | "password" | "account" => {
                let login = logins.last_mut().ok_or(bad("`machine` must come first"))?;
                match word {
                    "login" => value.clone_into(&mut login.user),
                    "password" => value.clone_into(&mut login.password),
                    _ => {}
                }
            }
            _ => return Err(bad("none of `machine`, `login`, `password`, `account`, `default`, `macdef`")),
        }
    }
    Ok(logins)
}

fn without_macros(text: &str) -> Vec<(usize, &str)> {
    let mut is_macro = false;
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let mut keeps = |(_, line): &(usize, &str)| {
        is_macro = !line.trim().is_empty() && (is_macro || line.trim_start().starts_with("macdef"));
        !is_macro
    };
    lines.filter(|line| keeps(line)).collect()
}
