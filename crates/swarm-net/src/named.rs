//! Trackers and web seeds of a job: those that the user typed, then those that its source names, and who named each.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use torrent_core::address::{AddressError, Namer, Url};

use crate::job::{Job, Source};
use crate::turn_queue::ServerStanding;

/// A URL, and who named it.
pub(crate) struct Named {
    /// As it was named: for people.
    pub(crate) text: String,
    pub(crate) url: Result<Url, AddressError>,
    pub(crate) namer: Namer,
    /// Whether it answered when it was asked last.
    pub(crate) standing: ServerStanding,
    /// Of a UDP tracker: where it was when it was asked last.
    pub(crate) addresses: Vec<SocketAddr>,
}

/// What a link names, and what its torrent names beside that.
fn together(link: &[Vec<u8>], torrent: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let known: BTreeSet<&Vec<u8>> = link.iter().collect();
    let more = torrent.into_iter().filter(|url| !known.contains(url));
    link.iter().cloned().chain(more).collect()
}

/// Trackers and web seeds that the torrent or the link names, and the torrent that was found for the link.
pub(crate) fn urls_of(job: &Job) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    match &job.source {
        Source::Torrent(metainfo) => {
            (metainfo.advisory().trackers.concat(), metainfo.advisory().web_seeds.clone())
        }
        Source::Magnet(magnet) => {
            let found = job.found.as_ref().map(|metainfo| metainfo.advisory());
            let trackers = found.map(|advisory| advisory.trackers.concat()).unwrap_or_default();
            let web_seeds = found.map(|advisory| advisory.web_seeds.clone()).unwrap_or_default();
            (together(&magnet.trackers, trackers), together(&magnet.web_seeds, web_seeds))
        }
    }
}

/// Drops what is beyond the limit, and says so.
pub(crate) fn bound(what: &str, urls: &mut Vec<Vec<u8>>) -> Option<String> {
    let remark =
        (urls.len() > NAMED).then(|| format!("{} {what} are named, the first {NAMED} are used", urls.len()));
    urls.truncate(NAMED);
    remark
}

/// Those that the user typed, then those of the source.
pub(crate) fn named(job: &Job, typed: &[String], found: Vec<Vec<u8>>) -> Vec<Named> {
    let stranger = strangers(job);
    let typed = typed.iter().map(|text| (text.clone().into_bytes(), Namer::USER));
    let own: BTreeSet<&[u8]> = job.own_trackers.iter().map(|url| url.as_bytes()).collect();
    let namer = |text: &[u8]| if own.contains(text) { Namer::USER } else { stranger };
    let found = found.into_iter().map(|text| (namer(&text), text)).map(|(namer, text)| (text, namer));
    let name = |(text, namer): (Vec<u8>, Namer)| {
        let url = Url::parse(&text);
        let text = String::from_utf8_lossy(&text).into_owned();
        Named { text, url, namer, standing: ServerStanding::New, addresses: Vec::new() }
    };
    typed.chain(found).map(name).collect()
}

/// What those may name whom the user did not name: the torrent or link, trackers, peers, nodes of the DHT. As much as the server may that it came
/// from; what is in private networks, if the user allows that; and if all that the user typed is local, what is as near as that.
pub(crate) fn strangers(job: &Job) -> Namer {
    let allowed = if job.allow_private { Namer::ALLOWED } else { Namer::STRANGER };
    [job.came_from, typed(job)].into_iter().flatten().fold(allowed, Namer::min)
}

/// Whether all the world may hear of a job: not if all that the user typed is local.
pub(crate) fn is_public(job: &Job) -> bool {
    typed(job).is_none_or(|farthest| farthest == Namer::STRANGER)
}

/// Whether the DHT may be asked about a job: that of the world, or the one of the nodes that the user typed.
pub(crate) fn asks_dht(job: &Job) -> bool {
    is_public(job) || !job.dht_nodes.is_empty()
}

/// The farthest of all that the user typed.
fn typed(job: &Job) -> Option<Namer> {
    let urls = job.trackers.iter().chain(&job.own_trackers).chain(&job.web_seeds);
    let hosts =
        urls.map(|url| Url::parse(url.as_bytes()).map(|url| url.host().to_owned()).unwrap_or_default());
    let hosts = hosts.chain(job.peers.iter().chain(&job.dht_nodes).map(|peer| peer.host.clone()));
    // A name may lead anywhere.
    let address = |host: String| match host.as_str() {
        "localhost" => IpAddr::from(Ipv4Addr::LOCALHOST),
        host => host.parse().unwrap_or(IpAddr::from(Ipv4Addr::UNSPECIFIED)),
    };
    hosts.map(address).map(Namer::at).chain(job.came_from).max()
}

/// The tiers of `trackers` (BEP 12), which are those of a job: one for each that the user typed, then those of the torrent.
pub(crate) fn tiers<'n>(job: &Job, trackers: &'n [Named]) -> Vec<&'n [Named]> {
    let of_torrent = match &job.source {
        Source::Torrent(metainfo) => metainfo.advisory().trackers.iter().map(Vec::len).collect(),
        Source::Magnet(_) => Vec::new(),
    };
    let sizes = std::iter::repeat_n(1, job.trackers.len()).chain(of_torrent).chain(std::iter::repeat(1));
    let mut sizes = sizes.filter(|size| *size > 0);
    let mut left = trackers;
    let tiers = std::iter::from_fn(|| {
        let (tier, rest) = left.split_at(sizes.next()?.min(left.len()));
        left = rest;
        Some(tier)
    });
    tiers.take_while(|tier| !tier.is_empty()).collect()
}

/// Trackers that a torrent or link may name, and web seeds: public lists have some hundreds.
const NAMED: usize = 1000;

#[cfg(test)]
mod tests {
    use torrent_core::magnet::Peer;

    use super::*;

    /// Trackers and peers that were typed, where the torrent came from, whether private addresses are allowed; and what follows.
    type Row = (&'static [&'static str], &'static [&'static str], Option<Namer>, bool, Namer);

    /// Who the user named decides what the others may name, and where the torrent came from.
    #[test]
    fn what_strangers_may_name() {
        let (nobody, machine) = (Namer::STRANGER, Namer::at(Ipv4Addr::LOCALHOST.into()));
        let (site, at_site) = (Namer::ALLOWED, &["http://10.0.0.9/announce"]);
        let rows: [Row; 16] = [
            (&[], &[], None, false, nobody),
            (&[], &[], None, true, site),
            // All that was typed is local.
            (&[], &["127.0.0.1:1"], None, false, machine),
            (&[], &["localhost:1", "[::1]:1"], None, false, machine),
            (&[], &["192.168.0.1:1"], None, false, site),
            (at_site, &["127.0.0.1:1"], None, false, site),
            (at_site, &["127.0.0.1:1"], None, true, site),
            (&["udp://[fd00::1]:1/announce"], &[], None, false, site),
            // Not all of it: a name may lead anywhere.
            (&[], &["127.0.0.1:1", "8.8.8.8:1"], None, false, nobody),
            (&[], &["127.0.0.1:1", "8.8.8.8:1"], None, true, site),
            (&["http://tracker.example/announce"], &["127.0.0.1:1"], None, false, nobody),
            (&[], &["tracker:1"], None, false, nobody),
            (&[], &["127.0.0.1:1"], Some(nobody), false, nobody),
            // What came from near may lead to what is as near.
            (&[], &[], Some(site), false, site),
            (&[], &["8.8.8.8:1"], Some(machine), false, machine),
            (&[], &["169.254.169.254:80"], None, false, nobody),
        ];
        for (trackers, peers, came_from, allow_private, expected) in rows {
            let job = Job {
                trackers: trackers.iter().map(|url| (*url).to_owned()).collect(),
                peers: peers.iter().map(|peer| Peer::parse(peer).unwrap()).collect(),
                came_from,
                allow_private,
                ..Job::new(Source::Magnet(Box::default()), "")
            };
            assert_eq!(strangers(&job), expected, "{trackers:?} {peers:?} {came_from:?} {allow_private}");
        }
    }
}
