//! The hostile peers, by what they lie about.

mod data;
mod extension;
mod handshake;
mod length;
mod range;
mod time;

use super::script::Script;

/// The scripts of all groups.
pub fn catalogue() -> Vec<Script> {
    [handshake::SCRIPTS, length::SCRIPTS, range::SCRIPTS, extension::SCRIPTS, data::SCRIPTS, time::SCRIPTS]
        .concat()
}
