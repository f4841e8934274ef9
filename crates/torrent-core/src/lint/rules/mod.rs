//! Every code with its title, where it comes from, and what to do.

mod content;
mod metadata;
mod refused;

/// What a code means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rule {
    /// The code, as findings have it.
    pub code: &'static str,
    /// What it says, in a few words.
    pub title: &'static str,
    /// Where it comes from: a BEP and its section, or a program and its limit.
    pub source: &'static str,
    /// What it is, why it matters and what to do.
    pub text: &'static str,
}

/// Every rule: what is refused, then metadata, then files; in each by severity.
pub const RULES: &[Rule] = &joined::<COUNT>([refused::RULES, metadata::RULES, content::RULES]);

/// The rule of a code, upper or lower case.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

const COUNT: usize = refused::RULES.len() + metadata::RULES.len() + content::RULES.len();

const fn joined<const N: usize>(parts: [&[Rule]; 3]) -> [Rule; N] {
    let mut all = [parts[0][0]; N];
    let (mut part, mut place, mut next) = (0, 0, 0);
    while next < N {
        if place == parts[part].len() {
            (part, place) = (part + 1, 0);
        } else {
            all[next] = parts[part][place];
            (place, next) = (place + 1, next + 1);
        }
    }
    all
}

/// For tables that read like tables.
const fn of(code: &'static str, title: &'static str, source: &'static str, text: &'static str) -> Rule {
    Rule { code, title, source, text }
}
