//! What may have been meant by a command line that failed.

use std::path::Path;

use cli_kit::{Failure, escape, escape_path};
use torrent_core::redact::redact;
use torrent_core::typed::Typed;

use crate::plan::Plan;

/// Several torrents side by side.
pub(crate) fn hint_of_options(failure: Failure) -> Failure {
    let is_torrent = failure.message.contains("unexpected argument") && failure.message.contains(".torrent`");
    if is_torrent { failure.hint(SEVERAL) } else { failure }
}

/// A torrent that cannot be read: it is a link, a folder, or data that is called a torrent, which was given in the other order.
pub(crate) fn hint_of_torrent(plan: &Plan, path: &Path, failure: Failure) -> Failure {
    if let Some(typed) = Typed::of(path) {
        let gets = |source: &str| {
            let source = escape(&redact(source.as_bytes())).into_owned();
            let what = typed.name();
            format!("it is {what}: `fetch --print-torrent '{source}' > x.torrent` gets the torrent")
        };
        return failure.hint_if(typed.source().map(gets).as_deref().or(typed.hint_of_path()));
    }
    if path.is_dir() || is_torrent(&plan.data) && !is_torrent(path) {
        let typed = format!("verify-data {} {}", escape_path(&plan.data), escape_path(path));
        let example = if is_torrent(&plan.data) { typed } else { "verify-data x.torrent folder".to_owned() };
        return failure.hint(format!("the torrent comes first, then its data: `{example}`"));
    }
    failure
}

/// Data that is not there.
pub(crate) fn hint_of_data(data: &Path, failure: Failure) -> Failure {
    match Typed::of(data) {
        // Data may be called like a hash.
        None | Some(Typed::InfoHash(_)) => {}
        Some(typed) => {
            let elsewhere = "verify-data reads files and folders: download the data first";
            return failure.hint(typed.hint_of_path().unwrap_or(elsewhere));
        }
    }
    if is_torrent(data) { failure.hint(SEVERAL) } else { failure }
}

pub(crate) const SEVERAL: &str = "`verify-data --data DIR --torrents *.torrent` checks several";

pub(crate) fn is_torrent(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "torrent")
}
