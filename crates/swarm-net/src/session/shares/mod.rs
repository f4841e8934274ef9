//! What torrents have in common, and what each gets of it.

mod memory;
