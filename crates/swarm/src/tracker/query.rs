//! What an HTTP tracker is asked (BEP 3).

use super::Announcer;
use crate::{Announce, AnnounceEvent};
use percent_encoding::percent_encode;
use torrent_core::address::{Url, VALUE};

/// The URL to get. The tracker's own query stays as it is.
pub fn announce_url(tracker: &Url, announcer: &Announcer, announce: &Announce) -> String {
    let mut url = tracker.to_string();
    url.push(if tracker.target().contains('?') { '&' } else { '?' });
    bytes(&mut url, "info_hash", &announcer.info_hash);
    bytes(&mut url, "&peer_id", &announcer.peer_id);
    // Some trackers take no more than 63 bits.
    let left = announce.left.min(i64::MAX as u64);
    let numbers = [
        ("port", announcer.port.into()),
        ("uploaded", announce.uploaded),
        ("downloaded", announce.downloaded),
        ("left", left),
        ("numwant", announce.peers_wanted.into()),
        ("compact", 1),
    ];
    numbers.iter().for_each(|(key, value)| url.push_str(&format!("&{key}={value}")));
    url.push_str(&format!("&key={:08x}", announcer.key));
    if let Some(event) = announce.event {
        url.push_str("&event=");
        url.push_str(event_name(event));
    }
    if let Some(id) = &announce.tracker_id {
        bytes(&mut url, "&trackerid", id);
    }
    url
}

fn event_name(event: AnnounceEvent) -> &'static str {
    match event {
        AnnounceEvent::Started => "started",
        AnnounceEvent::Completed => "completed",
        AnnounceEvent::Stopped => "stopped",
        AnnounceEvent::Paused => "paused",
    }
}

fn bytes(url: &mut String, key: &str, bytes: &[u8]) {
    url.push_str(key);
    url.push('=');
    url.extend(percent_encode(bytes, VALUE));
}
