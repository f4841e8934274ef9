//! Asks trackers: over HTTP (BEP 3) and UDP (BEP 15), over IPv4 and IPv6 where the tracker has both (BEP 7).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use swarm::tracker::{Announcer, REPLY_MAX, UdpExchange, UdpStep, announce_url, parse_reply};
use swarm::{Announce, Announced, Time, TrackerError};
use torrent_core::address::{Namer, Purpose, Reach, Scheme, Url, reach};

use crate::random;
use web_client::{Client, HttpError, HttpRequest, WebAccess};

/// An announce on its way.
#[derive(Clone)]
pub(crate) struct AnnounceRequest {
    pub(crate) url: Url,
    /// Who named the tracker.
    pub(crate) namer: Namer,
    /// As whom: a hybrid has two hashes.
    pub(crate) announcers: Vec<Announcer>,
    pub(crate) announce: Announce,
    /// Which address of ours to use.
    pub(crate) bind: Option<IpAddr>,
    pub(crate) access: WebAccess,
    /// How long each step may take over HTTP.
    pub(crate) patience: Duration,
}

/// What came of an announce.
#[derive(Debug)]
pub(crate) struct AnnounceResult {
    pub(crate) result: Result<Announced, TrackerError>,
    /// Peers in private networks. Only a tracker that is itself in that network may name them.
    pub(crate) near: Vec<SocketAddr>,
}

impl AnnounceRequest {
    /// Asks the tracker over every address family that it has, for every hash, and puts the answers together. Takes its time.
    pub(crate) fn run(&self) -> AnnounceResult {
        let families = match families(self) {
            Ok(families) => families,
            Err(error) => return AnnounceResult { result: Err(error), near: Vec::new() },
        };
        if let ([address], [announcer]) = (families.as_slice(), self.announcers.as_slice()) {
            return announce_over(self, *announcer, *address);
        }
        let (sender, receiver) = channel();
        for (address, announcer) in
            families.iter().flat_map(|ip| self.announcers.iter().map(move |who| (*ip, *who)))
        {
            let (request, sender) = (self.clone(), sender.clone());
            // Fails if the others' answers were enough.
            let ask = move || drop(sender.send(announce_over(&request, announcer, address)));
            // Without a thread for it, it comes in its turn.
            if thread::Builder::new().spawn(ask.clone()).is_err() {
                ask();
            }
        }
        drop(sender);
        together(&receiver)
    }
}

/// One address of each family, of those that the source of the tracker's URL may name; `None` where a proxy finds it.
fn families(request: &AnnounceRequest) -> Result<Vec<Option<SocketAddr>>, TrackerError> {
    let AnnounceRequest { url, namer, bind, access, .. } = request;
    url.may_look_up(*namer).map_err(TrackerError::NotAsked)?;
    if access.proxies.cover(url) {
        return Ok(vec![None]);
    }
    let found = (url.host(), url.port()).to_socket_addrs();
    let found: Vec<_> = found.map_err(|_| failed("the host has no address"))?.collect();
    let may = |address: &SocketAddr| url.may_connect(address.ip(), *namer, Purpose::Tracker);
    let is_ours = |address: &SocketAddr| bind.is_none_or(|ip| ip.is_ipv6() == address.is_ipv6());
    let of_family = |is_ipv6: bool| {
        let mut fitting = found.iter().filter(|address| address.is_ipv6() == is_ipv6 && is_ours(address));
        fitting.find(|address| may(address).is_ok()).copied()
    };
    let families: Vec<_> = [of_family(false), of_family(true)].into_iter().flatten().collect();
    match found.first().map(may) {
        _ if !families.is_empty() => Ok(families.into_iter().map(Some).collect()),
        Some(Err(refused)) => Err(TrackerError::NotAsked(refused)),
        _ => Err(failed("the host has no address")),
    }
}

/// The first good answer, and what comes soon after it. If there is none, the last bad one.
fn together(answers: &Receiver<AnnounceResult>) -> AnnounceResult {
    let mut all = AnnounceResult { result: Err(failed("no answer")), near: Vec::new() };
    let next = |is_good: bool| match is_good {
        true => answers.recv_timeout(OTHERS).ok(),
        false => answers.recv().ok(),
    };
    while let Some(more) = next(all.result.is_ok()) {
        all.near.extend(more.near);
        match (&mut all.result, more.result) {
            (Ok(first), Ok(second)) => first.peers.extend(second.peers),
            (Ok(_), Err(_)) => {}
            (result, other) => *result = other,
        }
    }
    all
}

fn announce_over(
    request: &AnnounceRequest,
    announcer: Announcer,
    address: Option<SocketAddr>,
) -> AnnounceResult {
    let (result, from) = match (request.url.scheme(), address) {
        (Scheme::Udp, Some(address)) => (over_udp(request, announcer, address), Some(address.ip())),
        (_, address) => over_http(request, announcer, address.map(|address| address.is_ipv6())),
    };
    let near = match (&result, from) {
        (Ok(announced), Some(from)) => near(&announced.peers, Namer::at(from)),
        _ => Vec::new(),
    };
    AnnounceResult { result, near }
}

/// Those that only somebody near may name.
fn near(peers: &[SocketAddr], namer: Namer) -> Vec<SocketAddr> {
    let is_near = |peer: &&SocketAddr| reach(peer.ip()) != Reach::World && namer.may_name(**peer).is_ok();
    peers.iter().filter(is_near).copied().collect()
}

fn over_http(
    request: &AnnounceRequest,
    announcer: Announcer,
    is_ipv6: Option<bool>,
) -> (Result<Announced, TrackerError>, Option<IpAddr>) {
    let url = announce_url(&request.url, &announcer, &request.announce);
    let ask = Url::parse(url.as_bytes()).map_err(HttpError::from).map(|url| {
        let url = url.with_user_of(&request.url);
        let patience = request.patience;
        HttpRequest { is_ipv6, patience, ..HttpRequest::new(url, request.namer, Purpose::Tracker) }
    });
    let answer = ask.and_then(|ask| Client::new(&request.access, request.bind, Some(OVERALL)).get(ask));
    let mut answer = match answer {
        Ok(answer) => answer,
        Err(error) => return (Err(no_answer(error)), None),
    };
    let status = answer.status();
    let reply = answer.body(REPLY_MAX as u64).map_err(failed).and_then(|body| parse_reply(&body));
    let result = match reply {
        Err(TrackerError::Failed(_)) if !(200..300).contains(&status) => {
            Err(failed(HttpError::Status(status)))
        }
        reply => reply,
    };
    (result, answer.from())
}

/// What is not asked, or leads astray, has not kept silent.
fn no_answer(error: HttpError) -> TrackerError {
    match error {
        HttpError::Address(refused) => TrackerError::NotAsked(refused),
        HttpError::Redirect(refused) => TrackerError::Misled(refused),
        error => failed(error),
    }
}

fn over_udp(
    request: &AnnounceRequest,
    announcer: Announcer,
    address: SocketAddr,
) -> Result<Announced, TrackerError> {
    let socket = udp_socket(request.bind, address).map_err(failed)?;
    let mut exchange =
        UdpExchange::new(&request.url, announcer, request.announce.clone(), address.is_ipv6(), None);
    let start = Instant::now();
    let mut packet = vec![0; PACKET_MAX];
    loop {
        let now: Time = start.elapsed();
        match exchange.poll(now, random::number()) {
            UdpStep::Send(request) => drop(socket.send(&request).map_err(failed)?),
            UdpStep::GaveUp => return Err(failed("no answer")),
            UdpStep::Wait(until) => {
                let wait = until.saturating_sub(now).max(Duration::from_millis(1));
                socket.set_read_timeout(Some(wait)).map_err(failed)?;
                match socket.recv(&mut packet) {
                    Ok(length) => {
                        if let Some(result) = exchange.receive(start.elapsed(), &packet[..length]) {
                            return result;
                        }
                    }
                    Err(error) if is_timeout(&error) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
        }
    }
}

/// A socket that only receives packets from the tracker.
fn udp_socket(bind: Option<IpAddr>, address: SocketAddr) -> std::io::Result<UdpSocket> {
    let any = if address.is_ipv6() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((bind.unwrap_or(any), 0))?;
    socket.connect(address)?;
    Ok(socket)
}

fn is_timeout(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    [TimedOut, WouldBlock, Interrupted].contains(&error.kind())
}

fn failed(why: impl ToString) -> TrackerError {
    TrackerError::Failed(why.to_string())
}

/// How long an HTTP announce may take, all its steps together.
const OVERALL: Duration = Duration::from_secs(60);

/// How long a good answer waits for those over the other address family or for the other hash.
const OTHERS: Duration = Duration::from_millis(500);

/// Bytes that are read of a UDP packet: more peers than are asked for fit.
const PACKET_MAX: usize = 1 << 14;

#[cfg(test)]
mod tests;
