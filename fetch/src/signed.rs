//! Torrents that somebody must have signed (`--key`): their `.minisig` lies beside them.

use std::path::Path;

use cli_kit::{Exit, Failure, World, io_cause, read_beside};
use signature::{PublicKey, check_file, limits::MINISIG};

use crate::downloads::Downloads;
use crate::plan::{Input, Plan};

/// Sees that the key that was named has signed these bytes; it has, if none was named.
///
/// # Errors
/// If it has not, or nothing says so.
pub(crate) fn check(
    plan: &Plan,
    input: &Input,
    name: &str,
    bytes: &[u8],
    downloads: &mut Downloads,
    world: &World,
) -> Result<(), Failure> {
    let Some(key) = &plan.key else { return Ok(()) };
    let minisig = match input {
        Input::File(path) => beside(path).map_err(|error| missing(name, &io_cause(&error)))?,
        Input::Url(url) => {
            let downloaded = downloads.of_typed(&beside_url(url)).finish(plan, name, &world.interrupt);
            downloaded.map_err(|failure| unsent(name, failure))?.bytes
        }
        // What was typed is refused before.
        Input::Stdin | Input::Magnet(_) => return Err(missing(name, "it is no file")),
    };
    believed(name, bytes, &minisig, key)
}

fn believed(name: &str, bytes: &[u8], minisig: &[u8], key: &PublicKey) -> Result<(), Failure> {
    let refused = |why| Failure::of(Exit::Unacceptable, name, format!("its signature does not count: {why}"));
    check_file(bytes, minisig, key).map(|_| ()).map_err(refused)
}

fn missing(name: &str, cause: &str) -> Failure {
    let hint = "`minisign -S -m FILE` makes FILE.minisig, which lies beside FILE";
    Failure::of(Exit::Unacceptable, name, format!("it is not signed: {cause}")).hint(hint)
}

/// Nobody can say whether it is signed, so that it counts as not; an interrupt is one.
fn unsent(name: &str, failure: Failure) -> Failure {
    match failure.exit {
        Exit::Network | Exit::Unacceptable => {
            let cause =
                failure.message.strip_prefix(&format!("{name}: ")).unwrap_or(&failure.message).to_owned();
            missing(name, &cause)
        }
        _ => failure,
    }
}

/// The signature beside a file, a byte longer than one may be at most.
fn beside(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    read_beside(Path::new(&name), MINISIG as u64 + 1)
}

/// The suffix belongs to the path, which may have a query behind it.
fn beside_url(url: &str) -> String {
    let (path, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    format!("{path}{SUFFIX}{rest}")
}

const SUFFIX: &str = ".minisig";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_lies_beside_the_torrent() {
        for (url, beside) in [
            ("https://a/x.torrent", "https://a/x.torrent.minisig"),
            ("https://a/x.torrent?key=1", "https://a/x.torrent.minisig?key=1"),
            ("https://a/x#y?z", "https://a/x.minisig#y?z"),
        ] {
            assert_eq!(beside_url(url), beside);
        }
    }
}
