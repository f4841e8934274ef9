//! What lies in folders, look by look: what has come to rest and can be offered, what has changed, what has gone. No files and no clock; both
//! are passed in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::stamp::Stamp;

/// What was seen. Who is half written changes from look to look, and is left alone until it has not for a while.
pub(super) struct Roll {
    entries: BTreeMap<PathBuf, Entry>,
    /// How long nothing may change before something is opened.
    rest: Duration,
}

struct Entry {
    stamp: Stamp,
    /// When it was first seen like this.
    since: Duration,
    state: EntryState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryState {
    /// It is opened when it rests.
    Unopened,
    Offered,
    /// It could not be offered, as it is.
    Refused,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// This may be offered now; [`Roll::opened`] is to hear what came of it.
    Open(PathBuf),
    /// This is not there any more, or not as it was.
    Drop(PathBuf),
}

impl Roll {
    pub(super) fn new(rest: Duration) -> Self {
        Self { entries: BTreeMap::new(), rest }
    }

    /// Takes in what is offered already.
    pub(super) fn note_offered(&mut self, path: PathBuf, stamp: Stamp, now: Duration) {
        self.entries.insert(path, Entry { stamp, since: now, state: EntryState::Offered });
    }

    /// Compares what is there with what was. If `is_news`, what was refused is opened again: what it lacked may have come.
    pub(super) fn look(
        &mut self,
        there: &BTreeMap<PathBuf, Stamp>,
        is_news: bool,
        now: Duration,
    ) -> Vec<Step> {
        let gone: Vec<PathBuf> =
            self.entries.keys().filter(|path| !there.contains_key(*path)).cloned().collect();
        let mut steps: Vec<Step> = gone.iter().filter_map(|path| self.forget(path)).collect();
        for (path, stamp) in there {
            let new = Entry { stamp: *stamp, since: now, state: EntryState::Unopened };
            let entry = self.entries.entry(path.clone()).or_insert(new);
            if entry.stamp != *stamp {
                let before = std::mem::replace(
                    entry,
                    Entry { stamp: *stamp, since: now, state: EntryState::Unopened },
                );
                steps.extend((before.state == EntryState::Offered).then(|| Step::Drop(path.clone())));
            }
            let is_open =
                entry.state == EntryState::Unopened || (is_news && entry.state == EntryState::Refused);
            if is_open && now >= entry.since + self.rest {
                steps.push(Step::Open(path.clone()));
            }
        }
        steps
    }

    /// What was opened is offered from now on, or cannot be.
    pub(super) fn opened(&mut self, path: &Path, is_offered: bool) {
        if let Some(entry) = self.entries.get_mut(path) {
            entry.state = if is_offered { EntryState::Offered } else { EntryState::Refused };
        }
    }

    /// What was opened is to be looked at and opened again soon, whatever rings: its data was found, which has to rest as well.
    pub(super) fn put_off(&mut self, path: &Path) {
        if let Some(entry) = self.entries.get_mut(path) {
            entry.state = EntryState::Unopened;
        }
    }

    /// When something comes to rest, if it goes on as it is.
    pub(super) fn next_look(&self) -> Option<Duration> {
        let unopened = self.entries.values().filter(|entry| entry.state == EntryState::Unopened);
        unopened.map(|entry| entry.since + self.rest).min()
    }

    fn forget(&mut self, path: &Path) -> Option<Step> {
        let entry = self.entries.remove(path)?;
        (entry.state == EntryState::Offered).then(|| Step::Drop(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A roll, and what it was told.
    struct Looks(Roll);

    impl Looks {
        /// What is to be done when these are there, each with a stamp; all that is opened can be offered but what is called `bad`.
        fn look(&mut self, now: u64, is_news: bool, there: &[(&str, u64)]) -> Vec<String> {
            let there = there.iter().map(|(path, stamp)| (PathBuf::from(path), Stamp(*stamp))).collect();
            let steps = self.0.look(&there, is_news, Duration::from_secs(now));
            let said = steps.into_iter().map(|step| match step {
                Step::Open(path) => {
                    self.0.opened(&path, path != Path::new("bad"));
                    format!("open {}", path.display())
                }
                Step::Drop(path) => format!("drop {}", path.display()),
            });
            said.collect()
        }
    }

    fn looks() -> Looks {
        Looks(Roll::new(Duration::from_secs(3)))
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn what_rests_is_opened_once() {
        let mut looks = looks();
        assert_eq!(looks.look(10, true, &[("a", 1)]), NOTHING);
        assert_eq!(looks.0.next_look(), Some(Duration::from_secs(13)));
        assert_eq!(looks.look(12, true, &[("a", 1), ("b", 1)]), NOTHING);
        assert_eq!(looks.look(13, true, &[("a", 1), ("b", 2)]), ["open a"]);
        assert_eq!(looks.look(15, true, &[("a", 1), ("b", 2)]), NOTHING, "b was still written at 13");
        assert_eq!(looks.look(16, true, &[("a", 1), ("b", 2)]), ["open b"]);
        assert_eq!((looks.look(99, true, &[("a", 1), ("b", 2)]), looks.0.next_look()), (vec![], None));
    }

    #[test]
    fn what_changes_or_goes_is_dropped() {
        let mut looks = looks();
        looks.look(0, true, &[("a", 1), ("b", 1), ("c", 1)]);
        assert_eq!(looks.look(3, true, &[("a", 1), ("b", 1), ("c", 2)]), ["open a", "open b"]);
        // What was never offered goes without a word.
        assert_eq!(looks.look(4, true, &[("a", 2)]), ["drop b", "drop a"]);
        assert_eq!(looks.look(7, true, &[("a", 2)]), ["open a"]);
        assert_eq!(looks.look(8, true, &[]), ["drop a"]);
    }

    #[test]
    fn what_was_refused_is_tried_again_when_something_happened() {
        let mut looks = looks();
        looks.look(0, true, &[("bad", 1)]);
        assert_eq!(looks.look(3, true, &[("bad", 1)]), ["open bad"]);
        assert_eq!(looks.look(9, false, &[("bad", 1)]), NOTHING);
        assert_eq!(looks.0.next_look(), None);
        assert_eq!(looks.look(10, true, &[("bad", 1)]), ["open bad"]);
        assert_eq!(looks.look(11, true, &[]), NOTHING, "it was not offered");
    }

    #[test]
    fn what_is_put_off_is_looked_at_soon_though_it_was_refused() {
        let mut looks = looks();
        looks.look(0, true, &[("bad", 1)]);
        assert_eq!(looks.look(3, true, &[("bad", 1)]), ["open bad"]);
        looks.0.put_off(Path::new("bad"));
        assert!(looks.0.next_look().is_some(), "nothing may ring any more");
        assert_eq!(looks.look(4, false, &[("bad", 2)]), NOTHING, "it shows with its data now, which rests");
        assert_eq!(looks.look(7, false, &[("bad", 2)]), ["open bad"]);
    }

    #[test]
    fn what_is_offered_already_is_not_opened() {
        let mut looks = looks();
        looks.0.note_offered("a".into(), Stamp(1), Duration::ZERO);
        assert_eq!(looks.look(9, true, &[("a", 1)]), NOTHING);
        assert_eq!(looks.look(10, true, &[("a", 2)]), ["drop a"]);
    }
}
