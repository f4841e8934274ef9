//! Where peers come from, in words.

use std::collections::BTreeMap;

use swarm_net::PeerSource;

/// Who named peers, one of the kind.
pub(super) fn namer(source: PeerSource) -> String {
    let name = match source {
        PeerSource::User => "you",
        PeerSource::Tracker => "a tracker",
        PeerSource::Link => "the link",
        PeerSource::Caller => "a peer that called",
        PeerSource::Local => "local discovery",
        PeerSource::Exchange => "another peer",
        PeerSource::Dht => "the DHT",
        PeerSource::Stranger => "a stranger",
    };
    name.to_owned()
}

/// Where the peers come from, if that is more than what was typed or trackers.
pub(super) fn sources(counts: &BTreeMap<PeerSource, usize>) -> String {
    if counts.keys().all(|source| matches!(source, PeerSource::User | PeerSource::Tracker)) {
        return String::new();
    }
    let part = |(source, count): (&PeerSource, &usize)| match source {
        PeerSource::User => format!("{count} named by you"),
        PeerSource::Tracker => format!("{count} from trackers"),
        PeerSource::Link => format!("{count} from the link"),
        PeerSource::Caller => format!("{count} that called"),
        PeerSource::Local => format!("{count} by local discovery"),
        PeerSource::Exchange => format!("{count} from other peers"),
        PeerSource::Dht => format!("{count} from the DHT"),
        PeerSource::Stranger => format!("{count} from strangers"),
    };
    format!(" ({})", counts.iter().map(part).collect::<Vec<_>>().join(", "))
}

/// The word that programs know a kind of namer by.
pub(super) fn word(source: PeerSource) -> &'static str {
    match source {
        PeerSource::User => "user",
        PeerSource::Tracker => "tracker",
        PeerSource::Link => "link",
        PeerSource::Caller => "caller",
        PeerSource::Local => "local-discovery",
        PeerSource::Exchange => "peer-exchange",
        PeerSource::Dht => "dht",
        PeerSource::Stranger => "stranger",
    }
}
