//! Files that the user wants from web servers: torrents, and what lists them.

use std::net::IpAddr;
use std::time::Duration;

use torrent_core::address::{Namer, Purpose, Url};

use crate::access::WebAccess;
use crate::client::Client;
use crate::error::HttpError;
use crate::request::HttpRequest;

/// A file from a web server.
pub struct Downloaded {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// What it says may name what this one may: whoever it came from.
    pub namer: Namer,
}

/// Gets a URL that `namer` named, from the address `bind` of ours if that is given. A redirect to a magnet link is an answer as
/// well: the link.
///
/// # Errors
/// Why there is no answer, or that it has more than `limit` bytes or takes longer than `overall`.
pub fn download(
    url: &str,
    namer: Namer,
    limit: u64,
    overall: Duration,
    bind: Option<IpAddr>,
    access: &WebAccess,
) -> Result<Downloaded, HttpError> {
    let request = HttpRequest::new(Url::parse(url.as_bytes())?, namer, Purpose::Torrent);
    let mut response = match Client::new(access, bind, Some(overall)).get(request) {
        Err(HttpError::Magnet(bytes, server)) => {
            return Ok(Downloaded { bytes, namer: server });
        }
        response => response?,
    };
    let bytes = response.success()?.body(limit)?;
    Ok(Downloaded { bytes, namer: response.namer() })
}
