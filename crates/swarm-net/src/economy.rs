//! What the owner of a torrent pays for giving it to others.

use swarm::{Bill, OriginConfig};

/// What the owner of a torrent pays for giving it to others. The default is to give as everybody does, without a bound.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Economy {
    /// As long as we are the only seed, no more than one copy is paid for. It holds for a torrent that is complete when it joins.
    pub one_copy: Option<OriginConfig>,
    /// Stay until so many other complete peers have stayed for a minute and were seen to serve. Only the policy of
    /// [`one_copy`](Self::one_copy) sees that.
    pub copies: Option<u32>,
    /// Payload bytes that may be sent a second for this torrent; those of all are bounded by
    /// [`Settings::max_upload`](crate::Settings::max_upload).
    pub max_upload: Option<u64>,
    /// Peers that may be connected at a time.
    pub max_peers: Option<usize>,
}

impl Economy {
    /// Connections of the torrent at a time.
    pub(crate) fn connections(&self) -> usize {
        let usual = if self.one_copy.is_some() { CONNECTIONS_OF_ORIGIN } else { CONNECTIONS };
        self.max_peers.unwrap_or(usual)
    }

    /// Whether there are as many other copies as there are to be; `None` if that ends nothing.
    pub(crate) fn are_there(&self, bill: Option<&Bill>) -> Option<bool> {
        self.copies.map(|copies| bill.is_some_and(|bill| bill.seeds >= copies))
    }
}

/// Connections of a torrent at a time.
const CONNECTIONS: usize = 80;

/// The same of its only seed, who is to see all of a crowd: 225 of them may be callers.
const CONNECTIONS_OF_ORIGIN: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_sees_a_crowd_unless_its_owner_wants_fewer() {
        let of = |one_copy: bool, max_peers| {
            let one_copy = one_copy.then(OriginConfig::default);
            Economy { one_copy, max_peers, ..Economy::default() }.connections()
        };
        assert_eq!(
            [of(false, None), of(true, None), of(true, Some(7)), of(false, Some(700))],
            [80, 300, 7, 700]
        );
    }
}
