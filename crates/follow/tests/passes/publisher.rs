//! Fourteen days of a publisher: what is added, replaced, renamed, emptied, cut off and moved, and what a subscriber has in the end.

use follow::web::Answer;

use crate::world::{DAY, HOUR, MINUTE, START, World, conditional, ok, rss};

/// What the feed has on a day, from the top.
fn items(day: i64) -> Vec<&'static str> {
    match day {
        0 => vec!["v1"],
        1 => vec!["v2", "v1"],
        // Rebuilt, and put at the same URL.
        2 => vec!["v2 v2 v2 10", "v1"],
        3..6 => vec!["v3", "v2 v2 v2 10", "v1"],
        // All guids change.
        6..9 => vec!["v3 new-3 v3", "v2 new-2 v2 10", "v1 new-1 v1"],
        9..12 => vec!["v4", "v3 new-3 v3", "v2 new-2 v2 10"],
        _ => vec!["v5", "v4", "v3 new-3 v3"],
    }
}

#[test]
fn fourteen_days_of_a_publisher() {
    let mut world = World::new(|request, now| {
        let day = (now - START) / DAY;
        let body = rss(&items(day));
        match (day, (now - START) / HOUR % 24) {
            (4, 3..5) => Ok(ok(rss(&[]))),
            (4, 9..11) => Ok(ok("")),
            (9, 0..3) => Ok(ok(&body.as_bytes()[..body.len() - 100])),
            (10..13, _) => {
                let redirects = vec![(301, "http://away.example/feed.xml".to_owned())];
                Ok(Answer { redirects, ..conditional(request, &body) })
            }
            _ => Ok(conditional(request, &body)),
        }
    });
    let told = world.passes(30 * MINUTE, 14 * DAY);
    assert_eq!(world.titles(), ["v1", "v2", "v2", "v3", "v4", "v5"]);
    let told: Vec<_> = told.into_iter().collect();
    assert_eq!(told, [("offerer-changed", 2), ("revised", 1), ("taken", 6)]);
    let state = world.state();
    let left: Vec<&str> =
        state.entries.iter().filter(|it| it.left.is_some()).map(|it| it.title.as_str()).collect();
    assert_eq!(left, ["v1", "v2", "v2"]);
}
