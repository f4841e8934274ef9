//! Queries of ours that have no answer yet.
//!
//! An answer counts if it comes from the very address that was asked and repeats a number that nobody else could know; it counts once.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use super::limits::PATIENCE;
use super::secret::Secret;
use crate::Time;

/// Queries that wait for their answers. `P` is what each was asked for.
#[derive(Debug)]
pub(super) struct Queries<P> {
    secret: Secret,
    count: u64,
    waiting: BTreeMap<u32, SentQuery<P>>,
    /// In the order in which they were sent, and so in which they expire. Some are answered.
    order: VecDeque<(Time, u32)>,
}

/// A query that was sent.
#[derive(Debug)]
pub(super) struct SentQuery<P> {
    pub(super) to: SocketAddr,
    pub(super) sent: Time,
    pub(super) purpose: P,
}

impl<P> Queries<P> {
    pub(super) fn new(secret: Secret) -> Self {
        Self { secret, count: 0, waiting: BTreeMap::new(), order: VecDeque::new() }
    }

    /// A query goes to a node: its transaction id.
    pub(super) fn send(&mut self, to: SocketAddr, purpose: P, now: Time) -> [u8; 4] {
        let transaction = loop {
            self.count += 1;
            let transaction = self.secret.transaction(self.count);
            if !self.waiting.contains_key(&transaction) {
                break transaction;
            }
        };
        self.waiting.insert(transaction, SentQuery { to, sent: now, purpose });
        self.order.push_back((now, transaction));
        transaction.to_be_bytes()
    }

    /// The query that this answers, which then waits no more.
    pub(super) fn take(&mut self, transaction: &[u8], from: SocketAddr) -> Option<SentQuery<P>> {
        let transaction = u32::from_be_bytes(transaction.try_into().ok()?);
        self.waiting.get(&transaction).filter(|query| query.to == from)?;
        let query = self.waiting.remove(&transaction);
        self.pass_answered();
        query
    }

    /// A query that waited too long.
    pub(super) fn expired(&mut self, now: Time) -> Option<SentQuery<P>> {
        let (sent, transaction) = *self.order.front()?;
        if now < sent + PATIENCE {
            return None;
        }
        let query = self.waiting.remove(&transaction);
        self.pass_answered();
        query
    }

    /// When the next one expires.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        self.order.front().map(|(sent, _)| *sent + PATIENCE)
    }

    /// How many have been sent.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn pass_answered(&mut self) {
        let is_open = |(sent, transaction): &(Time, u32)| {
            self.waiting.get(transaction).is_some_and(|query| query.sent == *sent)
        };
        while self.order.front().is_some_and(|front| !is_open(front)) {
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_node_that_was_asked_answers_and_only_once() {
        let mut queries = Queries::new(Secret::new([1; 32]));
        let (node, other): (SocketAddr, SocketAddr) =
            ("8.8.8.8:1".parse().unwrap(), "8.8.8.8:2".parse().unwrap());
        let first = queries.send(node, 1, Time::ZERO);
        let second = queries.send(node, 2, Time::from_secs(1));
        assert!(queries.take(&first, other).is_none() && queries.take(&first[..3], node).is_none());
        assert!(queries.take(&[0; 4], node).is_none() && queries.take(b"", node).is_none());
        assert_eq!(queries.take(&second, node).map(|query| query.purpose), Some(2));
        assert!(queries.take(&second, node).is_none());
        assert!(queries.expired(PATIENCE - Time::from_millis(1)).is_none());
        assert_eq!(queries.expired(PATIENCE).map(|query| query.purpose), Some(1));
        assert!(queries.take(&first, node).is_none() && queries.expired(Time::MAX).is_none());
        assert!(queries.order.is_empty() && queries.next_deadline().is_none());
    }
}
