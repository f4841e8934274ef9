//! With what is fetched: the options of `fetch` that make sense here.

use std::time::{Duration, Instant};

use cli_kit::{Failure, World};
use swarm_cli::{KeptNodes, typed_nodes};
use swarm_net::{DhtAnswers, Patience, Settings};
use torrent_core::magnet::Peer;
use web_client::WebAccess;

use crate::args::Args;

/// How torrents are fetched.
#[derive(Clone, Debug)]
pub(crate) struct Means {
    pub(crate) settings: Settings,
    pub(crate) allow_private: bool,
    /// Nodes of the DHT that were typed, and where others are kept.
    pub(crate) dht_nodes: Vec<Peer>,
    pub(crate) kept_nodes: KeptNodes,
    /// For each torrent, but for the deadline.
    patience: Patience,
    /// When all of it is to end, and the time that was typed.
    deadline: Option<(Instant, Duration)>,
}

impl Means {
    /// What was typed. Web servers are asked as those of feeds are.
    pub(crate) fn of(args: &Args, access: &WebAccess, world: &World) -> Result<Self, Failure> {
        let settings = Settings {
            memory: args.rates.memory,
            max_download: args.rates.max_download,
            max_upload: args.rates.max_upload,
            access: access.clone(),
            ..args.swarm.settings(&args.hash, DhtAnswers::Never, world)?
        };
        Ok(Self {
            dht_nodes: typed_nodes(&settings),
            settings,
            allow_private: args.swarm.allow_private,
            kept_nodes: KeptNodes::of(world),
            patience: args.patience_flags.patience(None),
            deadline: args.deadline.map(|time| (Instant::now() + time, time)),
        })
    }

    /// How long a torrent that begins now is waited for.
    pub(crate) fn patience(&self) -> Patience {
        let left = self.deadline.map(|(until, _)| until.saturating_duration_since(Instant::now()));
        Patience { deadline: left, ..self.patience }
    }

    /// Whether all of it is to end.
    pub(crate) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|(until, _)| Instant::now() >= until)
    }
}
