//! Asks trackers: over HTTP (BEP 3), here, on threads; and over UDP (BEP 15) in `udp`, without. Either way over IPv4 and IPv6 where the
//! tracker has both (BEP 7).

mod addresses;
mod answer;
#[cfg(test)]
mod tests;
mod udp;

pub(crate) use addresses::{FoundAddresses, tracker_addresses};
pub(crate) use answer::AnnounceResult;
pub(crate) use udp::{UdpAnnounce, UdpTrackerStep, UdpTrackers};

use std::net::IpAddr;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use swarm::tracker::{Announcer, REPLY_MAX, announce_url, parse_reply};
use swarm::{Announce, Announced, TrackerError};
use torrent_core::address::{Namer, Purpose, Url};

use answer::{OTHERS, failed};
use web_client::{Client, HttpError, HttpRequest, WebAccess};

/// An announce over HTTP.
#[derive(Clone)]
pub(crate) struct AnnounceRequest {
    pub(crate) url: Url,
    /// Who named the tracker.
    pub(crate) namer: Namer,
    /// How we announce ourselves: a hybrid has two hashes.
    pub(crate) announcers: Vec<Announcer>,
    pub(crate) announce: Announce,
    /// Which address of ours to use.
    pub(crate) bind: Option<IpAddr>,
    pub(crate) access: WebAccess,
    /// How long each step may take.
    pub(crate) patience: Duration,
}

impl AnnounceRequest {
    /// Asks the tracker over every address family that it has, for every hash, and puts the answers together. Takes its time.
    pub(crate) fn run(&self) -> AnnounceResult {
        let families = match self.families() {
            Ok(families) => families,
            Err(error) => return AnnounceResult::none(error),
        };
        if let ([is_ipv6], [announcer]) = (families.as_slice(), self.announcers.as_slice()) {
            return self.announce(*announcer, *is_ipv6);
        }
        let (sender, receiver) = channel();
        for (is_ipv6, announcer) in
            families.iter().flat_map(|family| self.announcers.iter().map(move |who| (*family, *who)))
        {
            let (request, sender) = (self.clone(), sender.clone());
            // Fails if the others' answers were enough.
            let ask = move || drop(sender.send(request.announce(announcer, is_ipv6)));
            // Without a thread for it, it comes in its turn.
            if thread::Builder::new().spawn(ask.clone()).is_err() {
                ask();
            }
        }
        drop(sender);
        together(&receiver)
    }

    /// The same, one after the other.
    pub(crate) fn run_in_turn(&self) -> AnnounceResult {
        let families = match self.families() {
            Ok(families) => families,
            Err(error) => return AnnounceResult::none(error),
        };
        let all = families.iter().flat_map(|family| self.announcers.iter().map(move |who| (*family, *who)));
        let answers = all.map(|(is_ipv6, announcer)| self.announce(announcer, is_ipv6));
        let together = answers.reduce(|mut all, more| {
            all.add(more);
            all
        });
        together.unwrap_or_else(|| AnnounceResult::none(failed("no answer")))
    }

    /// The address families that the tracker has, by whether each is IPv6; `None` where a proxy finds it.
    fn families(&self) -> Result<Vec<Option<bool>>, TrackerError> {
        if self.access.proxies.cover(&self.url) {
            return self.url.may_look_up(self.namer).map(|()| vec![None]).map_err(TrackerError::NotAsked);
        }
        let addresses = tracker_addresses(&self.url, self.namer, self.bind)?;
        Ok(addresses.iter().map(|address| Some(address.is_ipv6())).collect())
    }

    fn announce(&self, announcer: Announcer, is_ipv6: Option<bool>) -> AnnounceResult {
        let (result, from) = over_http(self, announcer, is_ipv6);
        AnnounceResult::of(result, from.map(Namer::at))
    }
}

/// The first good answer, and what comes soon after it. If there is none, the last bad one.
fn together(answers: &Receiver<AnnounceResult>) -> AnnounceResult {
    let mut all = AnnounceResult::none(failed("no answer"));
    let next = |is_good: bool| match is_good {
        true => answers.recv_timeout(OTHERS).ok(),
        false => answers.recv().ok(),
    };
    while let Some(more) = next(all.result.is_ok()) {
        all.add(more);
    }
    all
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

/// How long an HTTP announce may take, all its steps together.
const OVERALL: Duration = Duration::from_secs(60);
