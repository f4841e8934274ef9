//! Options that other programs have, and what is typed here instead.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Rows of a table: the options of others, separated by spaces, and the hint that each of them gets.
pub type Habits = &'static [(&'static str, &'static str)];

/// The hint for an option that is not there.
pub(crate) fn hint_of(habits: Habits, error: &clap::Error) -> Option<&'static str> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = typed.split('=').next().unwrap_or_default();
    let row = habits.iter().find(|(options, _)| options.split(' ').any(|known| known == option))?;
    (error.kind() == ErrorKind::UnknownArgument).then_some(row.1)
}
