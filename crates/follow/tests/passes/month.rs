//! Thirty days of passes every half hour (one row: every five minutes) against servers of each kind that users meet: the requests that they see.

use std::collections::HashSet;

use crate::world::{DAY, FEED, HOUR, MINUTE, Request, START, World, conditional, ok, rss, rss_with, status};
use follow::web::{Answer, WebError};
use torrent_core::address::Namer;

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
    /// Requests for torrents, of which there is a new one each day that is taken; `None` if nobody wants them.
    torrents: Option<usize>,
}

fn day(now: i64) -> i64 {
    (now - START) / DAY
}

/// The items of this day: a new one each.
fn daily(now: i64) -> String {
    let items: Vec<String> = (0..=day(now)).rev().take(5).map(|day| format!("day-{day}")).collect();
    rss(&items.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A magnet link for the item of a day, and the torrent at a URL that has that day in it.
fn magnet(day: &str) -> String {
    format!("magnet:?xt=urn:btih:{day:0>40}")
}

/// The items of this day, each with a .torrent and, `beside` it, what is made of the day.
fn daily_torrents(now: i64, beside: fn(&str) -> String) -> Answer {
    let item = |day: i64| {
        let beside = beside(&day.to_string());
        format!(
            "<item><title>day-{day}</title><guid isPermaLink='false'>{day}</guid>{beside}
             <enclosure url='/t/{day}' type='application/x-bittorrent' length='9'/></item>"
        )
    };
    let items: String = (0..=day(now)).rev().take(5).map(item).collect();
    ok(format!("<rss version='2.0'><channel><title>t</title>{items}</channel></rss>"))
}

/// A redirect to a place that has the feed.
fn moved(code: u16, to: &str, answer: Answer) -> Answer {
    Answer { redirects: vec![(code, to.to_owned())], ..answer }
}

const TORRENTS: &str = "http://pub.example/t/";
const NEW: &str = "http://new.example/feed.xml";

const ROWS: &[Row] = &[
    Row {
        name: "a good server",
        server: |request, _| Ok(conditional(request, &rss(&["a"]))),
        requests: (700, 732),
        unconditional: (5, 5),
        apart: 59,
        told: &[],
        torrents: None,
    },
    Row {
        name: "two hours by `ttl`, which a 304 does not repeat",
        server: |request, _| Ok(conditional(request, &rss_with("<ttl>120</ttl>", &["a"]))),
        requests: (355, 360),
        unconditional: (5, 5),
        apart: 120,
        told: &[],
        torrents: None,
    },
    Row {
        name: "no validators",
        server: |_, now| Ok(ok(daily(now))),
        requests: (700, 732),
        unconditional: (700, 732),
        apart: 59,
        told: &[],
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
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
        torrents: None,
    },
    Row {
        // SiCKRAGE #1686, qB #4727: once in vain, and the magnet link in the same pass.
        name: "a dead .torrent with a magnet link beside it (row 17)",
        server: |request, now| match request.url.strip_prefix(TORRENTS) {
            Some(_) => Ok(status(404)),
            None => Ok(daily_torrents(now, |day| format!("<link>{}</link>", magnet(day)))),
        },
        requests: (700, 732),
        unconditional: (700, 732),
        apart: 59,
        told: &[],
        torrents: Some(30),
    },
    Row {
        // A server that only has trouble gets two more chances before the magnet link takes its place.
        name: "a .torrent that is never there in time, with a magnet link beside it (row 17)",
        server: |request, now| match request.url.strip_prefix(TORRENTS) {
            Some(_) => Ok(status(502)),
            None => Ok(daily_torrents(now, |day| format!("<link>{}</link>", magnet(day)))),
        },
        requests: (700, 732),
        unconditional: (700, 732),
        apart: 59,
        told: &[("waiting", 60)],
        torrents: Some(90),
    },
    Row {
        // qB #11877, ruTorrent #2670, Jackett #5875.
        name: "a link that redirects to a magnet link (row 18)",
        server: |request, now| match request.url.strip_prefix(TORRENTS) {
            Some(day) => Err(WebError::Magnet(magnet(day), Namer::STRANGER)),
            None => Ok(daily_torrents(now, |_| String::new())),
        },
        requests: (700, 732),
        unconditional: (700, 732),
        apart: 59,
        told: &[],
        torrents: Some(30),
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
    world.shelf.wants_torrent = row.torrents.is_some();
    // The hour of a feed is what counts, however often a timer runs.
    let every = if row.name == ROWS[0].name { 5 } else { 30 };
    let mut told = world.passes(every * MINUTE, 30 * DAY);
    told.remove("taken");
    let is_torrent = |request: &&Request| request.url.starts_with(TORRENTS);
    let (torrents, feeds): (Vec<&Request>, Vec<&Request>) = world.web.asked.iter().partition(is_torrent);
    let apart = feeds.windows(2).map(|pair| (pair[1].at - pair[0].at) / MINUTE).min().unwrap_or(i64::MAX);
    let feed: Vec<_> = feeds.into_iter().filter(|request| request.url == FEED).collect();
    let unconditional = feed.iter().filter(|request| request.validators_of.is_none()).count();
    let told: Vec<_> = told.into_iter().collect();
    let titles = world.titles();
    let seen = format!(
        "{}: {} requests, {unconditional} of them unconditional, {apart} minutes apart, {told:?}, {} requests for torrents, {} taken",
        row.name,
        feed.len(),
        torrents.len(),
        titles.len()
    );
    println!("{seen}");
    let within = |count: usize, (least, most): (usize, usize)| (least..=most).contains(&count);
    // Where a feed has just moved, its new place is asked at once.
    let moved = row.told.iter().any(|(kind, _)| *kind == "moved");
    let is_once = titles.iter().collect::<HashSet<_>>().len() == titles.len();
    let are_all_taken = row.torrents.is_none() || titles.len() == 30;
    let is_right = is_once
        && are_all_taken
        && torrents.len() == row.torrents.unwrap_or(0)
        && within(feed.len(), row.requests)
        && within(unconditional, row.unconditional)
        && told == row.told
        && (apart >= row.apart || moved);
    if is_right { Vec::new() } else { vec![seen] }
}
