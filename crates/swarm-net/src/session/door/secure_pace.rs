//! How many handshakes of encrypted streams callers may begin: each has us raise numbers of 768 bits to a power, twice.

use std::collections::HashMap;
use std::net::IpAddr;

use swarm::{Time, host};

/// What callers have begun in the current span of time.
#[derive(Default)]
pub(super) struct SecurePace {
    until: Time,
    by_host: HashMap<IpAddr, u32>,
    all: u32,
}

impl SecurePace {
    /// Whether a caller may begin one now; if so, it is counted.
    pub(super) fn admit(&mut self, ip: IpAddr, now: Time) -> bool {
        if now >= self.until {
            *self = Self { until: now + SPAN, ..Self::default() };
        }
        let of_host = self.by_host.get(&host(ip)).copied().unwrap_or_default();
        if self.all >= MOST || of_host >= MOST_OF_HOST {
            return false;
        }
        self.all += 1;
        self.by_host.insert(host(ip), of_host + 1);
        true
    }
}

const SPAN: Time = Time::from_secs(10);

/// Handshakes of one host in that time, four a second: many machines may be behind one address, which all start at once.
const MOST_OF_HOST: u32 = 40;

/// Handshakes of all in that time: a fiftieth of a core.
const MOST: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_one_host_nor_all_have_us_work_for_more() {
        let mut pace = SecurePace::default();
        let ip = |number: u32| IpAddr::from(number.to_be_bytes());
        let admitted = |pace: &mut SecurePace, count: u32, host: fn(u32) -> u32, seconds: u64| {
            (0..count).filter(|number| pace.admit(ip(host(*number)), Time::from_secs(seconds))).count()
        };
        assert_eq!(admitted(&mut pace, 1000, |_| 1, 0), MOST_OF_HOST as usize);
        assert_eq!(admitted(&mut pace, 1, |_| 2, 9), 1, "others are not kept out by it");
        assert_eq!(admitted(&mut pace, 1, |_| 1, 9), 0);
        assert_eq!(admitted(&mut pace, 1, |_| 1, 10), 1);
        assert_eq!(admitted(&mut pace, 10_000, |number| number, 20), MOST as usize);
        assert_eq!(pace.by_host.len(), MOST as usize);
    }
}
