//! Trackers that know whoever has announced, for tests: over HTTP and over UDP.

mod http;
mod udp;

pub use http::HttpTracker;
pub use udp::UdpTracker;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

/// Who is in the swarm, and what was asked. Clones share it.
#[derive(Clone, Debug, Default)]
struct Book(Arc<Mutex<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    peers: BTreeSet<SocketAddr>,
    requests: Vec<Vec<u8>>,
}

impl Book {
    fn of(peers: &[SocketAddr]) -> Self {
        let book = Self::default();
        book.with(|entries| entries.peers.extend(peers));
        book
    }

    /// Notes a request; who is behind it joins or leaves. Gives the others, in compact form.
    fn announce(&self, request: &[u8], from: SocketAddr, stopped: bool) -> Vec<u8> {
        self.with(|entries| {
            entries.requests.push(request.to_vec());
            if stopped {
                entries.peers.remove(&from);
            } else if from.port() > 0 {
                entries.peers.insert(from);
            }
            let others = entries.peers.iter().filter(|peer| **peer != from);
            others.filter(|peer| peer.is_ipv4() == from.is_ipv4()).flat_map(compact).collect()
        })
    }

    fn requests(&self) -> Vec<Vec<u8>> {
        self.with(|entries| entries.requests.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Entries) -> T) -> T {
        look(&mut self.0.lock().expect("no tracker panicked"))
    }
}

fn compact(peer: &SocketAddr) -> Vec<u8> {
    let mut bytes = match peer.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    bytes.extend(peer.port().to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests;
