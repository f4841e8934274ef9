//! Whether a feed that says it has moved is believed: a captive portal says so as well, and whoever holds a lapsed domain.
//!
//! A new place is adopted when it was named for a week each time, and a feed was there; at once, if it is the same over TLS, or if the
//! old place is gone. The URL that the user typed stays the name of the feed.

use crate::fetch_state::Moved;
use crate::pin::is_upgrade;

/// What follows from one good answer that came by these redirects, each a status and where it led: what is remembered, and where
/// the feed is from now on.
pub(crate) fn after(
    moved: Option<Moved>,
    asked: &str,
    redirects: &[(u16, String)],
    now: i64,
) -> (Option<Moved>, Option<String>) {
    // A redirect for now on the way says nothing of what is behind it.
    let lasting = redirects.iter().take_while(|(status, _)| matches!(status, 301 | 308)).last();
    let Some((_, to)) = lasting else { return (None, None) };
    let since = moved.filter(|moved| moved.to == *to).map_or(now, |moved| moved.since);
    let is_believed = now - since >= WEEK || is_upgrade(asked, to);
    let moved = Moved { to: to.clone(), since };
    if is_believed { (None, Some(to.clone())) } else { (Some(moved), None) }
}

const WEEK: i64 = 7 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "http://old.example/feed.xml";

    #[test]
    fn a_move_is_believed_after_a_week_or_if_it_is_to_the_same_place() {
        let (a, b) = ("http://a.example/feed.xml", "http://b.example/feed.xml");
        let (tls, elsewhere) = ("https://old.example/feed.xml", "https://old.example/other.xml");
        // Days with the status of the answer and where it led, and where the feed is in the end.
        type Days<'a> = &'a [(i64, u16, &'a str)];
        let cases: &[(Days<'_>, Option<&str>)] = &[
            (&[(0, 301, a)], None),
            (&[(0, 301, a), (6, 301, a)], None),
            (&[(0, 301, a), (7, 308, a)], Some(a)),
            (&[(0, 302, a), (9, 302, a)], None),
            (&[(0, 301, a), (3, 200, ""), (8, 301, a)], None),
            (&[(0, 301, a), (4, 301, b), (8, 301, b)], None),
            (&[(0, 301, a), (4, 301, b), (11, 301, b)], Some(b)),
            (&[(0, 301, tls)], Some(tls)),
            (&[(0, 301, elsewhere)], None),
            (&[(0, 302, tls)], None),
        ];
        for (days, adopted) in cases {
            let (mut moved, mut place) = (None, None);
            for (day, status, to) in *days {
                let redirects = [(*status, (*to).to_owned())];
                let redirects = if *status == 200 { &[][..] } else { &redirects[..] };
                (moved, place) = after(moved, OLD, redirects, day * 86_400);
            }
            assert_eq!(place.as_deref(), *adopted, "{days:?}");
        }
        let chain = [(301, a.to_owned()), (302, b.to_owned()), (301, tls.to_owned())];
        assert_eq!(after(None, OLD, &chain, 0).0.unwrap().to, a);
    }
}
