//! Connections that wait for something.

use std::collections::{HashSet, VecDeque};

use swarm::ConnectionId;

/// Connections one after the other, each once: one that is put in again keeps its place. One may be gone when its turn comes.
#[derive(Default)]
pub(super) struct Queue {
    order: VecDeque<ConnectionId>,
    waiting: HashSet<ConnectionId>,
}

impl Queue {
    pub(super) fn push(&mut self, id: ConnectionId) {
        if self.waiting.insert(id) {
            self.order.push_back(id);
        }
    }

    pub(super) fn pop(&mut self) -> Option<ConnectionId> {
        let id = self.order.pop_front()?;
        self.waiting.remove(&id);
        Some(id)
    }

    pub(super) fn contains(&self, id: ConnectionId) -> bool {
        self.waiting.contains(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        self.order.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_waits_once_and_goes_behind_the_others_when_it_comes_back() {
        let mut queue = Queue::default();
        for id in [1, 2, 1, 3, 2] {
            queue.push(ConnectionId(id));
        }
        assert_eq!((queue.len(), queue.contains(ConnectionId(1))), (3, true));
        assert_eq!(queue.pop(), Some(ConnectionId(1)));
        assert!(!queue.contains(ConnectionId(1)));
        queue.push(ConnectionId(1));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [2, 3, 1].map(ConnectionId));
        assert!(queue.is_empty());
    }
}
