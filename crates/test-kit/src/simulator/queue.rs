//! What is yet to happen, in order of time; of the same time in the order in which it was planned.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Plans of type `P`.
#[derive(Debug)]
pub(super) struct Queue<P> {
    heap: BinaryHeap<Entry<P>>,
    planned: u64,
}

#[derive(Debug)]
struct Entry<P> {
    at: Duration,
    number: u64,
    plan: P,
}

impl<P> Queue<P> {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), planned: 0 }
    }

    pub(super) fn plan(&mut self, at: Duration, plan: P) {
        self.heap.push(Entry { at, number: self.planned, plan });
        self.planned += 1;
    }

    pub(super) fn next(&mut self) -> Option<(Duration, P)> {
        self.heap.pop().map(|entry| (entry.at, entry.plan))
    }
}

impl<P> Ord for Entry<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

impl<P> PartialOrd for Entry<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> PartialEq for Entry<P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<P> Eq for Entry<P> {}
