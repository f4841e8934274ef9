//! Proxies for HTTP as the environment names them: one for each scheme, and the hosts that are asked without one.
//!
//! A proxy is what the user set, so the rules for strangers' addresses do not apply to its own. The host that it is asked for is still subject to
//! them, as far as names can be looked up here.

use std::net::IpAddr;

use data_encoding::BASE64;
use torrent_core::address::{Scheme, Url};
use ureq::{Proxy, ProxyProtocol};

/// Which proxy is asked for which URL.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    exempt: Vec<Exempt>,
}

/// A variable of the environment is not the URL of a proxy.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not the URL of an HTTP or SOCKS proxy")]
pub struct BadProxy(pub &'static str);

/// Hosts that are asked without a proxy.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Exempt {
    All,
    /// A domain and all below it, or an address; at this port, if any.
    Host(String, Option<u16>),
    /// A network: address and length of the prefix.
    Net(IpAddr, u32),
}

impl Proxies {
    /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say; lower case comes first. Of `HTTP_PROXY` only the lower case
    /// counts, because in a CGI program a stranger sets the other one.
    ///
    /// # Errors
    /// Which variable is wrong.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Result<Self, BadProxy> {
        let first = |names: [&'static str; 4]| {
            let set = |name: &'static str| Some((name, var(name).filter(|value| !value.trim().is_empty())?));
            names.into_iter().find_map(set).map(|(name, value)| proxy(name, value.trim())).transpose()
        };
        let no_proxy = var("no_proxy").or_else(|| var("NO_PROXY")).unwrap_or_default();
        Ok(Self {
            http: first(["http_proxy", "http_proxy", "all_proxy", "ALL_PROXY"])?,
            https: first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])?,
            exempt: no_proxy.split([',', ' ']).filter_map(Exempt::parse).collect(),
        })
    }

    /// The proxy to ask for a URL; `None` if its host is to be asked itself.
    pub(crate) fn of(&self, url: &Url) -> Option<&Proxy> {
        let proxy = match url.scheme() {
            Scheme::Http => self.http.as_ref(),
            Scheme::Https => self.https.as_ref(),
            Scheme::Udp => None,
        };
        proxy.filter(|_| !self.exempt.iter().any(|exempt| exempt.covers(url)))
    }

    /// Whether a URL is asked through a proxy.
    pub fn cover(&self, url: &Url) -> bool {
        self.of(url).is_some()
    }
}

fn proxy(name: &'static str, value: &str) -> Result<Proxy, BadProxy> {
    Proxy::new(value).map_err(|_| BadProxy(name))
}

/// Whether the proxy reads the requests for `url` itself, instead of opening a way to the server.
pub(crate) fn forwards(proxy: &Proxy, is_https: bool) -> bool {
    !is_https && proxy.protocol() == ProxyProtocol::Http
}

/// Whether the proxy is to look names up, and nobody here.
pub(crate) fn looks_up(proxy: &Proxy) -> bool {
    matches!(proxy.protocol(), ProxyProtocol::Socks5h | ProxyProtocol::Socks4A)
}

/// What `Proxy-Authorization` says, if the proxy wants to know the user.
pub(crate) fn authorization(proxy: &Proxy) -> Option<String> {
    let user = proxy.username()?;
    let password = proxy.password().unwrap_or_default();
    Some(format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes())))
}

impl Exempt {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::All);
        }
        let text = text.trim_start_matches('*').trim_start_matches('.').to_ascii_lowercase();
        if text.is_empty() {
            return None;
        }
        if let Some((ip, length)) = text.split_once('/') {
            return Some(Self::Net(ip.parse().ok()?, length.parse().ok()?));
        }
        if let Ok(ip) = text.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Some(Self::Host(ip.to_string(), None));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text.as_str(), None),
        };
        Some(Self::Host(host.trim_matches(['[', ']']).to_owned(), port))
    }

    fn covers(&self, url: &Url) -> bool {
        let host = url.host().trim_end_matches('.');
        match self {
            Self::All => true,
            Self::Host(name, port) => {
                let is_below = || host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'));
                port.is_none_or(|port| port == url.port())
                    && (host == name || is_below() && url.ip().is_none())
            }
            Self::Net(net, length) => url.ip().is_some_and(|ip| prefix(ip, *length) == prefix(*net, *length)),
        }
    }
}

/// The first bits of an address; of which kind it is counts as well.
fn prefix(ip: IpAddr, length: u32) -> (bool, u128) {
    match ip {
        IpAddr::V4(ip) => {
            (false, u128::from(ip.to_bits().checked_shr(32_u32.saturating_sub(length)).unwrap_or(0)))
        }
        IpAddr::V6(ip) => (true, ip.to_bits().checked_shr(128_u32.saturating_sub(length)).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Vars<'a> = &'a [(&'a str, &'a str)];

    /// The port of the proxy for a URL, where these variables are set.
    fn port_for(url: &str, vars: Vars<'_>) -> Option<u16> {
        let var = |name: &str| {
            let found = vars.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let proxies = Proxies::from_env(var).unwrap();
        proxies.of(&Url::parse(url.as_bytes()).unwrap()).map(Proxy::port)
    }

    #[test]
    fn each_scheme_has_its_variable() {
        let all =
            [("http_proxy", "http://p:1"), ("https_proxy", "http://u:p@p:2"), ("ALL_PROXY", "socks5h://p:3")];
        let cases: [(&str, Vars<'_>, Option<u16>); 9] = [
            ("http://h/", &all, Some(1)),
            ("https://h/", &all, Some(2)),
            ("https://h/", &all[..1], None),
            ("https://h/", &all[2..], Some(3)),
            ("http://h/", &all[2..], Some(3)),
            ("http://h/", &[("HTTP_PROXY", "http://p:1")], None),
            ("https://h/", &[("HTTPS_PROXY", "p:1")], Some(1)),
            ("http://h/", &[("http_proxy", "")], None),
            ("http://h/", &[], None),
        ];
        for (url, vars, expected) in cases {
            assert_eq!(port_for(url, vars), expected, "{url} {vars:?}");
        }
        assert_eq!(Proxies::from_env(|_| Some("gopher://p".into())).unwrap_err(), BadProxy("http_proxy"));
    }

    #[test]
    fn some_hosts_are_asked_without_a_proxy() {
        let cases = [
            ("example.org", "http://example.org/", true),
            ("example.org", "http://EXAMPLE.org./", true),
            (".example.org", "http://a.b.example.org/", true),
            ("*.example.org", "http://a.example.org/", true),
            ("example.org", "http://notexample.org/", false),
            ("a, b ,c", "http://b/", true),
            ("a b", "http://b/", true),
            ("*", "http://anything/", true),
            ("h:81", "http://h/", false),
            ("h:81", "http://h:81/", true),
            ("10.0.0.0/8", "http://10.1.2.3/", true),
            ("10.0.0.0/8", "http://11.1.2.3/", false),
            ("10.1.2.3", "http://10.1.2.3:8/", true),
            ("2.3", "http://10.1.2.3/", false),
            ("::1", "http://[::1]:8/", true),
            ("fd00::/8", "http://[fd12::1]/", true),
            ("0.0.0.0/0", "http://9.9.9.9/", true),
            (",,", "http://h/", false),
        ];
        for (no_proxy, url, is_exempt) in cases {
            let vars = [("http_proxy", "http://p:1"), ("no_proxy", no_proxy)];
            assert_eq!(port_for(url, &vars).is_none(), is_exempt, "{no_proxy} {url}");
        }
    }
}
