//! Who may be asked now: of each host one thing at a time, with a pause before the next; nobody who wants to be left alone, and
//! nobody again who has not answered. Threads share it.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use torrent_core::address::Url;

use crate::fetch_state::FetchState;
use crate::web::{Answer, Ask, Web, WebError};

/// What is known of hosts in one run.
#[derive(Debug, Default)]
pub struct Hosts {
    known: Mutex<Known>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Known {
    hosts: HashMap<String, Host>,
    /// Sites that have not answered, or want to be left alone: what is at another port of their host may.
    dead: HashSet<String>,
}

#[derive(Debug, Default)]
struct Host {
    /// Somebody asks it now.
    is_asked: bool,
    /// It has its pause until then.
    pauses_until: Option<Instant>,
    /// It wants to be left alone until then, in seconds since 1970.
    rests_until: i64,
}

impl Hosts {
    /// Takes in which host wants to be left alone, as a feed remembers it.
    pub fn heed(&self, fetch: &FetchState) {
        if let Some((host, until)) = &fetch.host_until {
            let mut known = self.lock();
            let host = known.hosts.entry(host.clone()).or_default();
            host.rests_until = host.rests_until.max(*until);
        }
    }

    /// Until when the host of a URL wants to be left alone, in seconds since 1970.
    pub fn rests_until(&self, url: &str) -> i64 {
        self.lock().hosts.get(&host_of(url)).map_or(0, |host| host.rests_until)
    }

    /// Whether nobody would have to wait to ask for a URL.
    pub fn is_free(&self, url: &str) -> bool {
        let known = self.lock();
        let host = known.hosts.get(&host_of(url));
        known.dead.contains(&site_of(url)) || host.is_none_or(|host| host.wait(Instant::now()).is_zero())
    }

    /// Waits until nobody asks the host of a URL and its pause is over.
    fn turn<'a>(&'a self, url: &str, terms: &Terms<'_>) -> Result<Turn<'a>, WebError> {
        let (host, site) = (host_of(url), site_of(url));
        let mut known = self.lock();
        loop {
            if (terms.is_ended)() {
                return Err(WebError::Ended);
            }
            if known.dead.contains(&site) {
                return Err(WebError::Dead(site));
            }
            let it = known.hosts.entry(host.clone()).or_default();
            let wait = it.wait(Instant::now());
            if wait.is_zero() {
                it.is_asked = true;
                return Ok(Turn { hosts: self, host, site, pause: terms.pause });
            }
            let waited = self.freed.wait_timeout(known, wait.min(LOOK));
            known = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    /// For how long nobody else may ask it, as far as that is known.
    fn wait(&self, now: Instant) -> Duration {
        if self.is_asked {
            return Duration::MAX;
        }
        self.pauses_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }
}

/// A host is asked as long as this lives, by nobody else.
struct Turn<'a> {
    hosts: &'a Hosts,
    host: String,
    site: String,
    pause: Duration,
}

impl Turn<'_> {
    fn dies(&self) {
        self.hosts.lock().dead.insert(self.site.clone());
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(host) = self.hosts.lock().hosts.get_mut(&self.host) {
            (host.is_asked, host.pauses_until) = (false, Some(Instant::now() + self.pause));
        }
        self.hosts.freed.notify_all();
    }
}

/// On which terms hosts are asked.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// How long a host has peace after each request.
    pub(crate) pause: Duration,
    /// Whether nobody is asked any more.
    pub(crate) is_ended: &'a dyn Fn() -> bool,
}

/// Asks the web as its hosts permit.
pub(crate) struct Polite<'a> {
    pub(crate) web: &'a mut dyn Web,
    pub(crate) hosts: &'a Hosts,
    pub(crate) terms: Terms<'a>,
}

impl Web for Polite<'_> {
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        let turn = self.hosts.turn(ask.url, &self.terms)?;
        let answer = self.web.get(ask);
        if is_unwilling(&answer) {
            turn.dies();
        }
        answer
    }
}

/// Whether nobody answers there, or somebody who wants to be left alone.
fn is_unwilling(answer: &Result<Answer, WebError>) -> bool {
    match answer {
        Ok(answer) => matches!(answer.status, 429 | 503),
        Err(error) => matches!(error, WebError::Silent(_)),
    }
}

/// The host of a URL, in lower case.
pub fn host_of(url: &str) -> String {
    Url::parse(url.as_bytes()).map(|url| url.host().to_ascii_lowercase()).unwrap_or_default()
}

/// The host of a URL with its port.
fn site_of(url: &str) -> String {
    Url::parse(url.as_bytes()).map(|url| url.site().to_ascii_lowercase()).unwrap_or_default()
}

/// How often whoever waits looks whether all is to end.
const LOOK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
