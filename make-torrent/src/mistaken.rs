//! What was given where a path belongs: what it is, and what to type instead.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use cli_kit::{Failure, escape};
use torrent_core::redact::redact;
use torrent_core::typed::Typed;

use crate::args::Args;

/// Refuses what is no path of data.
pub(crate) fn check_path(path: &Path) -> Result<(), Failure> {
    let Some(typed) = Typed::of(path) else { return Ok(()) };
    let what = match &typed {
        Typed::Nothing => "",
        Typed::FileUrl | Typed::Url(_) => ", not URLs",
        Typed::Magnet(_) => ", not magnet links",
        Typed::InfoHash(_) => ", not info hashes",
    };
    let cause =
        format!("`{}`: make-torrent reads files and folders{what}", shown(path.as_os_str().as_bytes()));
    let download = "download it first; `--web-seed URL` tells clients where the files are";
    let hint = match &typed {
        Typed::Magnet(source) | Typed::InfoHash(source) => {
            format!("`fetch '{}'` gets its data", shown(source.as_bytes()))
        }
        typed => typed.hint_of_path().unwrap_or(download).to_owned(),
    };
    Err(Failure::usage(cause).hint(hint))
}

/// Refuses what is no path for a torrent to be written.
pub(crate) fn check_output(args: &Args) -> Result<(), Failure> {
    let typed = args.output.as_ref().and_then(|path| Some((path, Typed::of(path)?)));
    match typed {
        // A file may be called like a hash.
        None | Some((_, Typed::InfoHash(_))) => Ok(()),
        Some((path, typed)) => {
            let (shown, what) = (shown(path.as_os_str().as_bytes()), typed.name());
            let cause = format!("`--output {shown}`: it is {what}, and torrents are written to files");
            let upload = "write a file, and upload it then";
            Err(Failure::usage(cause).hint(typed.hint_of_path().unwrap_or(upload)))
        }
    }
}

/// What people type may hold a passkey.
fn shown(typed: &[u8]) -> String {
    escape(&redact(typed)).into_owned()
}
