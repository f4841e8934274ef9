//! What others are answered (BEP 5, 32, 42, 43).
//!
//! Anybody can ask in the name of somebody else. So until a host has shown a token of ours, all that goes to it because of a question (the
//! answer, and the query by which we find out whether it is there) is at most three times as long as the question.

use std::net::SocketAddr;

use super::krpc::{
    DhtNode, KrpcAnswer, KrpcBody, KrpcMessage, KrpcQuery, KrpcRefusal, Question, Want, nodes_length,
    peers_length,
};
use super::limits::{AMPLIFICATION, K, SENT_MAX, TRANSACTION_MAX};
use super::{Dht, DhtAction, DhtMode, NodeId};
use crate::Time;
use torrent_core::address::reach;

/// A question as it came.
pub(super) struct Asked<'a> {
    pub(super) from: SocketAddr,
    pub(super) transaction: &'a [u8],
    pub(super) query: KrpcQuery<'a>,
    /// Bytes of its datagram.
    pub(super) length: usize,
}

impl Dht {
    /// Answers a question, if that is what we do and the asker does not ask too much.
    pub(super) fn on_query(&mut self, now: Time, asked: &Asked<'_>) {
        let may_ask = |dht: &mut Self| dht.rates.may_ask(asked.from.ip(), &dht.secret, now);
        let is_honest = asked.from.port() > 0 && asked.transaction.len() <= TRANSACTION_MAX;
        if self.config.mode == DhtMode::ReadOnly || !is_honest || !may_ask(self) {
            return;
        }
        let node = DhtNode { id: asked.query.id, address: asked.from };
        self.overlay_mut(asked.from).table.asked(node, now);
        let is_proven = self.take_announce(now, asked) || self.rates.is_proven(asked.from.ip(), now);
        if !self.rates.may_answer(is_proven, now) {
            return;
        }
        let mut room = if is_proven { SENT_MAX } else { SENT_MAX.min(asked.length * AMPLIFICATION) };
        let is_welcome = !asked.query.read_only && self.overlay_mut(asked.from).is_welcome(node);
        if is_welcome && room >= PING_LENGTH {
            room -= if is_proven { 0 } else { PING_LENGTH };
            self.overlay_mut(asked.from).check_later(asked.from);
        }
        if let Some(datagram) = self.answer(now, asked, room) {
            self.rates.answered(datagram.len(), now);
            self.actions.push_back(DhtAction::Send { to: asked.from, datagram });
        }
    }

    /// Lists a peer that announces itself, if it shows a token of ours: it is where it says it is.
    fn take_announce(&mut self, now: Time, asked: &Asked<'_>) -> bool {
        let Question::AnnouncePeer { info_hash, port, token } = asked.query.question else { return false };
        if !self.secret.is_token(token, asked.from.ip(), now) {
            return false;
        }
        self.rates.prove(asked.from.ip(), now);
        let peer = SocketAddr::new(asked.from.ip(), port.unwrap_or(asked.from.port()));
        self.overlay_mut(asked.from).store.insert(info_hash, peer, now);
        self.tell_of(info_hash, asked.from, vec![peer]);
        true
    }

    fn answer(&mut self, now: Time, asked: &Asked<'_>, room: usize) -> Option<Vec<u8>> {
        let from = asked.from;
        let token = self.secret.token(from.ip(), now);
        let id = self.overlay_mut(from).own;
        let bare = KrpcAnswer { id, nodes: Vec::new(), peers: Vec::new(), token: None, asker: Some(from) };
        let answer = match asked.query.question {
            Question::Ping => bare,
            Question::FindNode { target } => KrpcAnswer { nodes: self.nodes_near(target, asked), ..bare },
            Question::GetPeers { info_hash } => {
                let nodes = self.nodes_near(NodeId(info_hash), asked);
                let overlay = &self.overlays[usize::from(from.is_ipv6())];
                let store = overlay.as_ref().map(|overlay| &overlay.store);
                let peers = store.map(|store| store.peers(info_hash, reach(from.ip()), now, &mut self.rng));
                KrpcAnswer { nodes, peers: peers.unwrap_or_default(), token: Some(&token), ..bare }
            }
            Question::AnnouncePeer { token, .. } if self.secret.is_token(token, from.ip(), now) => bare,
            Question::AnnouncePeer { .. } => return refusal(KrpcRefusal::Protocol, asked, room),
            Question::Other => return refusal(KrpcRefusal::Method, asked, room),
        };
        fitted(answer, asked, room)
    }

    /// Nodes of the families that are wanted, the asker's own family first, the nearest of each first.
    fn nodes_near(&self, target: NodeId, asked: &Asked<'_>) -> Vec<DhtNode> {
        let is_v6 = asked.from.is_ipv6();
        let want = asked.query.want.unwrap_or(Want { v4: !is_v6, v6: is_v6 });
        let mut nodes = Vec::new();
        for family in [is_v6, !is_v6] {
            let overlay = self.overlays[usize::from(family)].as_ref();
            let is_wanted = if family { want.v6 } else { want.v4 };
            let nearest = overlay.filter(|_| is_wanted).map(|overlay| overlay.table.nearest(target, K + 1));
            let others = nearest.into_iter().flatten().filter(|node| {
                node.address != asked.from && reach(node.address.ip()) >= reach(asked.from.ip())
            });
            nodes.extend(others.take(K));
        }
        nodes
    }
}

/// The answer with as much in it as there is room for: half of the nodes, then peers, then more nodes, those of the other family last.
fn fitted(mut answer: KrpcAnswer<'_>, asked: &Asked<'_>, room: usize) -> Option<Vec<u8>> {
    let is_v6 = asked.from.is_ipv6();
    let (nodes, peers) = (std::mem::take(&mut answer.nodes), std::mem::take(&mut answer.peers));
    let frame =
        KrpcMessage { transaction: asked.transaction, body: KrpcBody::Answer(answer.clone()) }.encode();
    let mut left = room.checked_sub(frame.len())?;
    let (ours, others): (Vec<DhtNode>, Vec<DhtNode>) =
        nodes.into_iter().partition(|node| node.address.is_ipv6() == is_v6);
    let fits = |most: usize, left: usize, length: &dyn Fn(usize) -> usize| {
        (0..=most).rev().find(|count| length(*count) <= left).unwrap_or_default()
    };
    let of_ours = |count| nodes_length(count, is_v6);
    let of_others = |count| nodes_length(count, !is_v6);
    let of_peers = |count| peers_length(count, is_v6);
    let half = fits(ours.len().min(K / 2), left, &of_ours);
    let peer_count = fits(peers.len(), left - of_ours(half), &of_peers);
    left -= of_peers(peer_count);
    let our_count = fits(ours.len(), left, &of_ours);
    let other_count = fits(others.len(), left - of_ours(our_count), &of_others);
    answer.nodes = ours.into_iter().take(our_count).chain(others.into_iter().take(other_count)).collect();
    answer.peers = peers.into_iter().take(peer_count).collect();
    Some(KrpcMessage { transaction: asked.transaction, body: KrpcBody::Answer(answer) }.encode())
}

fn refusal(refusal: KrpcRefusal, asked: &Asked<'_>, room: usize) -> Option<Vec<u8>> {
    let body = KrpcBody::Error(refusal.code());
    let datagram = KrpcMessage { transaction: asked.transaction, body }.encode();
    (datagram.len() <= room).then_some(datagram)
}

/// Bytes of our shortest query.
pub(super) const PING_LENGTH: usize = 67;
