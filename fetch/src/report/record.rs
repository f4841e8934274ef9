//! JSON: one line an event, `schema/fetch-1.json`.

use cli_kit::{Exit, Failure, JsonBytes, hex};
use serde::Serialize;
use swarm_net::JobProgress;
use swarm_net::disk::DiskSurvey;
use torrent_core::metainfo::Metainfo;

use super::shortfall;
use crate::ended::Ended;

/// An event of a job.
#[derive(Serialize)]
pub(crate) struct Record<'a> {
    schema: &'static str,
    /// Its place among the sources, from 0.
    job: usize,
    source: &'a str,
    #[serde(flatten)]
    event: Event<'a>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(job: usize, source: &'a str, event: Event<'a>) -> Self {
        Self { schema: "piecework/fetch/1", job, source, event }
    }
}

/// What happened, as a line of JSON says it.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum Event<'a> {
    /// The metadata of a link came.
    Metadata(Torrent),
    /// With `--dry-run`: what would be fetched.
    Surveyed {
        #[serde(flatten)]
        torrent: Torrent,
        wanted: u64,
        done: u64,
        needed: u64,
        free: u64,
        fits: bool,
    },
    /// What lies on disk is known.
    Started {
        #[serde(flatten)]
        torrent: Torrent,
        pieces_wanted: usize,
        pieces_had: usize,
        wanted: u64,
        done: u64,
    },
    Progress(Standing),
    Piece {
        piece: u32,
    },
    BadPiece {
        piece: u32,
    },
    Banned {
        ip: String,
        reason: &'static str,
    },
    Unreached {
        address: String,
        reason: &'static str,
    },
    Tracker {
        url: &'a str,
        message: &'a str,
    },
    WebSeed {
        url: &'a str,
        message: &'a str,
    },
    Warning {
        message: &'a str,
    },
    Completed {
        path: JsonBytes<Vec<u8>>,
        seconds: f64,
        #[serde(flatten)]
        standing: Standing,
    },
    /// It stays, to give to others.
    Seeding {
        addresses: Vec<String>,
    },
    /// Another source is the same torrent.
    Duplicate {
        of: usize,
    },
    Failed {
        reason: &'static str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
        exit_code: u8,
        /// What became of those who could have given it, where it was the network that did not deliver.
        #[serde(flatten)]
        shortfall: Option<Box<shortfall::Record>>,
    },
}

/// What a torrent is.
#[derive(Serialize)]
pub(crate) struct Torrent {
    name: JsonBytes<Vec<u8>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info_hash_v2: Option<String>,
    size: u64,
    piece_length: u64,
    pieces: u64,
    file_count: usize,
    private: bool,
}

impl Torrent {
    pub(crate) fn of(metainfo: &Metainfo) -> Self {
        Self {
            name: JsonBytes(metainfo.name().to_vec()),
            info_hash_v1: metainfo.info_hash_v1().map(|hash| hex(&hash)),
            info_hash_v2: metainfo.info_hash_v2().map(|hash| hex(&hash)),
            size: metainfo.files().content_length(),
            piece_length: metainfo.piece_length(),
            pieces: metainfo.layout().piece_count(),
            file_count: metainfo.files().len(),
            private: metainfo.private() == Some(true),
        }
    }
}

/// Where a job stands.
#[derive(Serialize)]
pub(crate) struct Standing {
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<u64>,
    downloaded: u64,
    wasted: u64,
    uploaded: u64,
    download_rate: u64,
    upload_rate: u64,
    peers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_left: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checking: Option<u64>,
}

impl Standing {
    pub(crate) fn of(progress: &JobProgress) -> Self {
        Self {
            wanted: Some(progress.wanted),
            done: Some(progress.done),
            downloaded: progress.downloaded,
            wasted: progress.wasted,
            uploaded: progress.uploaded,
            download_rate: progress.download_rate,
            upload_rate: progress.upload_rate,
            peers: progress.peers,
            seconds_left: super::line::seconds_left(progress),
            checking: progress.checking,
        }
    }

    /// Before it is known how much is wanted: nothing of nothing would read like all of it.
    pub(crate) fn before(progress: &JobProgress) -> Self {
        Self { wanted: None, done: None, seconds_left: None, ..Self::of(progress) }
    }
}

pub(crate) fn surveyed(metainfo: &Metainfo, survey: &DiskSurvey) -> Event<'static> {
    let (wanted, done) = super::bytes_of(survey);
    let (needed, free) = (survey.needed, survey.free);
    Event::Surveyed { torrent: Torrent::of(metainfo), wanted, done, needed, free, fits: needed <= free }
}

pub(crate) fn failed<'a>(failure: &'a Failure, reason: &'static str, ended: Option<&Ended>) -> Event<'a> {
    let ended = ended.filter(|_| failure.exit == Exit::Network);
    let shortfall = ended.map(|ended| shortfall::Record::of(&ended.shortfall, ended.metainfo.as_deref()));
    Event::Failed {
        shortfall: shortfall.map(Box::new),
        reason,
        message: &failure.message,
        hint: failure.hint.as_deref(),
        exit_code: Exit::code(failure.exit),
    }
}
