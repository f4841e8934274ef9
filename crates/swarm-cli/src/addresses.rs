//! Peers, trackers and web seeds that are typed: what is none is refused before anything is asked.

use cli_kit::Failure;
use torrent_core::address::{AddressError, Url};
use torrent_core::magnet::Peer;

/// Peers of `--peer`, each `HOST:PORT`.
///
/// # Errors
/// One of them is none, or at an address where none can be.
pub fn typed_peers(texts: &[String]) -> Result<Vec<Peer>, Failure> {
    let peer = |text: &String| {
        Peer::parse(text).filter(Peer::can_be_found).ok_or_else(|| {
            Failure::typed(format_args!("--peer {text}"), "not HOST:PORT")
                .hint("write an IPv6 address in brackets: `[::1]:6881`")
        })
    };
    texts.iter().map(peer).collect()
}

/// URLs of trackers, which this option gives.
///
/// # Errors
/// One of them is no URL that a tracker can have.
pub fn typed_trackers(option: &str, texts: &[String]) -> Result<Vec<String>, Failure> {
    urls(option, texts, &["http", "https", "udp"])
}

/// URLs of `--web-seed`.
///
/// # Errors
/// One of them is no URL that a web seed can have.
pub fn typed_web_seeds(texts: &[String]) -> Result<Vec<String>, Failure> {
    urls("--web-seed", texts, &["http", "https"])
}

fn urls(option: &str, texts: &[String], schemes: &[&str]) -> Result<Vec<String>, Failure> {
    // None is repeated: it may hold a passkey.
    for text in texts {
        Url::parse_of(schemes, text.as_bytes()).map_err(|error| match error {
            AddressError::Scheme => {
                Failure::usage(format!("`{option}`: not a URL of {}", schemes.join(", ")))
            }
            error => Failure::usage(format!("`{option}`: {error}")),
        })?;
    }
    Ok(texts.to_vec())
}
