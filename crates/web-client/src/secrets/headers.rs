//! Headers, each beneath the site that it is for.

use torrent_core::address::Url;
use ureq::http::HeaderName;

use super::BadSecrets;
use crate::access::Header;

/// A header of one site.
#[derive(Clone)]
pub(super) struct SiteHeader {
    pub(super) site: String,
    pub(super) name: HeaderName,
    pub(super) value: String,
}

/// The headers of a file, in its order.
pub(super) fn read(text: &str) -> Result<Vec<SiteHeader>, BadSecrets> {
    let mut site = None;
    let mut headers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let bad = |why| BadSecrets { line: at + 1, why };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.contains("://") && !line.contains(char::is_whitespace) {
            let url = Url::parse_of(&["http", "https"], line.as_bytes()).ok();
            let whole = url.filter(|url| url.target() == "/" && url.user().is_none());
            site = Some(whole.ok_or(bad("not a site such as `https://pub.example`"))?.site());
            continue;
        }
        let header = Header::parse(line).ok_or(bad("not a header such as `Name: value`"))?;
        let site = site
            .clone()
            .ok_or(bad("a line with the site must stand above, such as `https://pub.example`"))?;
        let (name, value) = header.parts();
        headers.push(SiteHeader { site, name, value });
    }
    Ok(headers)
}
