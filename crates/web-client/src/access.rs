//! What servers of companies and their networks ask for: proxies, certificates, headers, users.

use std::collections::BTreeSet;
use std::env;
use std::sync::{Arc, OnceLock};

use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use torrent_core::address::Url;
use ureq::http::{HeaderName, HeaderValue, header};
use ureq::tls::{Certificate, RootCerts};

use crate::proxy::Proxies;
use crate::secrets::Secrets;

/// How web servers are asked: trackers, web seeds, and those that have torrents.
#[derive(Clone, Debug, Default)]
pub struct WebAccess {
    /// Who is asked in their place.
    pub proxies: Arc<Proxies>,
    /// Headers that only the sites get that the user typed, whoever else names URLs.
    pub headers: Arc<Vec<Header>>,
    /// Those sites: scheme, host and port.
    pub sites: Arc<BTreeSet<String>>,
    /// What only those sites get that it names.
    pub secrets: Arc<Secrets>,
    /// Who we say we are, to all; our own name if it is `None`.
    pub user_agent: Option<Header>,
}

/// A header of a request. What it says may be secret.
#[derive(Clone)]
pub struct Header {
    name: HeaderName,
    value: HeaderValue,
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: …", self.name)
    }
}

impl Header {
    /// Reads `Name: value`. Headers that requests need for themselves cannot be set.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, value) = text.split_once(':')?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok().filter(|name| !OURS.contains(name))?;
        Self::of(name, value)
    }

    /// The header `User-Agent` with this value.
    pub fn user_agent(value: &str) -> Option<Self> {
        Self::of(header::USER_AGENT, value)
    }

    /// Its name and what it says.
    pub(crate) fn parts(self) -> (HeaderName, String) {
        (self.name, self.value.to_str().unwrap_or_default().to_owned())
    }

    fn of(name: HeaderName, value: &str) -> Option<Self> {
        let value = HeaderValue::from_str(value.trim()).ok()?;
        Some(Self { name, value })
    }
}

/// What says how a request and its answer are to be read.
const OURS: [HeaderName; 8] = [
    header::HOST,
    header::RANGE,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::ACCEPT_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

impl WebAccess {
    /// The headers for a URL: ours, the user's if the site was typed, and the user of the URL if it names one.
    pub(crate) fn headers_for(&self, url: &Url) -> Vec<(HeaderName, HeaderValue)> {
        let is_typed = self.sites.contains(&url.site());
        let typed = self.headers.iter().filter(|_| is_typed);
        let mut headers: Vec<_> =
            typed.chain(&self.user_agent).map(|header| (header.name.clone(), header.value.clone())).collect();
        headers.extend(self.secrets.headers_for(url));
        let has_own = headers.iter().any(|(name, _)| *name == header::AUTHORIZATION);
        headers.extend(authorization(url).filter(|_| !has_own).map(|value| (header::AUTHORIZATION, value)));
        headers
    }
}

/// `user:password@` of a URL (RFC 7617).
fn authorization(url: &Url) -> Option<HeaderValue> {
    let user = url.user()?;
    let user = if user.contains(':') { user.to_owned() } else { format!("{user}:") };
    let decoded: Vec<u8> = percent_decode_str(&user).collect();
    HeaderValue::from_str(&format!("Basic {}", BASE64.encode(&decoded))).ok()
}

/// The authorities that are trusted: those of this system, or those that `SSL_CERT_FILE` or `SSL_CERT_DIR` names. Where there are none, as in a
/// small container, those that browsers trust.
pub(crate) fn root_certificates() -> RootCerts {
    static ROOTS: OnceLock<RootCerts> = OnceLock::new();
    let load = || {
        let found = rustls_native_certs::load_native_certs().certs;
        let is_asked_for = ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| env::var_os(name).is_some());
        match found.is_empty() && !is_asked_for {
            true => RootCerts::WebPki,
            false => found.iter().map(|der| Certificate::from_der(der).to_owned()).collect::<Vec<_>>().into(),
        }
    };
    ROOTS.get_or_init(load).clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_go_only_to_sites_that_were_typed() {
        let access = WebAccess {
            headers: Arc::new(vec![Header::parse("X-Token: secret").unwrap()]),
            sites: Arc::new(["http://a.example".to_owned(), "https://b.example:8443".to_owned()].into()),
            user_agent: Header::user_agent("me/1"),
            ..WebAccess::default()
        };
        let names = |url: &str| -> Vec<String> {
            let headers = access.headers_for(&Url::parse(url.as_bytes()).unwrap());
            headers.iter().map(|(name, _)| name.as_str().to_owned()).collect()
        };
        assert_eq!(names("http://a.example/x"), ["x-token", "user-agent"]);
        assert_eq!(names("http://a.example:80/y"), ["x-token", "user-agent"]);
        assert_eq!(names("https://b.example:8443/"), ["x-token", "user-agent"]);
        for url in ["https://a.example/", "http://a.example:81/", "http://c.a.example/", "https://b.example/"]
        {
            assert_eq!(names(url), ["user-agent"], "{url}");
        }
        assert_eq!(names("http://u:p@c.example/"), ["user-agent", "authorization"]);
    }

    #[test]
    fn users_of_urls_are_sent_in_base_64() {
        for (url, expected) in [
            ("http://Aladdin:open%20sesame@h/", Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")),
            ("http://me@h/", Some("Basic bWU6")),
            ("http://h/", None),
        ] {
            let value = authorization(&Url::parse(url.as_bytes()).unwrap());
            assert_eq!(value.as_ref().map(|value| value.to_str().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn headers_that_requests_need_are_not_the_users() {
        for (text, is_fine) in [
            ("Authorization: Bearer x", true),
            ("cookie:a=b", true),
            ("X-Empty:", true),
            ("Host: other", false),
            ("range: bytes=0-1", false),
            ("no colon", false),
            ("a b: c", false),
            ("X: a\r\nY: b", false),
            (": v", false),
        ] {
            assert_eq!(Header::parse(text).is_some(), is_fine, "{text}");
        }
    }
}
