//! The DHT of the world: the nodes of the peers that have one, and their datagrams.

use std::net::SocketAddr;
use std::time::Duration;

use swarm::dht::{Dht, DhtAction, DhtConfig, DhtFamilies, DhtMode};
use swarm::{Event, Origin};

use super::{Plan, World, number_of};

/// What is yet to happen in the DHT.
#[derive(Debug)]
pub(super) enum DhtPlan {
    /// A datagram arrives.
    Datagram { from: SocketAddr, to: usize, datagram: Vec<u8> },
    /// The node of a peer in one of its lives wakes.
    Tick { node: usize, life: u32 },
    /// A peer in one of its lives looks for others.
    LookUp { node: usize, life: u32 },
}

impl World {
    /// A peer that has joined gets its node, if it has one.
    pub(super) fn join_dht(&mut self, index: usize) {
        let peer = &self.nodes[index].peer;
        if !peer.dht {
            return;
        }
        let mode = if peer.dialable { DhtMode::Full } else { DhtMode::ReadOnly };
        let families = DhtFamilies { v4: true, v6: false };
        let config = DhtConfig { mode, families, ..DhtConfig::default() };
        let mut random = [0; 32];
        self.rng.fill(&mut random);
        let mut dht = Dht::new(config, random, self.now);
        let first = self.nodes.iter().find(|node| node.dht.is_some());
        first.into_iter().for_each(|first| dht.add_node(self.now, first.address));
        self.nodes[index].dht = Some(dht);
        self.look_up(index);
    }

    pub(super) fn happen_in_dht(&mut self, plan: DhtPlan) {
        let now = self.now;
        match plan {
            DhtPlan::Datagram { from, to, datagram } => {
                if let Some(dht) = &mut self.nodes[to].dht {
                    dht.handle(now, from, &datagram);
                    self.follow_up(to);
                }
            }
            DhtPlan::Tick { node, life } if self.nodes[node].life == life => {
                self.nodes[node].dht_tick = None;
                if let Some(dht) = &mut self.nodes[node].dht {
                    dht.on_time(now);
                    self.follow_up(node);
                }
            }
            DhtPlan::LookUp { node, life } if self.nodes[node].life == life => self.look_up(node),
            DhtPlan::Tick { .. } | DhtPlan::LookUp { .. } => {}
        }
    }

    fn look_up(&mut self, index: usize) {
        let metainfo = &self.payload.metainfo;
        let v2 = metainfo.info_hash_v2().and_then(|hash| hash.first_chunk().copied());
        let hash = metainfo.info_hash_v1().or(v2).expect("a torrent has an info hash");
        let node = &mut self.nodes[index];
        let port = node.address.port();
        node.dht.iter_mut().for_each(|dht| dht.look_up(self.now, hash, Some(port)));
        self.follow_up(index);
    }

    /// Does what a node wants, as a driver does.
    fn follow_up(&mut self, index: usize) {
        let life = self.nodes[index].life;
        while let Some(action) = self.nodes[index].dht.as_mut().and_then(Dht::poll) {
            match action {
                DhtAction::Send { to, datagram } => self.send_datagram(index, to, datagram),
                DhtAction::Peers { peers, .. } => {
                    let peers = peers.into_iter().map(Into::into).collect();
                    self.tell(index, Event::Peers { origin: Origin::Dht, peers });
                }
                DhtAction::Ended { .. } => {
                    self.queue.plan(self.now + AGAIN, Plan::Dht(DhtPlan::LookUp { node: index, life }));
                }
            }
        }
        let node = &mut self.nodes[index];
        let due = node.dht.as_ref().and_then(Dht::next_deadline).map(|due| due.max(self.now + SOON));
        if let Some(due) = due.filter(|due| node.dht_tick.is_none_or(|planned| *due < planned)) {
            node.dht_tick = Some(due);
            self.queue.plan(due, Plan::Dht(DhtPlan::Tick { node: index, life }));
        }
    }

    /// A datagram to nobody, or through where none passes, is lost.
    fn send_datagram(&mut self, from: usize, to: SocketAddr, datagram: Vec<u8>) {
        let delay = self.delay();
        let passes = |node: usize| self.nodes.get(node).is_some_and(|node| node.peer.udp);
        if let Some(to) = number_of(to).filter(|to| passes(*to) && passes(from)) {
            let from = self.nodes[from].address;
            self.queue.plan(self.now + delay, Plan::Dht(DhtPlan::Datagram { from, to, datagram }));
        }
    }
}

/// How long a peer waits before it looks for others again.
const AGAIN: Duration = Duration::from_secs(60);

/// Nobody wakes sooner than that.
const SOON: Duration = Duration::from_millis(1);
