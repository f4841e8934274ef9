//! Thirty days of passes every half hour (one row: every five minutes) against servers of each kind that users meet: the requests that they see.

use std::collections::HashSet;

use crate::world::{DAY, FEED, HOUR, MINUTE, Request, START, World, conditional, ok, rss, rss_with, status};
use follow::web::{Answer, WebError};

/// What a server of one kind sees and what the subscriber tells.
struct Row {
    name: &'static str,
    server: fn(&Request, i64) -> Result<Answer, WebError>,
    /// Requests for the feed, at least and at most.
    requests: (usize, usize),
    /// Those of them without a condition.
    unconditional: (usize, usize),
    /// Minutes between two at least.
    apart: i64,
    /// What was told beside what was taken.
    told: &'static [(&'static str, usize)],
}

fn day(now: i64) -> i64 {
    (now - START) / DAY
}

/// The items of this day: a new one each.
fn daily(now: i64) -> String {
    let items: Vec<String> = (0..=day(now)).rev().take(5).map(|day| format!("day-{day}")).collect();
    rss(&items.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A redirect to a place that has the feed.
fn moved(code: u16, to: &str, answer: Answer) -> Answer {
    Answer { redirects: vec![(code, to.to_owned())], ..answer }
}

const NEW: &str = "http://new.example/feed.xml";

const ROWS: &[Row] = &[
    Row {
        name: "a good server",
        server: |request, _| Ok(conditional(request, &rss(&["a"]))),
        requests: (700, 732),
        unconditional: (5, 5),
        apart: 59,
        told: &[],
    },
    Row {
        name: "two hours by `ttl`, which a 304 does not repeat",
        server: |request, _| Ok(conditional(request, &rss_with("<ttl>120</ttl>", &["a"]))),
        requests: (355, 360),
        unconditional: (5, 5),
        apart: 120,
        told: &[],
    },
    Row {
        name: "no validators",
        server: |_, now| Ok(ok(daily(now))),
        requests: (700, 732),
        unconditional: (700, 732),
        apart: 59,
        told: &[],
    },
    Row {
        // commafeed #1746, miniflux #2675: the date stays, the ETag does not.
        name: "a new ETag with the old date",
        server: |request, now| {
            let etag = Some(format!("\"{}\"", day(now)));
            let last_modified = Some("Sun, 22 Nov 2026 05:00:00 GMT".to_owned());
            if request.etag == etag && request.last_modified == last_modified {
                return Ok(status(304));
            }
            Ok(Answer { etag, last_modified, ..ok(daily(now)) })
        },
        requests: (700, 732),
        unconditional: (5, 5),
        apart: 59,
        told: &[],
    },
    Row {
        // FreshRSS #1020: a date in 2041 that goes back as it came; the ETag disappears in between.
        name: "a date of the future, and an ETag at times",
        server: |request, now| {
            let last_modified = Some("Tue, 01 Jan 2041 00:00:00 GMT".to_owned());
            let etag = (day(now) % 2 == 0).then(|| format!("\"{}\"", day(now)));
            if request.etag == etag && request.last_modified == last_modified {
                return Ok(status(304));
            }
            Ok(Answer { etag, last_modified, ..ok(daily(now)) })
        },
        requests: (700, 732),
        unconditional: (5, 5),
        apart: 59,
        told: &[],
    },
    Row {
        // miniflux-legacy #218, web.dev #4382: 304 for ever.
        name: "validators that are stuck",
        server: |request, now| {
            let etag = Some("\"stuck\"".to_owned());
            if request.etag == etag { Ok(status(304)) } else { Ok(Answer { etag, ..ok(daily(now)) }) }
        },
        requests: (400, 460),
        unconditional: (270, 290),
        apart: 59,
        told: &[("gap", 1), ("validator-lies", 1)],
    },
    Row {
        name: "429 with `Retry-After`, each second day",
        server: |request, now| match day(now) % 2 {
            1 => Ok(Answer { retry_after: Some("7200".to_owned()), ..status(429) }),
            _ => Ok(conditional(request, &rss(&["a"]))),
        },
        requests: (500, 560),
        unconditional: (5, 5),
        apart: 59,
        told: &[],
    },
    Row {
        // FreshRSS #8928: 403 is how some say it.
        name: "403 from the third day on",
        server: |request, now| match day(now) {
            0..3 => Ok(conditional(request, &rss(&["a"]))),
            _ => Ok(status(403)),
        },
        requests: (95, 105),
        unconditional: (1, 1),
        apart: 59,
        told: &[("down", 23)],
    },
    Row {
        name: "no answer from the third day on",
        server: |request, now| match day(now) {
            0..3 => Ok(conditional(request, &rss(&["a"]))),
            _ => Err(WebError::Failed("no answer in time".to_owned())),
        },
        requests: (97, 110),
        unconditional: (1, 1),
        apart: 15,
        told: &[("down", 23)],
    },
    Row {
        name: "301 for three days, then back (row 15)",
        server: |request, now| match (day(now), request.url.as_str()) {
            (5..8, FEED) => Ok(moved(301, NEW, conditional(request, &rss(&["a"])))),
            (_, FEED) => Ok(conditional(request, &rss(&["a"]))),
            _ => Ok(status(404)),
        },
        requests: (700, 732),
        unconditional: (5, 8),
        apart: 59,
        told: &[("offerer-changed", 2)],
    },
    Row {
        name: "301 for good (row 15)",
        server: |request, now| match (day(now), request.url.as_str()) {
            (5.., FEED) => Ok(moved(301, NEW, conditional(request, &rss(&["a"])))),
            _ => Ok(conditional(request, &rss(&["a"]))),
        },
        requests: (270, 300),
        unconditional: (2, 4),
        apart: 59,
        told: &[("moved", 1), ("offerer-changed", 1)],
    },
    Row {
        name: "301, and then the old place is gone (row 15)",
        server: |request, now| match (day(now), request.url.as_str()) {
            (2..4, FEED) => Ok(moved(301, NEW, conditional(request, &rss(&["a"])))),
            (4.., FEED) => Ok(status(404)),
            _ => Ok(conditional(request, &rss(&["a"]))),
        },
        requests: (95, 100),
        unconditional: (1, 3),
        apart: 59,
        told: &[("moved", 1), ("offerer-changed", 1)],
    },
    Row {
        name: "410 (row 16)",
        server: |request, now| match day(now) {
            0..3 => Ok(conditional(request, &rss(&["a"]))),
            _ => Ok(status(410)),
        },
        requests: (71, 74),
        unconditional: (1, 1),
        apart: 59,
        told: &[("gone", 1)],
    },
    Row {
        name: "a parked domain, from the third day on (row 16)",
        server: |request, now| match day(now) {
            0..3 => Ok(conditional(request, &rss(&["a"]))),
            _ => Ok(ok("<html><body>This domain may be for sale</body></html>")),
        },
        requests: (97, 110),
        unconditional: (1, 1),
        apart: 15,
        told: &[("down", 23)],
    },
    Row {
        name: "empty and cut bodies at times (decision 4)",
        server: |request, now| match (now - START) / HOUR % 10 {
            3 => Ok(ok(rss(&[]))),
            5 => Ok(ok("<rss><channel><item><title>a</title><guid>a</guid")),
            7 => Ok(ok("")),
            _ => Ok(conditional(request, &rss(&["b", "a"]))),
        },
        requests: (700, 800),
        unconditional: (5, 300),
        apart: 15,
        told: &[("baseline", 1)],
    },
];

#[test]
fn thirty_days_of_requests() {
    // Each waits for the disk most of the time.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let rows: Vec<_> = ROWS.iter().map(|row| scope.spawn(|| wrong_in(row))).collect();
        rows.into_iter().flat_map(|row| row.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What of a row does not hold, after thirty days.
fn wrong_in(row: &Row) -> Vec<String> {
    let mut world = World::new(row.server);
    // The hour of a feed is what counts, however often a timer runs.
    let every = if row.name == ROWS[0].name { 5 } else { 30 };
    let mut told = world.passes(every * MINUTE, 30 * DAY);
    told.remove("taken");
    let feed: Vec<&Request> = world.web.asked.iter().filter(|request| request.url == FEED).collect();
    let unconditional = feed.iter().filter(|request| request.validators_of.is_none()).count();
    let apart = world.minutes().windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(i64::MAX);
    let told: Vec<_> = told.into_iter().collect();
    let seen = format!(
        "{}: {} requests, {unconditional} of them unconditional, {apart} minutes apart, {told:?}",
        row.name,
        feed.len()
    );
    println!("{seen}");
    let within = |count: usize, (least, most): (usize, usize)| (least..=most).contains(&count);
    // Where a feed has just moved, its new place is asked at once.
    let moved = row.told.iter().any(|(kind, _)| *kind == "moved");
    let titles = world.titles();
    let is_once = titles.iter().collect::<HashSet<_>>().len() == titles.len();
    let is_right = is_once
        && within(feed.len(), row.requests)
        && within(unconditional, row.unconditional)
        && told == row.told
        && (apart >= row.apart || moved);
    if is_right { Vec::new() } else { vec![seen] }
}
