//! For tests only: a tool runner and file trees from short text.
//!
//! Everything here panics when something goes wrong: that is how a test fails.

mod bencode;
mod capture;
mod corpora;
mod folder;
mod generated;
mod schema;
mod seeded;
mod tool;
mod tree_text;

pub use bencode::{bytes, dict, int, list};
pub use capture::Capture;
pub use corpora::corpora;
pub use folder::Folder;
pub use generated::assert_generated;
pub use rustix::process::Signal;
pub use schema::assert_matches_schema;
pub use seeded::seeded_bytes;
pub use tool::{Outcome, Running, Tool};
