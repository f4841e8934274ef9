//! JSON: one line an event, `schema/seed-1.json`.

use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;

use cli_kit::{Failure, JsonBytes, hex};
use serde::Serialize;
use swarm_net::JobProgress;

use super::line::copies;
use crate::link::{Whereabouts, is_sufficient};
use crate::offer::Offer;
use crate::plan::Plan;

/// An event, and of which offer it is.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    schema: &'static str,
    /// The number of the offer, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<usize>,
    /// What was typed, or found in a folder that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(flatten)]
    event: Event<'a>,
}

impl<'a> Record<'a> {
    pub(super) fn new(job: Option<usize>, source: Option<&'a str>, event: Event<'a>) -> Self {
        Self { schema: "piecework/seed/1", job, source, event }
    }
}

/// What happened, as a line of JSON says it.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event<'a> {
    /// Where others find us, all offers together.
    Listening {
        addresses: Vec<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        page: Option<&'a str>,
    },
    /// Peers are answered.
    Offered(Box<Offered>),
    Progress(Standing),
    Banned {
        ip: String,
    },
    Tracker {
        url: &'a str,
        message: &'a str,
    },
    Warning {
        message: &'a str,
    },
    /// Data is not as the torrent says, or not any more.
    Damaged {
        piece: u32,
        paths: Vec<JsonBytes<Vec<u8>>>,
        message: &'a str,
    },
    /// It was to stop, and has.
    Ended {
        seconds: f64,
        #[serde(flatten)]
        standing: Standing,
    },
    /// Another source is the same torrent.
    Duplicate {
        of: &'a str,
    },
    Failed {
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
        exit_code: u8,
    },
}

/// What is offered, and where.
#[derive(Serialize)]
pub(super) struct Offered {
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent: Option<JsonBytes<Vec<u8>>>,
    /// The file or folder that is given.
    path: JsonBytes<Vec<u8>>,
    name: JsonBytes<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v2: Option<String>,
    /// Absent where it would lead nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) magnet: Option<String>,
    /// Where all is listed that is served, and the torrent.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrent_url: Option<String>,
    addresses: Vec<String>,
    port: u16,
    size: u64,
    piece_length: u64,
    pieces: u64,
    file_count: usize,
    private: bool,
    trackers: Vec<Vec<JsonBytes<Vec<u8>>>>,
    web_seeds: Vec<JsonBytes<Vec<u8>>>,
}

impl Offered {
    pub(super) fn of(plan: &Plan, offer: &Offer, whereabouts: &Whereabouts) -> Self {
        let metainfo = &offer.metainfo;
        let magnet = whereabouts.magnet(plan, offer);
        let addresses = &whereabouts.addresses;
        let bytes = |bytes: &[u8]| JsonBytes(bytes.to_vec());
        let tier = |tier: &Vec<Vec<u8>>| tier.iter().map(|url| bytes(url)).collect();
        let typed = plan.trackers.iter().map(|url| vec![bytes(url.as_bytes())]);
        let ours = whereabouts.announce(metainfo).map(|url| vec![bytes(url.as_bytes())]);
        Self {
            torrent: offer.torrent.as_ref().map(|path| bytes(path.as_os_str().as_bytes())),
            path: bytes(offer.place.path.as_os_str().as_bytes()),
            name: bytes(metainfo.name()),
            info_hash_v1: metainfo.info_hash_v1().map(|hash| hex(&hash)),
            info_hash_v2: metainfo.info_hash_v2().map(|hash| hex(&hash)),
            page: whereabouts.site.clone(),
            torrent_url: whereabouts.torrent_url(offer),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            port: addresses.first().map_or(0, SocketAddr::port),
            size: metainfo.files().content_length(),
            piece_length: metainfo.piece_length(),
            pieces: metainfo.layout().piece_count(),
            file_count: metainfo.files().len(),
            private: metainfo.private() == Some(true),
            trackers: ours
                .into_iter()
                .chain(metainfo.advisory().trackers.iter().map(tier))
                .chain(typed)
                .collect(),
            web_seeds: magnet.web_seeds.iter().map(|url| bytes(url)).collect(),
            magnet: is_sufficient(&magnet, metainfo).then(|| magnet.to_string()),
        }
    }
}

/// Where an offer stands.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Standing {
    /// Bytes that can be given, as peers send them.
    available: u64,
    uploaded: u64,
    /// Bytes that clients of HTTP took.
    web_uploaded: u64,
    upload_rate: u64,
    peers: usize,
    /// How many times the content was given; padding counts on both sides, where peers send it.
    copies_given: f64,
    /// How many times peers have it, as far as they have announced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    copies_received: Option<f64>,
    /// How many pieces somebody has who did not get them from us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pieces_spread: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checking: Option<u64>,
}

impl Standing {
    pub(super) fn of(progress: &JobProgress, size: u64) -> Self {
        Self {
            available: progress.done,
            uploaded: progress.uploaded,
            web_uploaded: progress.web,
            upload_rate: progress.upload_rate,
            peers: progress.peers,
            copies_given: copies(progress, size),
            copies_received: progress.bill.map(|bill| bill.received),
            pieces_spread: progress.bill.map(|bill| bill.spread),
            checking: progress.checking,
        }
    }
}

pub(super) fn failed(failure: &Failure) -> Event<'_> {
    Event::Failed { message: &failure.message, hint: failure.hint.as_deref(), exit_code: failure.exit.code() }
}
