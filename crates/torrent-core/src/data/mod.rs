//! Data on disk: finding it ([`scan`]), reading it ([`FileSource`], through mappings where they pay), and hashing it
//! ([`hash_pieces`], [`hash_stream`]).
//!
//! There is one pipeline. Workers take batches of pieces in file order; a batch is read in windows of bounded size; the
//! pieces and leaves in a window go to `piece-hash` together.

mod accused;
mod alike;
mod batch;
mod beneath;
mod check;
mod direct;
mod extent;
mod extra;
mod folder;
mod globs;
mod hash;
mod job;
mod map;
mod memory;
mod nearby;
mod outputs;
mod portable;
mod problem;
mod reader;
mod roots;
mod route;
mod scan;
mod select;
mod source;
mod source_error;
mod stamp;
mod stride;
mod subset;
mod survey;
#[cfg(test)]
mod tests;
mod threads;
mod verdict;
mod whole_file;
mod window;

pub use alike::Alike;
pub use batch::Digests;
pub use beneath::{Links, open_beneath};
pub use check::{CheckReport, Extent, FileReport, PieceReport, State, check, check_pieces, check_range};
pub use extra::extra_files;
pub use hash::{Consumer, HashError, hash_each, hash_pieces, hash_range, hash_stream};
pub use job::{HashJob, MEMORY, Wanted, Watch};
pub use memory::{BlockDigests, PieceInMemory, hash_blocks};
pub use nearby::nearby;
pub use outputs::Outputs;
pub use portable::{
    Place, PortabilityWarning, PortabilityWarningKind, folded, portability_warnings, windows_holds,
};
pub use problem::{Note, Problem, ProblemKind};
pub use reader::Io;
pub use roots::{Found, Input};
pub use scan::{Scan, Scanned, Symlinks, look_for_globs, scan};
pub use select::{BadGlob, JUNK_NAMES, Selection};
pub use source::{ByteSource, FileSource};
pub use source_error::{SourceError, SourceErrorKind};
pub use subset::{BadSelect, Select, SelectError};
pub use survey::{Content, Spot};
pub use threads::on_threads;
pub use verdict::Verdict;
pub use window::Window;
