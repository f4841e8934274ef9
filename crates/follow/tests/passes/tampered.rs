//! Signed feeds in the hands of others: what is changed, replayed, stripped or redirected.

use follow::choice::FirstRun;
use follow::pin::{Refusal, judge};
use follow::web::Answer;
use proptest::prelude::*;
use test_kit::minisign::KEY;

use crate::signed::{OTHER_FEED, feed, follower, run, signed, told};
use crate::world::{DAY, FEED, HOUR, START, World, ok, rss, status};

/// One bit is enough, wherever it is: in the head, an item, the statement, a signature.
#[test]
fn no_bit_of_a_signed_feed_may_be_another() {
    let (mut world, body) = follower();
    let small = signed("a", 1, FEED, None, "<rss version='2.0'><channel><title>t</title></channel></rss>");
    let pin = judge(None, small.as_bytes()).unwrap();
    for bit in 0..small.len() * 8 {
        let mut harmed = small.clone().into_bytes();
        harmed[bit / 8] ^= 1 << (bit % 8);
        assert!(judge(pin.as_ref(), &harmed).is_err(), "bit {bit}");
    }
    // And in passes, what is in it is not taken.
    run(&mut world, &body, &[("a 1 x", "key-pinned taken")]);
    let next = feed("a 2 y,x");
    for at in (0..next.len()).step_by(7).filter(|at| next.is_char_boundary(*at)) {
        let mut harmed = next.clone().into_bytes();
        harmed[at] ^= 1 << (at % 7);
        body.replace(String::from_utf8(harmed).unwrap());
        let told = told(&world.pass());
        assert!(["bad-signature", "unsigned"].contains(&told.as_str()), "byte {at}: {told}");
        world.wait(HOUR);
    }
    body.replace(next);
    assert_eq!(told(&world.pass()), "taken");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_larger_feed_may_be_changed(items in 1_usize..300, flips in proptest::collection::vec(any::<(prop::sample::Index, u8)>(), 1..4)) {
        let titles: Vec<String> = (0..items).map(|item| format!("title-{item}")).collect();
        let text = signed("a", 1, FEED, Some("b"), &rss(&titles.iter().map(String::as_str).collect::<Vec<_>>()));
        let pin = judge(None, text.as_bytes()).unwrap();
        prop_assert_eq!(judge(pin.as_ref(), text.as_bytes()), Ok(pin.clone()));
        let mut harmed = text.clone().into_bytes();
        for (at, bit) in flips {
            let at = at.index(harmed.len());
            harmed[at] ^= 1 << (bit % 8);
        }
        prop_assume!(harmed != text.as_bytes());
        let refused = matches!(judge(pin.as_ref(), &harmed), Err(Refusal::Bad(_) | Refusal::Unsigned));
        prop_assert!(refused);
    }
}

/// What somebody between a publisher and a subscriber may do: all but sign.
fn attack(chance: u8, version: u64, at: &str) -> Answer {
    let current = items(version);
    let evil = format!("evil,{current}");
    let replayed = u64::from(chance) % version + 1;
    let body = match chance % 10 {
        0 => format!("a {replayed} {}", items(replayed)),
        1 => format!("- 9 {evil}"),
        2 => format!("a 99 {evil} feed={OTHER_FEED}"),
        3 => format!("b 99 {evil}"),
        4 => format!("a {version} {current} changed"),
        5 => return status(304),
        6 => return status([404, 500, 503][usize::from(chance) % 3]),
        7 => return ok("<html>log in</html>"),
        _ => format!("a {version} {current}"),
    };
    let away = (301, "http://away.example/feed.xml".to_owned());
    let redirects = if chance > 200 && at == FEED { vec![away] } else { vec![] };
    let etag = chance.is_multiple_of(4).then(|| "\"1\"".to_owned());
    Answer { redirects, etag, ..ok(feed(&body)) }
}

/// All items up to this version, from the top.
fn items(version: u64) -> String {
    (1..=version).rev().map(|item| format!("v{item}")).collect::<Vec<_>>().join(",")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]
    /// They may keep news back, as long as they are there; no more.
    #[test]
    fn who_cannot_sign_can_only_delay(chances in proptest::collection::vec(any::<u8>(), 1..60)) {
        let hours = i64::try_from(chances.len()).unwrap();
        let version = move |hour: i64| 1 + hour.min(hours).unsigned_abs() / 10;
        let mut world = World::new(move |request, now| {
            let hour = (now - START) / HOUR;
            let chance = usize::try_from(hour - 1).ok().and_then(|at| chances.get(at));
            let honest = || feed(&format!("a {} {}", version(hour), items(version(hour))));
            Ok(chance.map_or_else(|| ok(honest()), |chance| attack(*chance, version(hour), &request.url)))
        });
        world.settings.choice.first_run = FirstRun::All;
        world.passes(HOUR, (hours + 1) * HOUR);
        world.passes(6 * HOUR, 4 * DAY);
        let all: Vec<String> = (1..=version(hours)).map(|item| format!("v{item}")).collect();
        prop_assert_eq!(world.titles(), all);
        let state = world.state();
        prop_assert!(state.fetch.refused.is_none() && state.fetch.pin.unwrap().key == KEY.1);
    }
}
