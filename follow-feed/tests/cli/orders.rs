//! Every verb in odd orders, between passes over a feed that changes: each has the exit code that it should have, what is marked as taken is not
//! taken, what is forgotten is as new, and an item keeps its id.

use std::collections::BTreeMap;

use fastrand::Rng;
use test_kit::Folder;

use crate::{Publisher, events, run};

/// What should be known of an item.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Stands {
    New,
    Taken,
    Skipped,
}

/// A subscriber, and what should be known by now.
struct Subscriber {
    publisher: Publisher,
    folder: Folder,
    /// What the feed has, from the top.
    offered: Vec<String>,
    known: BTreeMap<String, Stands>,
    ids: BTreeMap<String, String>,
}

impl Subscriber {
    fn new() -> Self {
        let (offered, known, ids) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { publisher: Publisher::new(&[]), folder: Folder::new("out/"), offered, known, ids }
    }

    /// Types something, and gives what is told, by event: titles and ids.
    fn typed(&self, words: &str, exit: i32) -> Vec<(String, String, String)> {
        println!("{words}");
        let outcome = run(&self.folder, &format!("--json {words} {}", self.publisher.url())).expect(exit);
        if words.contains("--list-state") {
            return Vec::new();
        }
        let text = |event: &serde_json::Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let told = events(&outcome);
        told.iter().map(|event| (text(event, "event"), text(event, "title"), text(event, "id"))).collect()
    }

    /// Publishes something new, or takes back what is oldest.
    fn publish(&mut self, rng: &mut Rng, number: usize) {
        if rng.u8(0..3) == 0 {
            self.offered.pop();
        } else {
            self.offered.insert(0, format!("item{number:03}"));
        }
        println!("{:?}", self.offered);
        self.publisher.publish(&self.offered.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// A pass: exactly what is new is taken, each under the id that it always had.
    fn pass(&mut self, option: &str) {
        for title in &self.offered {
            self.known.entry(title.clone()).or_insert(Stands::New);
        }
        let is_new = |stands: &Stands| *stands == Stands::New && option != "--dry-run";
        let mut wanted: Vec<String> =
            self.known.iter().filter(|(_, stands)| is_new(stands)).map(|(title, _)| title.clone()).collect();
        wanted.sort();
        let told = self.typed(&format!("{option} --save out --first-run all --pause 0 --every 0"), 0);
        let mut taken = Vec::new();
        for (_, title, id) in told.into_iter().filter(|(event, ..)| event == "taken") {
            assert_eq!(self.ids.entry(title.clone()).or_insert(id.clone()), &id);
            taken.push(title);
        }
        taken.sort();
        assert_eq!(taken, wanted);
        self.known.values_mut().filter(|stands| is_new(stands)).for_each(|stands| *stands = Stands::Taken);
    }

    /// Marks an item, perhaps one that nobody knows, or all of them; `None` forgets them.
    fn amend(&mut self, title: &str, to: Option<Stands>) {
        let verb = to.map_or("--forget".to_owned(), |to| format!("--mark {to:?}").to_lowercase());
        let meant: Vec<String> =
            self.known.keys().filter(|known| title == "*" || *known == title).cloned().collect();
        self.typed(&format!("{verb} {title}"), i32::from(meant.is_empty()));
        for title in meant {
            match to {
                Some(to) => self.known.insert(title, to),
                None => self.known.remove(&title),
            };
        }
    }

    /// What is asked without changing anything.
    fn ask(&self) {
        self.typed("--list-state", 0);
        assert_eq!(self.typed("--explain", 0).len(), self.known.len());
    }
}

/// One of these a step.
fn step(subscriber: &mut Subscriber, rng: &mut Rng, number: usize) {
    let title = match rng.u8(0..8) {
        0 => "*".to_owned(),
        _ => format!("item{:03}", rng.usize(0..=number)),
    };
    match rng.u8(0..14) {
        0..4 => subscriber.publish(rng, number),
        4 => subscriber.pass(""),
        5 => subscriber.pass("--dry-run"),
        6 => subscriber.pass("--recheck"),
        7 => subscriber.pass("--recheck=all"),
        8 => subscriber.pass(["--adopt", "--accept-surge"][rng.usize(0..2)]),
        9 => subscriber.amend(&title, Some(Stands::New)),
        10 => subscriber.amend(&title, Some(Stands::Taken)),
        11 => subscriber.amend(&title, Some(Stands::Skipped)),
        12 => subscriber.amend(&title, None),
        _ => subscriber.ask(),
    }
}

#[test]
fn every_verb_in_odd_orders_means_what_it_says() {
    for seed in 0..8 {
        let (mut subscriber, mut rng) = (Subscriber::new(), Rng::with_seed(seed));
        (0..25).for_each(|number| step(&mut subscriber, &mut rng, number));
        // From here on nothing that is not signed is believed.
        subscriber.pass("");
        subscriber.publish(&mut Rng::with_seed(1), 99);
        subscriber.typed(&format!("--trust {}", test_kit::minisign::KEY.1), 0);
        let told = subscriber.typed("--save out --pause 0 --every 0", 3);
        assert!(told.iter().all(|(event, ..)| event != "taken"), "{told:?}");
        subscriber.amend("*", Some(Stands::New));
        let told = subscriber.typed("--save out --pause 0 --every 0", 3);
        assert!(told.iter().all(|(event, ..)| event != "taken"), "{told:?}");
        subscriber.ask();
    }
}
