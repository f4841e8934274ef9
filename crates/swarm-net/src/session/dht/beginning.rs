//! Whom our node of the DHT begins with: nodes that the user named; if there are none, those that were there the last time, and public routers
//! where these are not enough.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use swarm::Time;
use swarm::dht::InfoHash;
use torrent_core::address::Namer;
use torrent_core::magnet::Peer;

use super::super::Session;
use crate::job_id::JobId;
use crate::mailbox::ThreadAnswer;
use crate::named::strangers;
use crate::turn_queue::ServerStanding;

/// How far finding the first nodes is.
pub(super) struct Beginning {
    /// When it is looked whether anybody has answered.
    next: Time,
    /// How often routers were asked.
    tries: u32,
    /// Saved nodes were asked.
    has_asked_saved: bool,
}

impl Beginning {
    pub(super) fn new(now: Time) -> Self {
        Self { next: now, tries: 0, has_asked_saved: false }
    }

    /// When something is to be done about it.
    pub(super) fn next(&self) -> Time {
        self.next
    }
}

impl Session {
    /// Asks those that our node begins with, as long as nobody has answered: those of the user alone, or first saved ones and then
    /// routers.
    pub(super) fn find_first_nodes(&mut self) {
        let now = self.now;
        let Some(dht) = &mut self.dht else { return };
        let Some(beginning) = dht.beginning.as_mut().filter(|beginning| beginning.next <= now) else {
            return;
        };
        beginning.next = now + LOOK;
        if dht.node.figures().nodes >= ENOUGH {
            return;
        }
        // Who says whom to begin with wants nobody else asked.
        let asks_others = dht.is_public && dht.settings.nodes.is_empty();
        let mut names = dht.settings.nodes.iter().map(|node| (node.clone(), Namer::USER)).collect::<Vec<_>>();
        if asks_others
            && !std::mem::replace(&mut beginning.has_asked_saved, true)
            && !dht.settings.saved.is_empty()
        {
            dht.settings.saved.iter().for_each(|node| dht.node.add_node(now, *node));
            beginning.next = now + PATIENCE;
        } else if asks_others {
            // One that leads to this machine leads nowhere.
            let routers = dht.settings.routers.iter().map(|router| (router.clone(), Namer::STRANGER));
            names.extend(routers);
            beginning.tries += 1;
            beginning.next = now + (LOOK * 2_u32.pow((beginning.tries - 1).min(10))).min(LOOK_MAX);
        }
        self.look_up_nodes(names);
    }

    /// Nodes that the torrent of an info hash names (BEP 5, `nodes`).
    pub(super) fn look_up_nodes_of(&mut self, info_hash: &InfoHash) {
        let torrents = self.torrents.of_info_hash(info_hash).filter(|torrent| torrent.is_for_dht);
        let named = torrents.map(|torrent| (strangers(&torrent.job), torrent.nodes())).next();
        let nodes =
            named.into_iter().flat_map(|(namer, nodes)| nodes.into_iter().map(move |node| (node, namer)));
        self.look_up_nodes(nodes.take(NODES).collect());
    }

    /// Looks nodes up, each named by somebody. Addresses need no looking up.
    fn look_up_nodes(&mut self, nodes: Vec<(Peer, Namer)>) {
        for (node, namer) in nodes {
            if let Ok(ip) = node.host.parse() {
                let address = SocketAddr::new(ip, node.port);
                self.on_nodes(namer, node, vec![address]);
                continue;
            }
            let mailbox = self.mailbox.clone();
            // For no torrent in particular.
            self.namers.run(JobId(usize::MAX), ServerStanding::New, move || {
                let found = (node.host.as_str(), node.port).to_socket_addrs();
                let addresses = found.map(Iterator::collect).unwrap_or_default();
                mailbox.put(ThreadAnswer::Nodes { namer, node, addresses });
            });
        }
    }

    /// A node was looked up. Where one that the user named leads nowhere, the user is to hear of it.
    pub(in crate::session) fn on_nodes(&mut self, namer: Namer, node: Peer, addresses: Vec<SocketAddr>) {
        let (Some(dht), now) = (&mut self.dht, self.now) else { return };
        dht.unknown.retain(|other| *other != node);
        if addresses.is_empty() && dht.settings.nodes.contains(&node) {
            dht.unknown.push(node);
        }
        let named = addresses.into_iter().filter(|node| namer.may_name(*node).is_ok());
        named.for_each(|node| dht.node.add_node(now, node));
        self.go_on_with_dht();
    }
}

/// Nodes that a torrent may name.
const NODES: usize = 20;

/// With so many nodes, nobody else is asked.
const ENOUGH: u32 = 4;

/// How long those may take that were there the last time.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is looked whether there are enough, and routers are asked again where there are not.
const LOOK: Duration = Duration::from_secs(60);
const LOOK_MAX: Duration = Duration::from_secs(15 * 60);
