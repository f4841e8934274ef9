//! Reads the sources of this workspace and says where they break the rules of the house.
//!
//! Each rule is a function from the sources to a list of offences, one sentence each; what is allowed is data in
//! `exceptions/`. `tests/house.rs` holds the repository to the rules, `tests/planted.rs` shows that each rule can fail.

mod arrows;
mod circles;
mod comments;
mod exceptions;
mod imports;
mod map;
mod names;
mod nevers;
mod sizes;
mod source;

pub use arrows::{ALLOWED, Manifest, manifests, wrong_arrows};
pub use circles::circles;
pub use comments::short_comments;
pub use exceptions::{Exceptions, beyond};
pub use map::named_in_vain;
pub use names::{Names, shared_names, type_names};
pub use nevers::{NEVERS, Never, broken_nevers};
pub use sizes::{long_files, long_functions};
pub use source::{Source, paths, repository, sources, whole_sources};
