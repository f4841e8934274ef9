use std::collections::BTreeMap;

use super::super::tracker_list::TrackerLists;
use super::*;
use torrent_core::address::Namer;

/// Trackers that take a moment to answer, at a schedule whose time passes at once.
struct Scene {
    schedule: Schedule,
    now: Time,
    /// Who has not answered yet, by when it will.
    answers: BTreeMap<(Time, AskId), Arc<RecordTracker>>,
    /// When who was asked, and what it was told.
    asked: Vec<(Time, JobId, String, Option<AnnounceEvent>)>,
}

impl Scene {
    /// So many records that name trackers of these hosts, by tier.
    fn new(count: usize, tiers: &[&[&str]]) -> Self {
        let (mut schedule, mut lists) = (Schedule::default(), TrackerLists::default());
        let url = |host: &&str| (format!("http://{host}/announce"), Namer::USER);
        for number in 0..count {
            let names = tiers.iter().map(|tier| tier.iter().map(url).collect()).collect();
            schedule.add(JobId(number), lists.list(names));
        }
        Self { schedule, now: Time::ZERO, answers: BTreeMap::new(), asked: Vec::new() }
    }

    /// Lets time pass until then; trackers whose host `is_silent` do not answer.
    fn pass(&mut self, until: u64, is_silent: impl Fn(&str) -> bool) {
        let until = Time::from_secs(until);
        while self.now <= until {
            while let Some(ask) = self.schedule.poll(self.now) {
                assert!(
                    self.answers.values().all(|other| other.place != ask.tracker.place),
                    "one at a time at a place"
                );
                let host = ask.tracker.url.host().to_owned();
                self.asked.push((self.now, ask.id.0, host, ask.event));
                self.answers.insert((self.now + ANSWER, ask.id), ask.tracker);
            }
            let answer = self.answers.first_key_value().map(|((at, _), _)| *at);
            let due = self.schedule.next_deadline().map(|due| due.max(self.now));
            let Some(next) = answer.into_iter().chain(due).min() else { return };
            self.now = next.max(self.now);
            while let Some(entry) = self.answers.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let ((_, id), tracker) = entry.remove_entry();
                let outcome = match is_silent(tracker.url.host()) {
                    true => AnnounceOutcome::Silent,
                    false => AnnounceOutcome::Answered(Duration::from_secs(INTERVAL)),
                };
                self.schedule.answered(id, outcome, self.now);
            }
        }
        self.now = until;
    }

    /// How often each was asked about, and told this, between two moments.
    fn told(&self, event: Option<AnnounceEvent>, from: u64, to: u64) -> BTreeMap<JobId, usize> {
        let mut counts = BTreeMap::new();
        let within = Time::from_secs(from)..Time::from_secs(to);
        for (at, job, _, told) in &self.asked {
            if within.contains(at) && *told == event {
                *counts.entry(*job).or_default() += 1;
            }
        }
        counts
    }
}

const INTERVAL: u64 = 1800;

const ANSWER: Duration = Duration::from_millis(30);

const STARTED: Option<AnnounceEvent> = Some(AnnounceEvent::Started);

#[test]
fn announces_of_many_are_spread_over_the_interval_and_each_comes_once() {
    const COUNT: usize = 10_000;
    let mut scene = Scene::new(COUNT, &[&["t"]]);
    scene.schedule.hurry(JobId(COUNT - 1));
    scene.pass(2 * INTERVAL, |_| false);
    assert_eq!(scene.asked[0].1, JobId(COUNT - 1), "whom a peer asks for comes first");
    let started = scene.told(STARTED, 0, 2 * INTERVAL);
    assert_eq!((started.len(), started.values().max()), (COUNT, Some(&1)));
    let last = scene.asked.iter().rfind(|(_, _, _, event)| *event == STARTED).unwrap().0;
    assert!((INTERVAL - 60..INTERVAL + 60).contains(&last.as_secs()), "{last:?}");
    let again = scene.told(None, 0, 2 * INTERVAL);
    assert!(again.len() > COUNT - 100 && again.values().all(|count| *count == 1), "{}", again.len());
    for second in scene.asked.chunk_by(|one, other| one.0.as_secs() == other.0.as_secs()) {
        assert!(second.len() <= 20, "{} in a second", second.len());
    }
}

#[test]
fn few_are_announced_soon_and_a_great_many_not_faster_than_twenty_a_second() {
    for (count, seconds) in [(1, 0), (20, 5), (1000, 250), (40_000, 2000)] {
        let mut scene = Scene::new(count, &[&["t"]]);
        scene.schedule.spread = Duration::from_secs(INTERVAL);
        scene.pass(3 * INTERVAL, |_| false);
        let last = scene.asked.iter().rfind(|(_, _, _, event)| *event == STARTED).unwrap().0.as_secs();
        // Where the second announces of the first ones come as well, the last ones wait a little.
        assert!((seconds * 9 / 10..=seconds * 12 / 10).contains(&last), "{count}: {last}");
        assert_eq!(scene.told(STARTED, 0, 3 * INTERVAL).len(), count);
    }
}

#[test]
fn a_silent_place_is_asked_now_and_then_whoever_names_it() {
    let mut scene = Scene::new(1000, &[&["t"]]);
    scene.pass(2 * 3600, |_| true);
    assert!((5..15).contains(&scene.asked.len()), "{}", scene.asked.len());
    scene.pass(4 * 3600, |_| false);
    assert_eq!(scene.told(STARTED, 2 * 3600, 4 * 3600).len(), 1000);
}

#[test]
fn a_tier_has_somebody_else_where_one_is_silent_and_tiers_are_asked_side_by_side() {
    let mut scene = Scene::new(100, &[&["dead", "alive"], &["other"]]);
    scene.pass(600, |host| host == "dead");
    let count = |host: &str| scene.asked.iter().filter(|(_, _, asked, _)| asked == host).count();
    assert_eq!((count("alive"), count("other")), (100, 100));
    assert!(count("dead") < 10, "{}", count("dead"));
}

#[test]
fn who_knows_a_record_hears_that_it_goes_while_there_is_time() {
    let account = || RecordAccount { announcers: Vec::new(), uploaded: 0, downloaded: 0, left: 0 };
    let mut scene = Scene::new(100, &[&["t"]]);
    scene.pass(10, |_| false);
    let known = scene.told(STARTED, 0, 11).len();
    assert!((30..50).contains(&known));
    let until = scene.now + Duration::from_secs(1);
    (0..100).for_each(|number| scene.schedule.remove(JobId(number), account(), until));
    assert!(scene.schedule.is_saying_goodbye());
    scene.pass(20, |_| false);
    let stopped = scene.told(Some(AnnounceEvent::Stopped), 0, 30);
    // One after the other, each takes a moment.
    assert_eq!(stopped.len(), 34);
    assert!(!scene.schedule.is_saying_goodbye() && scene.schedule.next_deadline().is_none());
}
