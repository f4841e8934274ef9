//! Our own tracker: it knows the torrents that the session offers, and answers at the port of our peers.

use std::net::SocketAddr;

use serve::tracker::{InfoHash, Tracker, TrackerConfig, UdpAnswer};
use swarm::Announced;
use torrent_core::address::{Scheme, Url};

use super::Session;
use crate::attached::attached_addresses;
use crate::job::Settings;
use crate::random;
use crate::torrent::Torrent;
use crate::trackers::AnnounceResult;

/// The tracker that these settings ask for.
pub(super) fn our_tracker(settings: &Settings, port: u16) -> Option<Tracker> {
    let serve = settings.serve.as_ref()?;
    let config = TrackerConfig { is_open: serve.open_tracker, ..TrackerConfig::default() };
    let mut tracker = Tracker::new(config, random::bytes());
    tracker.set_own_addresses(own_addresses(settings, port));
    Some(tracker)
}

/// Where peers find us.
fn own_addresses(settings: &Settings, port: u16) -> Vec<SocketAddr> {
    let told = settings.serve.iter().flat_map(|serve| &serve.addresses).copied();
    let ips = settings.bind.map_or_else(attached_addresses, |ip| vec![ip]);
    told.chain(ips.into_iter().map(|ip| SocketAddr::new(ip, port))).collect()
}

impl Session {
    /// How many swarms and how many peers our tracker knows, if there is one.
    pub fn tracker_size(&self) -> Option<(usize, usize)> {
        self.tracker.as_ref().map(Tracker::size)
    }

    /// Our tracker knows a torrent of these hashes from now on.
    pub(super) fn track(&mut self, hashes: impl IntoIterator<Item = InfoHash>) {
        if let Some(tracker) = &mut self.tracker {
            hashes.into_iter().for_each(|hash| tracker.offer(hash));
        }
    }

    /// A torrent of these hashes has gone, or sleeps. Our tracker forgets those that nobody has any more.
    pub(super) fn stop_tracking(&mut self, hashes: impl IntoIterator<Item = InfoHash>) {
        for hash in hashes {
            let is_offered =
                self.has_record_of(&hash) || self.torrents.of_info_hash(&hash).any(Torrent::is_offered);
            if let Some(tracker) = self.tracker.as_mut().filter(|_| !is_offered) {
                tracker.withdraw(hash);
            }
        }
    }

    /// Sends what our tracker answers over UDP.
    pub(super) fn send_tracker_answers(&self, answers: Vec<(SocketAddr, Vec<u8>)>) {
        for (to, answer) in answers {
            // Who does not hear it asks again.
            let _unsent = self.udp.send(to, &answer);
        }
    }

    /// Time has passed: peers that did not come back are forgotten. By then we may have other addresses.
    pub(super) fn look_at_tracker(&mut self) {
        let Some(tracker) = &mut self.tracker else { return };
        if tracker.next_deadline().is_some_and(|due| due <= self.now) {
            tracker.set_own_addresses(own_addresses(&self.settings, self.port));
            tracker.on_time(self.now);
        }
    }

    /// What a tracker says that is ourselves, and need not be asked over the network; `None` if it is somebody else. It knows no peer that does not
    /// know us.
    pub(super) fn own_answer(&self, url: &Url) -> Option<AnnounceResult> {
        let tracker = self.tracker.as_ref()?;
        let is_announce = match url.scheme() {
            Scheme::Http => url.target().starts_with("/announce"),
            Scheme::Udp => true,
            Scheme::Https => false,
        };
        let host = self.settings.serve.as_ref().and_then(|serve| serve.host.as_deref());
        let is_us = match url.ip() {
            Some(ip) => tracker.is_at(SocketAddr::new(ip, url.port())),
            None => url.port() == self.port && host.is_some_and(|host| host.eq_ignore_ascii_case(url.host())),
        };
        let announced =
            Announced { interval: Some(TrackerConfig::default().slow_interval), ..Announced::default() };
        (is_announce && is_us).then(|| AnnounceResult::of(Ok(announced), None))
    }
}

/// Takes a packet, if it is a request to our tracker, and puts the answer to the others. False if it is none.
pub(super) fn take_request(
    tracker: Option<&mut Tracker>,
    packet: &[u8],
    from: SocketAddr,
    now: swarm::Time,
    answers: &mut Vec<(SocketAddr, Vec<u8>)>,
) -> bool {
    match tracker.map(|tracker| tracker.receive(packet, from, now)) {
        None | Some(UdpAnswer::NotForUs) => return false,
        Some(UdpAnswer::Silence) => {}
        Some(UdpAnswer::Send(answer)) => answers.push((from, answer)),
    }
    true
}
