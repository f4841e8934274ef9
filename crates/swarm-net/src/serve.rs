//! What a session serves beside pieces, at the port that peers find us at.

use std::net::SocketAddr;

/// A session that serves: a page, a feed, the .torrent files and the content of what is complete, as a web seed (BEP 19), over HTTP; and it
/// tracks its own torrents, over UDP (BEP 15) as over HTTP.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Serve {
    /// Torrents that strangers announce are tracked, too.
    pub open_tracker: bool,
    /// Where peers find us, beside the addresses of our own interfaces: a public address whose port is forwarded to us.
    pub addresses: Vec<SocketAddr>,
    /// The name of this host in the URLs that are published. What a torrent names as its tracker at this name is not asked: it is ourselves.
    pub host: Option<String>,
    /// The URL that clients know us by, if it is not the host that each of them asks for: a proxy in front, perhaps.
    pub base: Option<String>,
    /// Bytes of content that may be sent a second over HTTP. They count in [`Settings::max_upload`](crate::Settings::max_upload) as well.
    pub max_rate: Option<u64>,
}

impl Serve {
    /// The URL of the tracker where pages and files are known by another base: always at our own `port`, because a tracker takes the
    /// address that asks for the peer's, and behind a proxy that would be the proxy's for all of them.
    pub fn tracker(&self, port: u16) -> Option<String> {
        let host = self.host.as_ref().filter(|_| self.base.is_some())?;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        Some(format!("http://{host}:{port}/announce"))
    }
}
