//! Where a web seed has a file (BEP 19).

use torrent_core::address::{AddressError, Url};
use torrent_core::metainfo::Metainfo;

/// The URL of a file. A URL that ends in a slash is a folder that the torrent's file or folder is in; one of a torrent of several
/// files is that as well, with or without the slash.
pub(crate) fn url_of(base: &Url, metainfo: &Metainfo, file: usize) -> Result<Url, AddressError> {
    let (path, query) = match base.target().split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (base.target(), String::new()),
    };
    if metainfo.is_single_file() && !path.ends_with('/') {
        return Ok(base.clone());
    }
    let mut url = format!("{}{}/", base.site(), path.trim_end_matches('/'));
    escape(metainfo.name(), &mut url);
    if !metainfo.is_single_file() {
        for component in metainfo.files().get(file).path.components() {
            url.push('/');
            escape(component, &mut url);
        }
    }
    url.push_str(&query);
    Ok(Url::parse(url.as_bytes())?.with_user_of(base))
}

/// Appends a component with everything but RFC 3986's unreserved characters as `%XX`.
fn escape(component: &[u8], url: &mut String) {
    for &byte in component {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
}
