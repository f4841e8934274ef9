//! What only some sites may know: cookies, logins and headers from files of the user.
//!
//! Each is for the sites that its file names, and is looked up anew at every hop of a redirect: nothing of one site reaches another,
//! whoever leads us there.

mod cookies;
mod headers;
mod netrc;

use data_encoding::BASE64;
use torrent_core::address::Url;
use ureq::http::{HeaderName, HeaderValue, header};

use self::cookies::Cookie;
use self::headers::SiteHeader;
use self::netrc::Login;

/// What only some sites may know.
#[derive(Clone, Default)]
pub struct Secrets {
    cookies: Vec<Cookie>,
    logins: Vec<Login>,
    headers: Vec<SiteHeader>,
}

/// Why a file of secrets cannot be read. The line itself is a secret.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadSecrets {
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: &'static str,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { cookies, logins, headers } = self;
        write!(f, "{} cookies, {} logins, {} headers", cookies.len(), logins.len(), headers.len())
    }
}

impl Secrets {
    /// Adds the cookies of a file as Netscape and curl write it, but for those that had expired at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// A line is no cookie.
    pub fn add_cookies(&mut self, text: &str, now: i64) -> Result<(), BadSecrets> {
        cookies::read(text, now).map(|cookies| self.cookies.extend(cookies))
    }

    /// Adds the logins of a `.netrc`. `default` and macros are left out: what is for every site is for none.
    ///
    /// # Errors
    /// A word is none of such a file.
    pub fn add_netrc(&mut self, text: &str) -> Result<(), BadSecrets> {
        netrc::read(text).map(|logins| self.logins.extend(logins))
    }

    /// Adds headers: lines such as `Authorization: Bearer …`, behind a line with the site that they are for, such as
    /// `https://pub.example`.
    ///
    /// # Errors
    /// A line is neither, or no site stands above it.
    pub fn add_headers(&mut self, text: &str) -> Result<(), BadSecrets> {
        headers::read(text).map(|headers| self.headers.extend(headers))
    }

    /// What nobody else should see.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let cookies = self.cookies.iter().map(|cookie| cookie.value.as_str());
        let logins = self.logins.iter().map(|login| login.password.as_str());
        cookies.chain(logins).chain(self.headers.iter().map(|header| header.value.as_str()))
    }

    /// The headers that a request for this URL has.
    pub(crate) fn headers_for(&self, url: &Url) -> Vec<(HeaderName, HeaderValue)> {
        let site = url.site();
        let own = self.headers.iter().filter(|header| header.site == site);
        let mut found: Vec<(HeaderName, HeaderValue)> =
            own.filter_map(|one| Some((one.name.clone(), secret(&one.value)?))).collect();
        let has =
            |name: HeaderName, found: &[(HeaderName, HeaderValue)]| found.iter().any(|one| one.0 == name);
        let cookies: Vec<String> =
            self.cookies.iter().filter(|one| one.is_for(url)).map(Cookie::pair).collect();
        if !cookies.is_empty() && !has(header::COOKIE, &found) {
            found.extend(secret(&cookies.join("; ")).map(|value| (header::COOKIE, value)));
        }
        let login = self.logins.iter().find(|login| login.host.eq_ignore_ascii_case(url.host()));
        if let Some(login) = login.filter(|_| !has(header::AUTHORIZATION, &found)) {
            let login = BASE64.encode(format!("{}:{}", login.user, login.password).as_bytes());
            found.extend(secret(&format!("Basic {login}")).map(|value| (header::AUTHORIZATION, value)));
        }
        found
    }
}

fn secret(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(secrets: &Secrets, url: &str) -> Vec<String> {
        let headers = secrets.headers_for(&Url::parse(url.as_bytes()).unwrap());
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect()
    }

    #[test]
    fn cookies_go_where_they_belong() {
        let mut secrets = Secrets::default();
        let file = "# Netscape HTTP Cookie File\n\
            t.example\tFALSE\t/\tFALSE\t0\tuid\t7\n\
            .d.example\tTRUE\t/a\tTRUE\t2000\tpass\tx=y\n\
            #HttpOnly_.d.example\tTRUE\t/\tFALSE\t2000\tjar\tz\n\
            old.example\tTRUE\t/\tFALSE\t999\told\tx\n\n";
        secrets.add_cookies(file, 1000).unwrap();
        for (url, expected) in [
            ("http://t.example/x", &["cookie: uid=7"][..]),
            ("http://T.example:81/x", &["cookie: uid=7"]),
            ("http://w.t.example/x", &[]),
            ("https://d.example/a", &["cookie: pass=x=y; jar=z"]),
            ("https://w.d.example/a/b", &["cookie: pass=x=y; jar=z"]),
            ("https://w.d.example/ab", &["cookie: jar=z"]),
            ("http://d.example/a", &["cookie: jar=z"]),
            ("http://evild.example/a", &[]),
            ("http://old.example/", &[]),
            ("http://example/", &[]),
        ] {
            assert_eq!(sent(&secrets, url), expected, "{url}");
        }
        assert_eq!(secrets.values().collect::<Vec<_>>(), ["7", "x=y", "z"]);
    }

    #[test]
    fn logins_and_headers_go_to_their_sites() {
        let mut secrets = Secrets::default();
        secrets
            .add_netrc("machine a.example\n login me password s3 account x\ndefault login you password y\n")
            .unwrap();
        let file = "# mine\nhttps://b.example\nX-Key: k\nCookie: a=b\n\nhttp://a.example:81/\nAuthorization: Bearer t\n";
        secrets.add_headers(file).unwrap();
        for (url, expected) in [
            ("http://a.example/x", &["authorization: Basic bWU6czM="][..]),
            ("http://a.example:81/x", &["authorization: Bearer t"]),
            ("https://b.example/y", &["x-key: k", "cookie: a=b"]),
            ("http://b.example/y", &[]),
            ("http://c.example/y", &[]),
        ] {
            assert_eq!(sent(&secrets, url), expected, "{url}");
        }
        assert_eq!(format!("{secrets:?}"), "0 cookies, 1 logins, 3 headers");
    }

    #[test]
    fn files_that_are_none_are_refused_with_their_line() {
        type Add = fn(&mut Secrets, &str) -> Result<(), BadSecrets>;
        let cookies: Add = |secrets, text| secrets.add_cookies(text, 0);
        for (add, text, line) in [
            (cookies, "# x\na.example\tTRUE\t/\tFALSE\t0\tn\n", 2),
            (cookies, "sid=1; other=2", 1),
            (cookies, "\tTRUE\t/\tFALSE\t0\tn\tv", 1),
            (cookies, "a.example\tTRUE\t/\tFALSE\tsoon\tn\tv", 1),
            (cookies, "a.example\tTRUE\t/\tFALSE\t0\tn\tv\u{7}", 1),
            (Secrets::add_netrc, "machine", 1),
            (Secrets::add_netrc, "machine a\nlogin", 2),
            (Secrets::add_netrc, "login me", 1),
            (Secrets::add_netrc, "machine a\npassword", 2),
            (Secrets::add_headers, "X: y", 1),
            (Secrets::add_headers, "https://a.example\nX y", 2),
            (Secrets::add_headers, "https://a.example\nHost: y", 2),
            (Secrets::add_headers, "https://a.example/path\nX: y", 1),
        ] {
            let mut secrets = Secrets::default();
            assert_eq!(add(&mut secrets, text).map_err(|bad| bad.line), Err(line), "{text}");
        }
    }
}
