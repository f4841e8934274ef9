//! Where others find an offer: a magnet link that works as it stands, and URLs of our own web server.

use std::net::SocketAddr;

use percent_encoding::percent_encode;
use torrent_core::address::VALUE;
use torrent_core::magnet::{Magnet, Peer};
use torrent_core::metainfo::Metainfo;

use crate::offer::Offer;
use crate::plan::Plan;

/// Where others reach us.
pub(crate) struct Whereabouts {
    /// At these, peers find us.
    pub(crate) addresses: Vec<SocketAddr>,
    /// Of the web server, if there is one; ends in a slash.
    pub(crate) site: Option<String>,
    /// What our tracker is asked by, if there is one.
    tracker: Option<String>,
}

impl Whereabouts {
    /// Those of a session that is reached at `ours`, as the user sees it.
    pub(crate) fn new(plan: &Plan, ours: Vec<SocketAddr>) -> Self {
        let port = ours.first().map_or(0, SocketAddr::port);
        let told = plan.addresses.iter().map(|told| SocketAddr::new(told.ip, told.port.unwrap_or(port)));
        let addresses: Vec<SocketAddr> = told.chain(ours).collect();
        let site = plan.settings.serve.as_ref().and_then(|serve| {
            let own = || Some(format!("http://{}", addresses.first()?));
            let base = serve.base.clone().or_else(own)?;
            Some(format!("{}/", base.trim_end_matches('/')))
        });
        let tracker = site.as_ref().map(|site| {
            // A proxy in front of the site would hide where peers are.
            let apart = plan.settings.serve.as_ref().and_then(|serve| serve.tracker(port));
            apart.unwrap_or_else(|| format!("{site}announce"))
        });
        Self { addresses, site, tracker }
    }

    /// The link: both hashes, where we are found, and the trackers and web seeds of the torrent, the user and our server.
    pub(crate) fn magnet(&self, plan: &Plan, offer: &Offer) -> Magnet {
        let mut magnet = Magnet::of(&offer.metainfo);
        add(&mut magnet.trackers, &plan.trackers);
        add(&mut magnet.web_seeds, &plan.web_seeds);
        // Peers of a private torrent come from its trackers alone (BEP 27).
        if !is_private(&offer.metainfo) {
            let peer = |address: &SocketAddr| Peer { host: address.ip().to_string(), port: address.port() };
            magnet.peers = self.addresses.iter().take(PEERS).map(peer).collect();
        }
        magnet.trackers.splice(0..0, self.announce(&offer.metainfo).map(String::into_bytes));
        if let (Some(site), Some(torrent)) = (&self.site, self.torrent_url(offer)) {
            magnet.web_seeds.insert(0, format!("{site}content/").into_bytes());
            magnet.torrents.push(torrent.into_bytes());
        }
        magnet
    }

    /// Our own tracker, which no private torrent names (BEP 27).
    pub(crate) fn announce(&self, torrent: &Metainfo) -> Option<String> {
        self.tracker.clone().filter(|_| !is_private(torrent))
    }

    /// Where our server has the torrent. Not said of several that have one name, because it depends on which is first.
    pub(crate) fn torrent_url(&self, offer: &Offer) -> Option<String> {
        let site = self.site.as_ref().filter(|_| offer.is_only_of_its_name)?;
        Some(format!("{site}{}.torrent", percent_encode(offer.metainfo.name(), VALUE)))
    }
}

/// Whether a link is all that others need: peers do not tell the metadata of private torrents, so it must say where the .torrent is.
pub(crate) fn is_sufficient(magnet: &Magnet, torrent: &Metainfo) -> bool {
    !is_private(torrent) || !magnet.torrents.is_empty()
}

/// Whether peers can learn of each other.
pub(crate) fn has_tracker(plan: &Plan, torrent: &Metainfo) -> bool {
    let is_ours = plan.settings.serve.is_some() && !is_private(torrent);
    is_ours || !plan.trackers.is_empty() || torrent.advisory().trackers.iter().any(|tier| !tier.is_empty())
}

fn is_private(torrent: &Metainfo) -> bool {
    torrent.private() == Some(true)
}

fn add(urls: &mut Vec<Vec<u8>>, typed: &[String]) {
    for url in typed {
        if !urls.iter().any(|known| known == url.as_bytes()) {
            urls.push(url.clone().into_bytes());
        }
    }
}

/// Addresses in a link: a link is sent by mail.
const PEERS: usize = 4;
