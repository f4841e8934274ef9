//! Journals that were harmed between two passes: no flood, no loss beyond the harmed lines, each told.

use std::fs;

use follow::PassError;
use follow::choice::FirstRun;
use follow::journal::JournalError;

use crate::world::{FEED, HOUR, World, kinds, ok, rss};

#[test]
fn a_harmed_journal_floods_nobody() {
    type Harm = fn(&mut Vec<u8>);
    let cases: [(&str, Harm, Option<usize>); 7] = [
        ("cut to 90 %", |bytes| bytes.truncate(bytes.len() * 9 / 10), Some(20)),
        (
            "4 KiB in the middle",
            |bytes| {
                let at = bytes.len() / 2;
                bytes[at..at + 4096].fill(0)
            },
            Some(20),
        ),
        ("4 KiB at the start", |bytes| bytes[..4096].fill(0), None),
        ("the last record is cut", |bytes| bytes.truncate(bytes.len() - 20), Some(0)),
        ("a tail of nothing", |bytes| bytes.extend([0; 4096]), Some(0)),
        (
            "one bit",
            |bytes| {
                let at = bytes.len() / 2;
                bytes[at] ^= 1
            },
            Some(1),
        ),
        ("nothing is left", Vec::clear, None),
    ];
    for (name, harm, most) in cases {
        let titles: Vec<String> = (0..400).map(|n| format!("item-{n}")).collect();
        let body = rss(&titles.iter().map(String::as_str).collect::<Vec<_>>());
        let mut world = World::new(move |_, _| Ok(ok(body.clone())));
        world.settings.choice.first_run = FirstRun::All;
        world.pass();
        assert_eq!(world.shelf.taken.len(), 400);
        world.shelf.taken.clear();
        let mut bytes = fs::read(world.path()).unwrap();
        harm(&mut bytes);
        fs::write(world.path(), &bytes).unwrap();
        world.wait(HOUR);
        let Some(most) = most else {
            let refused = world.try_pass(FEED);
            assert!(matches!(refused, Err(PassError::Journal(JournalError::Header(_)))), "{name}");
            drop(
                follow::journal::Journal::open(&world.folder.join("state"), FEED, world.now.get(), true)
                    .unwrap(),
            );
            assert!(!kinds(&world.pass()).contains(&"taken"), "{name}: all that is there counts as seen");
            assert!(world.shelf.taken.is_empty());
            continue;
        };
        let told = kinds(&world.pass());
        assert_eq!(told[0], "harmed", "{name}");
        assert!(world.shelf.taken.len() <= most, "{name}: {} taken, {told:?}", world.shelf.taken.len());
        world.wait(HOUR);
        let again = kinds(&world.pass());
        assert!(again.is_empty() || again == ["surge"], "{name}: {again:?}");
    }
}
