//! Cookies as Netscape wrote them, which curl, wget and browsers' extensions write: seven fields between tabs.

use torrent_core::address::{Scheme, Url};

use super::BadSecrets;

/// A cookie, and where it belongs (RFC 6265).
#[derive(Clone)]
pub(super) struct Cookie {
    domain: String,
    /// Hosts below the domain get it as well.
    is_wide: bool,
    path: String,
    is_for_https: bool,
    name: String,
    pub(super) value: String,
}

impl Cookie {
    pub(super) fn is_for(&self, url: &Url) -> bool {
        let host = url.host().to_ascii_lowercase();
        let below = host.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.'));
        let path = url.target().split('?').next().unwrap_or_default();
        let rest = path.strip_prefix(&self.path);
        let is_in_path =
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'));
        (host == self.domain || self.is_wide && below)
            && is_in_path
            && (!self.is_for_https || url.scheme() == Scheme::Https)
    }

    pub(super) fn pair(&self) -> String {
        format!("{}={}", self.name, self.value)
    }
}

/// The cookies of a file that had not expired at `now`.
pub(super) fn read(text: &str, now: i64) -> Result<Vec<Cookie>, BadSecrets> {
    let mut cookies = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let bad = BadSecrets { line: at + 1, why: "not a cookie: seven fields between tabs" };
        let (cookie, expires) = cookie(line).ok_or(bad)?;
        // Those of a session say 0.
        cookies.extend(Some(cookie).filter(|_| expires == 0 || expires > now));
    }
    Ok(cookies)
}

fn cookie(line: &str) -> Option<(Cookie, i64)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [domain, is_wide, path, is_for_https, expires, name, value] = fields.as_slice() else { return None };
    let (is_wide, is_for_https) = (flag(is_wide)?, flag(is_for_https)?);
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let is_fine = |text: &str| text.bytes().all(|byte| (b' '..0x7f).contains(&byte) && byte != b';');
    let (path, name, value) = ((*path).to_owned(), (*name).to_owned(), (*value).to_owned());
    let is_whole = !domain.is_empty() && path.starts_with('/') && is_fine(&name) && is_fine(&value);
    let cookie = Cookie { domain, is_wide, path, is_for_https, name, value };
    is_whole.then_some((cookie, expires.parse().ok()?))
}

fn flag(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}
