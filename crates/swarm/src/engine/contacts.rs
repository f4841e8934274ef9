//! Gives account of what became of all peers, trackers and web seeds that could have given something.

use std::net::{IpAddr, SocketAddr};

use super::Swarm;
use super::web::WebFate;
use crate::Contacts;
use crate::tracker::Lack;
use torrent_core::address::AddressError;

impl<B> Swarm<B> {
    /// Why a peer that only a link names is not dialled, if that is so.
    pub fn refusal_of_linked(&self, address: SocketAddr) -> Option<AddressError> {
        self.addresses.refusal_of_linked(address)
    }

    /// Whether the user named a peer of this host.
    pub fn is_named_by_user(&self, ip: IpAddr) -> bool {
        self.addresses.is_named_by_user(ip)
    }

    /// What became of all peers, trackers and web seeds that could have given something.
    pub fn contacts(&self) -> Contacts {
        let web_seeds_forbidden = self.web.count_of(&WebFate::FORBIDDEN);
        let mut contacts = Contacts {
            banned: self.bans.hosts.reasons(),
            passed_over: self.passed_over.clone(),
            trackers: self.trackers.count(),
            trackers_answered: self.trackers.answered_count(),
            trackers_refused: self.trackers.lack_count(&[Lack::Refused]),
            trackers_not_asked: self.trackers.lack_count(&[Lack::Unusable, Lack::Forbidden]),
            trackers_forbidden: self.trackers.lack_count(&[Lack::Forbidden]),
            web_seeds: self.web.count(),
            web_seeds_given_up: self.web.count_of(&[WebFate::GivenUp]),
            web_seeds_not_asked: self.web.count_of(&[WebFate::Unusable]) + web_seeds_forbidden,
            web_seeds_forbidden,
            ..Contacts::default()
        };
        self.addresses.fates().count(&mut contacts);
        for peer in self.connections.values().filter(|peer| !peer.closing) {
            contacts.connected += 1;
            contacts.needless += usize::from(peer.pieces.needed == 0);
            contacts.choking += usize::from(peer.pieces.needed > 0 && peer.it_chokes);
        }
        contacts
    }
}
