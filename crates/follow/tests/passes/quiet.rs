//! What a person hears: nothing, unless it is worth it.

use follow::Event;
use follow::web::{Answer, WebError};

use crate::world::{DAY, HOUR, MINUTE, START, World, conditional, kinds, ok, rss, status};

/// Cron mails what is said: 30 days in which each twentieth request fails, in one of the ways in which servers and networks do, are 0 words. The judges
/// play the same with the tool and a real server.
#[test]
fn a_month_with_outages_is_silent() {
    let mut outage = fastrand::Rng::with_seed(5);
    let mut world = World::new(move |request, now| {
        let body = rss(&["b", "a"]);
        if now > START && outage.u32(0..20) == 0 {
            return failure(outage.usize(0..9), &body);
        }
        Ok(conditional(request, &body))
    });
    world.pass();
    assert_eq!(world.passes(30 * MINUTE, 30 * DAY).into_iter().collect::<Vec<_>>(), []);
    assert_eq!(world.titles(), ["b"]);
}

/// A way to fail: a status, a connection that comes to nothing, or a body that ends before its end.
fn failure(kind: usize, body: &str) -> Result<Answer, WebError> {
    let lost = ["connection refused", "connection reset by peer", "no answer in time", "the body is cut off"];
    match kind {
        0..4 => Ok(status([500, 502, 503, 429][kind])),
        4..8 => Err(WebError::Failed(lost[kind - 4].to_owned())),
        // Without a length nobody sees that it is not whole.
        _ => Ok(ok(&body.as_bytes()[..body.len() / 2])),
    }
}

#[test]
fn an_outage_is_told_after_a_day_and_then_daily_and_never_forgets_anything() {
    let mut world = World::new(|request, now| match (now - START) / DAY {
        2..6 => Ok(status(500)),
        _ => Ok(conditional(request, &rss(&["a"]))),
    });
    world.pass();
    let told = world.passes(30 * MINUTE, 8 * DAY);
    assert_eq!(told.get("down").copied(), Some(3), "{told:?}");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(world.shelf.taken.len(), 1);
}

/// Perhaps the URL is mistyped: who has never had an answer hears that at once.
#[test]
fn a_feed_that_never_was_one_is_told_at_once() {
    for (body, is_no_feed) in
        [("<html><body>hello</body></html>", true), ("", true), ("{}", true), ("x", true)]
    {
        let mut world = World::new(move |_, _| Ok(ok(body)));
        let events = world.pass();
        assert!(
            matches!(&events[1], Event::Down { is_no_feed: it, .. } if *it == is_no_feed),
            "{body}: {events:?}"
        );
        world.wait(HOUR);
        assert_eq!(kinds(&world.pass()), [""; 0], "once a day");
    }
}
