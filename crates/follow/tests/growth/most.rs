//! The most that strangers may send: how many bytes are held for each item of a long feed, and for each byte of a hostile torrent.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::PoisonError;

use follow::choice::FirstRun;
use follow::{Entry, Stage, Way, parcel};
use torrent_core::address::Namer;

use crate::ALONE;
use crate::lists::{Page, at, feed, guid, item, many};
use crate::meter::ALLOCATOR;
use crate::world::{HOUR, World, ok};

/// The most bytes at a time that something takes beyond what is there already.
fn held<T>(run: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let done = run();
    (ALLOCATOR.peak_usage().saturating_sub(before), done)
}

/// Three passes over very many items: all are new, none is, one is.
#[test]
fn what_is_held_of_a_long_feed_is_so_much_an_item_and_each_is_written_once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let all = |count| feed(&many(count, |n| item(&format!("{}{}", guid(count - n), at(count - n)))));
    let bodies = [all(ITEMS - 1), all(ITEMS - 1), all(ITEMS)];
    assert!(bodies.iter().all(|body| body.len() as u64 <= feed::limits::BODY));
    let turn = Rc::new(Cell::new(0));
    let served = Rc::clone(&turn);
    let mut world = World::new(move |_, _| Ok(ok(bodies[served.get()].as_bytes())));
    world.settings.choice.first_run = FirstRun::None;
    for (number, taken) in [(0, 0), (1, 0), (2, 1)] {
        turn.set(number);
        let (bytes, _) = held(|| world.pass());
        println!("pass {number}: {} bytes an item", bytes / ITEMS);
        assert!(bytes / ITEMS <= EACH, "pass {number}: {} bytes an item", bytes / ITEMS);
        assert_eq!(world.titles().len(), taken);
        world.wait(HOUR);
    }
    let lines = std::fs::read_to_string(world.path()).unwrap().lines().count();
    let left = world.state().entries.iter().filter(|entry| entry.fate.stage == Stage::Skipped).count();
    assert_eq!(left, ITEMS - 1);
    // An item and that it is left; the new one, that it is begun and taken; the header, and what is said of three fetches.
    assert!(lines <= 2 * ITEMS + FEW, "{lines} lines");
}

/// Whether it is taken for a torrent or not: each byte of it may be copied a few times, and a file of it takes more than its name.
#[test]
fn a_hostile_torrent_is_held_in_so_many_times_its_length() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let way = Way { url: "http://pub.example/x.torrent".into(), rule: "enclosure".into() };
    let entry = Entry { ways: vec![way], ..Entry::default() };
    let mut faults = Vec::new();
    for (name, torrent) in torrents() {
        let length = torrent.len();
        let mut page = Page(torrent);
        let (bytes, got) = held(|| parcel::get(&mut page, &entry, Namer::USER, 1));
        let times = bytes as f64 / length as f64;
        println!(
            "{name}: {length} bytes, {times:.1} times as much: {}",
            got.map_or_else(|why| why.to_string(), |_| "a torrent".to_owned())
        );
        if times > TIMES {
            faults.push(format!("{name}: {times:.1} times as much"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Each of about a mebibyte.
fn torrents() -> Vec<(&'static str, Vec<u8>)> {
    let info = |inner: &str, all: &str| format!("d4:infod{inner}4:name1:t12:piece lengthi16384e{all}ee");
    let of = |count: usize| format!("6:pieces{}:{}", 20 * count, "a".repeat(20 * count));
    let listed =
        |list: &str, pieces: usize| info(&format!("5:filesl{list}d6:lengthi1e4:pathl2:zzeee"), &of(pieces));
    let files =
        |count: usize, one: &dyn Fn(usize) -> String| listed(&many(count, one), (count + 1).div_ceil(16384));
    let file = |n: usize| format!("d6:lengthi1e4:pathl{}:{n}ee", n.to_string().len());
    let folders = |_: usize| format!("d6:lengthi1e4:pathl{}ee", "1:a".repeat(1000));
    let leaf = |n: usize| format!("6:{n:06}d0:d6:lengthi1e11:pieces root32:{}ee", "b".repeat(32));
    let plain = info("6:lengthi1e", &of(1));
    let outer = |more: &str| format!("d{more}{}", &plain[1..]);
    let texts = [
        ("files", files(30_000, &file)),
        ("files of no bytes and one name", listed(&"d6:lengthi0e4:pathl1:aee".repeat(30_000), 1)),
        ("files in deep folders", files(300, &folders)),
        ("files of v2", info(&format!("9:file treed{}e12:meta versioni2e", many(14_000, leaf)), "")),
        ("pieces", info(&format!("6:lengthi{}e", 50_000 << 14), &of(50_000))),
        ("a comment", outer(&format!("7:comment{}:{}", 1 << 20, "\u{1b}".repeat(1 << 20)))),
        (
            "trackers",
            outer(&format!("13:announce-listl{}e", many(40_000, |n| format!("l18:udp://t{n:06}.e:1/e")))),
        ),
        ("web seeds", outer(&format!("8:url-listl{}e", many(40_000, |n| format!("17:http://t{n:06}.e/"))))),
        ("numbers in an unknown list", outer(&format!("1:zl{}e", "i1e".repeat(350_000)))),
        ("empty lists", outer(&format!("1:zl{}e", "le".repeat(500_000)))),
        (
            "keys of the info",
            info(&format!("6:lengthi1e{}", many(80_000, |n| format!("6:m{n:05}i1e"))), &of(1)),
        ),
        ("keys all the same", outer(&"1:zi1e".repeat(170_000))),
        ("lists in lists", format!("d1:z{}", "l".repeat(1 << 20))),
        ("no end", "d4:infod5:filesl".to_owned() + &many(30_000, file)),
        ("one text", format!("d4:info{}:{}e", 1 << 20, "a".repeat(1 << 20))),
        ("anything else", "d".to_owned() + &"\u{7f}".repeat(1 << 20)),
    ];
    texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect()
}

/// A fifth of what one may have, for the sake of the time that it takes: what is held of an item is the same.
const ITEMS: usize = feed::limits::PUBLISHED / 5;
/// Bytes that are held of an item at most, its line in the journal and its text in the feed among them.
const EACH: usize = 3000;
/// Lines of a journal that are not about the items of the first pass.
const FEW: usize = 16;
/// How many times its length a torrent takes at most.
const TIMES: f64 = 6.0;
