//! When a feed may be asked again: what its server and its publisher want, and what a server that fails needs.
//!
//! Nothing here shortens the interval of the user but a feed whose window is too short for it. 403, 429 and 503 are the same animal:
//! servers that want to be left alone answer any of them. They hold for the host, other failures for the feed.

use fastrand::Rng;
use feed::QuietTimes;

use crate::fetch_state::FetchState;

/// How often to ask, and how long not to complain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// Seconds between two looks at a feed, if nobody wants more.
    pub every: i64,
    /// Seconds for which a failure is nobody's business.
    pub patience: i64,
}

/// What an answer with a feed, or without news of it, says of the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wishes {
    /// `max-age` of `Cache-Control`, in seconds.
    pub max_age: Option<i64>,
    /// `ttl` of the feed, in minutes.
    pub ttl: Option<u32>,
    /// `skipHours` and `skipDays`.
    pub quiet: QuietTimes,
}

/// A feed has answered as a feed does.
pub fn after_success(fetch: &mut FetchState, wishes: Wishes, policy: Policy, now: i64) {
    answered(fetch, wishes, policy, now);
    fetch.ok_at = Some(now);
}

/// A feed has answered with what is not believed: it is asked again as seldom as ever, but what it says of that does not count.
pub fn after_refusal(fetch: &mut FetchState, policy: Policy, now: i64) {
    answered(fetch, Wishes::default(), policy, now);
}

fn answered(fetch: &mut FetchState, wishes: Wishes, policy: Policy, now: i64) {
    let every = if is_hurried(&fetch.news) { (policy.every / 2).max(SHORTEST) } else { policy.every };
    let every = if fetch.lies { every.max(policy.every) * 2 } else { every };
    // A timer of the same interval must not come a second too early each time.
    let own = every - LEEWAY.min(every / 20);
    let ttl = wishes.ttl.map_or(0, |minutes| (i64::from(minutes) * 60).clamp(SHORTEST, WEEK));
    let age = wishes.max_age.map_or(0, |age| age.clamp(0, DAY));
    fetch.not_before = wishes.quiet.after(now + own.max(ttl).max(age));
    (fetch.failing_since, fetch.failures, fetch.why, fetch.told_at) = (None, 0, None, None);
    fetch.host_until = None;
    fetch.gone = false;
}

/// A feed has not answered as a feed does. `host` wants to be left alone, if it is given.
pub fn after_failure(
    fetch: &mut FetchState,
    why: &str,
    host: Option<&str>,
    retry_after: Option<i64>,
    (policy, now): (Policy, i64),
    rng: &mut Rng,
) {
    fetch.failures = fetch.failures.saturating_add(1);
    fetch.failing_since.get_or_insert(now);
    fetch.why = Some(why.to_owned());
    let first = if host.is_some() { HOUR } else { policy.every.clamp(SHORTEST, QUARTER) };
    let doubled = first << (fetch.failures - 1).min(10);
    let grown = doubled.min(DAY);
    let pause = grown + rng.i64(0..=grown / 4);
    let wanted = retry_after.map(|seconds| seconds.clamp(0, WEEK));
    // Who says when gets that much at least; some say 0.
    fetch.not_before = now + wanted.map_or(pause, |wanted| wanted.max(SHORTEST));
    fetch.host_until = host.map(|host| (host.to_owned(), fetch.not_before));
}

/// Whether a person should hear of a failure now: it has lasted for longer than one may be patient, or the feed never
/// answered at all, which is perhaps a mistake in its URL. Once a day.
pub fn tells(fetch: &mut FetchState, policy: Policy, now: i64) -> bool {
    let is_lasting = fetch.failing_since.is_some_and(|since| now - since >= policy.patience);
    let is_due = fetch.told_at.is_none_or(|told| now - told >= DAY);
    let tells = is_due && fetch.failing_since.is_some() && (is_lasting || fetch.ok_at.is_none());
    if tells {
        fetch.told_at = Some(now);
    }
    tells
}

/// How many seconds a `Retry-After` means: a number of them, or a date (RFC 9110, section 10.2.3).
pub fn retry_after(text: &str, now: i64) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(i64::try_from(date.as_secs()).ok()?.saturating_sub(now).max(0))
}

/// `max-age` of a `Cache-Control`, unless it says not to keep anything.
pub fn max_age(text: &str) -> Option<i64> {
    let mut age = None;
    for directive in text.split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return None,
            "max-age" => age = value.trim().trim_matches('"').parse::<u32>().ok().map(i64::from).or(age),
            _ => {}
        }
    }
    age
}

/// Whether a status says that the host wants to be left alone.
pub fn wants_rest(status: u16) -> bool {
    matches!(status, 403 | 429 | 503)
}

/// Whether each of the last fetches brought more than half of the window: items come and go in between.
fn is_hurried(news: &[(u32, u32)]) -> bool {
    news.len() >= NEWS && news.iter().all(|(new, all)| new.saturating_mul(2) > *all)
}

/// How many fetches tell whether an interval is too long.
pub const NEWS: usize = 4;
const LEEWAY: i64 = 60;
const SHORTEST: i64 = 5 * 60;
const QUARTER: i64 = 15 * 60;
const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { every: HOUR, patience: DAY };
    /// Sunday, 22 November 2026, 05:00:00.
    const NOW: i64 = 1_795_323_600;

    #[test]
    fn the_longest_wish_counts_and_none_shortens_the_users() {
        let quiet = |name: &str, text: &str| {
            let mut quiet = QuietTimes::default();
            quiet.add(name, text);
            Wishes { quiet, ..Wishes::default() }
        };
        let own = HOUR - LEEWAY;
        for (wishes, pause) in [
            (Wishes::default(), own),
            (Wishes { ttl: Some(15), ..Wishes::default() }, own),
            (Wishes { ttl: Some(60), ..Wishes::default() }, HOUR),
            (Wishes { ttl: Some(120), max_age: Some(60), ..Wishes::default() }, 2 * HOUR),
            (Wishes { ttl: Some(u32::MAX), ..Wishes::default() }, WEEK),
            (Wishes { max_age: Some(3 * HOUR), ..Wishes::default() }, 3 * HOUR),
            // A year, as static files have it, is no wish of a feed.
            (Wishes { max_age: Some(365 * DAY), ..Wishes::default() }, DAY),
            (quiet("hour", "5"), HOUR),
            (quiet("day", "Sunday"), 19 * HOUR),
        ] {
            let mut fetch = FetchState::default();
            after_success(&mut fetch, wishes, POLICY, NOW);
            assert_eq!(fetch.not_before - NOW, pause, "{wishes:?}");
        }
    }

    #[test]
    fn a_window_that_is_too_short_is_looked_at_more_often() {
        for (news, lies, pause) in [
            (vec![(6, 10), (7, 10), (8, 10), (10, 10)], false, HOUR / 2 - LEEWAY),
            (vec![(6, 10), (7, 10), (5, 10), (10, 10)], false, HOUR - LEEWAY),
            (vec![(10, 10); 3], false, HOUR - LEEWAY),
            (vec![], true, 2 * HOUR - LEEWAY),
        ] {
            let mut fetch = FetchState { news, lies, ..FetchState::default() };
            after_success(&mut fetch, Wishes::default(), POLICY, NOW);
            assert_eq!(fetch.not_before - NOW, pause, "{:?}", fetch.news);
        }
    }

    #[test]
    fn failures_wait_longer_each_time_and_a_day_at_most() {
        for (host, first) in [(None, QUARTER), (Some("pub.example"), HOUR)] {
            let (mut fetch, mut rng) = (FetchState::default(), Rng::with_seed(1));
            let mut least = first;
            for _ in 0..100 {
                after_failure(&mut fetch, "HTTP status 503", host, None, (POLICY, NOW), &mut rng);
                let pause = fetch.not_before - NOW;
                assert!((least..=least + least / 4).contains(&pause), "{pause}");
                assert_eq!(fetch.host_until.is_some(), host.is_some());
                least = (least * 2).min(DAY);
            }
        }
    }

    #[test]
    fn who_says_when_is_asked_then() {
        for (said, pause) in [
            ("120", SHORTEST),
            ("7200", 2 * HOUR),
            (" 0 ", SHORTEST),
            ("Sun, 22 Nov 2026 08:00:00 GMT", 3 * HOUR),
            ("Sun, 22 Nov 2020 08:00:00 GMT", SHORTEST),
            ("4294967295", WEEK),
        ] {
            let (mut fetch, mut rng) = (FetchState::default(), Rng::with_seed(1));
            let wanted = retry_after(said, NOW);
            assert!(wanted.is_some(), "{said}");
            after_failure(&mut fetch, "x", Some("h"), wanted, (POLICY, NOW), &mut rng);
            assert_eq!(fetch.not_before - NOW, pause, "{said}");
        }
        for said in ["soon", "", "-1", "1e3", "Sun, 99 Nov 2026 08:00:00 GMT"] {
            assert_eq!(retry_after(said, NOW), None, "{said}");
        }
    }

    #[test]
    fn ages_are_read() {
        for (text, age) in [
            ("max-age=300", Some(300)),
            ("public, MAX-AGE = \"300\", s-maxage=9", Some(300)),
            ("no-cache, max-age=300", None),
            ("no-store", None),
            ("max-age=soon", None),
            ("", None),
        ] {
            assert_eq!(max_age(text), age, "{text}");
        }
    }

    #[test]
    fn a_failure_is_told_when_it_lasts_and_then_once_a_day() {
        let mut fetch = FetchState { ok_at: Some(NOW), failing_since: Some(NOW), ..FetchState::default() };
        let told: Vec<i64> = (0..=72).filter(|hour| tells(&mut fetch, POLICY, NOW + hour * HOUR)).collect();
        assert_eq!(told, [24, 48, 72]);
        let mut mistyped = FetchState { failing_since: Some(NOW), ..FetchState::default() };
        assert!(tells(&mut mistyped, POLICY, NOW) && !tells(&mut mistyped, POLICY, NOW + HOUR));
        assert!(!tells(&mut FetchState::default(), POLICY, NOW), "nothing failed");
    }
}
