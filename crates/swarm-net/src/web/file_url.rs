//! Where a web seed has a file (BEP 19).

use percent_encoding::percent_encode;
use torrent_core::address::{AddressError, Url, VALUE};
use torrent_core::metainfo::Metainfo;

/// The URL of a file. A URL that ends in a slash is a folder that the torrent's file or folder is in. For a torrent of several files
/// the URL is always a folder, even without the slash.
pub(crate) fn url_of(base: &Url, metainfo: &Metainfo, file: usize) -> Result<Url, AddressError> {
    let (path, query) = match base.target().split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (base.target(), String::new()),
    };
    if metainfo.is_single_file() && !path.ends_with('/') {
        return Ok(base.clone());
    }
    let mut url = format!("{}{}/", base.site(), path.trim_end_matches('/'));
    url.extend(percent_encode(metainfo.name(), VALUE));
    if !metainfo.is_single_file() {
        for component in metainfo.files().get(file).path.components() {
            url.push('/');
            url.extend(percent_encode(component, VALUE));
        }
    }
    url.push_str(&query);
    Ok(Url::parse(url.as_bytes())?.with_user_of(base))
}
