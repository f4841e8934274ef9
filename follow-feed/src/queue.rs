//! Which feed is asked next: one whose host is free. Of each host one feed is out at a time.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use follow::Hosts;

/// The feeds that are still to be asked, by their places.
pub(crate) struct Queue<'a> {
    lanes: Mutex<VecDeque<Lane<'a>>>,
    freed: Condvar,
    hosts: &'a Hosts,
    is_ended: &'a (dyn Fn() -> bool + Sync),
}

/// The feeds of one host.
struct Lane<'a> {
    host: String,
    /// Their places and URLs.
    feeds: VecDeque<(usize, &'a str)>,
    /// One of them is out.
    is_out: bool,
}

/// A feed whose turn it is, for as long as this lives.
pub(crate) struct Turn<'q, 'a> {
    queue: &'q Queue<'a>,
    host: String,
    pub(crate) place: usize,
}

impl<'a> Queue<'a> {
    /// The feeds with these URLs, in this order as far as their hosts permit it. Nobody gets a turn once the run ends.
    pub(crate) fn new(
        urls: impl Iterator<Item = &'a str>,
        hosts: &'a Hosts,
        is_ended: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        let mut lanes: Vec<Lane<'_>> = Vec::new();
        let mut by_host = std::collections::HashMap::new();
        for (place, url) in urls.enumerate() {
            let host = follow::host_of(url);
            let at = *by_host.entry(host.clone()).or_insert(lanes.len());
            if at == lanes.len() {
                lanes.push(Lane { host, feeds: VecDeque::new(), is_out: false });
            }
            lanes[at].feeds.push_back((place, url));
        }
        Self { lanes: Mutex::new(lanes.into()), freed: Condvar::new(), hosts, is_ended }
    }

    /// Waits until there is a feed whose host is free; `None` if there are no more.
    pub(crate) fn next(&self) -> Option<Turn<'_, 'a>> {
        let mut lanes = self.lock();
        loop {
            if lanes.is_empty() || (self.is_ended)() {
                return None;
            }
            if let Some(at) = lanes.iter().position(|lane| self.is_free(lane)) {
                return self.take(&mut lanes, at);
            }
            lanes = self.freed.wait_timeout(lanes, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn is_free(&self, lane: &Lane<'_>) -> bool {
        !lane.is_out && lane.feeds.front().is_some_and(|(_, url)| self.hosts.is_free(url))
    }

    /// The next feed of a host, behind which others have their turn.
    fn take(&self, lanes: &mut VecDeque<Lane<'_>>, at: usize) -> Option<Turn<'_, 'a>> {
        let mut lane = lanes.remove(at)?;
        let ((place, _), host) = (lane.feeds.pop_front()?, lane.host.clone());
        lane.is_out = true;
        if !lane.feeds.is_empty() {
            lanes.push_back(lane);
        }
        Some(Turn { queue: self, host, place })
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Lane<'a>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        let mut lanes = self.queue.lock();
        lanes.iter_mut().filter(|lane| lane.host == self.host).for_each(|lane| lane.is_out = false);
        self.queue.freed.notify_all();
    }
}

/// How often whoever waits looks whether a pause is over, or the run is to end.
const LOOK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_host_one_feed_is_out_and_each_has_its_turn() {
        let hosts = Hosts::default();
        let urls = ["http://a/1", "http://A/2", "http://b/1", "http://a/3", "http://b/2"];
        let queue = Queue::new(urls.into_iter(), &hosts, &|| false);
        let (first, second) = (queue.next().unwrap(), queue.next().unwrap());
        assert_eq!((first.place, second.place), (0, 2));
        // Both hosts are busy: whoever comes now waits for one of them.
        drop(second);
        let third = queue.next().unwrap();
        assert_eq!(third.place, 4);
        drop(first);
        let fourth = queue.next().unwrap();
        assert_eq!(fourth.place, 1);
        drop(fourth);
        assert_eq!(queue.next().unwrap().place, 3);
        assert!(queue.next().is_none());
    }

    #[test]
    fn nobody_has_a_turn_when_the_run_ends() {
        let hosts = Hosts::default();
        assert!(Queue::new(["http://a/"].into_iter(), &hosts, &|| true).next().is_none());
    }
}
