use super::*;
use crate::entry::{Entry, Fate, Stage, Way};
use crate::fetch_state::{FetchState, OfferedBy, Validators};
use proptest::prelude::*;
use test_kit::Folder;

const FEED: &str = "https://pub.example/feed.xml?passkey=0123456789abcdef";

/// A command that another test starts holds all locks of this process for a moment.
fn open(folder: &Folder) -> Result<Opened, JournalError> {
    let try_open = || Journal::open(&folder.join("s"), FEED, 100, false);
    let busy = |opened: &Result<_, _>| matches!(opened, Err(JournalError::Busy));
    let mut opened = try_open();
    for _ in 0..200 {
        if !busy(&opened) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
        opened = try_open();
    }
    opened
}

fn entry(id: &str) -> Entry {
    let ways = vec![Way { url: format!("http://x/{id}.torrent"), rule: "enclosure".into() }];
    Entry { id: id.to_owned(), title: format!("\"{id}\"\u{202e}\n"), ways, seen: 100, ..Entry::default() }
}

fn item(id: &str) -> Record {
    Record::Item(Box::new(entry(id)))
}

fn taken(id: &str) -> Record {
    let fate =
        Fate { stage: Stage::Taken, since: 101, attempts: 1, path: Some("/a".into()), ..Fate::default() };
    Record::State { id: id.to_owned(), fate, hashes: vec!["a".repeat(40)] }
}

fn fetched(etag: &str) -> Record {
    let validators = Some(Validators {
        asked: FEED.into(),
        url: FEED.into(),
        etag: Some(etag.into()),
        last_modified: None,
    });
    let offered_by = Some(OfferedBy { key: None, host: "pub.example".into(), tls: true });
    Record::Fetched(Box::new(FetchState {
        validators,
        offered_by,
        fetches: 1,
        at: 5,
        ..FetchState::default()
    }))
}

/// A journal with these records, closed again.
fn written(records: &[Record]) -> (Folder, PathBuf, FeedState) {
    let folder = Folder::new("");
    let Opened { mut journal, mut state, .. } = open(&folder).unwrap();
    for record in records {
        journal.append(record).unwrap();
        state.apply(record.clone());
    }
    journal.sync().unwrap();
    let path = journal.path().to_owned();
    (folder, path, state)
}

fn many() -> Vec<Record> {
    let ids: Vec<String> = (0..500).map(|number| format!("item-{number}")).collect();
    let items = ids.iter().flat_map(|id| [item(id), taken(id)]);
    [Record::Begun { at: 1 }].into_iter().chain(items).chain([fetched("\"x\"")]).collect()
}

#[test]
fn what_was_written_is_read() {
    let (folder, path, state) = written(&many());
    let opened = open(&folder).unwrap();
    assert_eq!((opened.state, opened.harmed), (state.clone(), 0));
    assert_eq!(peek(&path).unwrap(), (FEED.to_owned(), state));
    assert_eq!(journals(&folder.join("s")), [path]);
}

/// Of many lines all are written by the first sync, and none before.
#[test]
fn lines_of_a_pass_are_written_together_and_none_is_lost() {
    let folder = Folder::new("");
    let Opened { mut journal, .. } = open(&folder).unwrap();
    let lines = |journal: &Journal| fs::read_to_string(journal.path()).unwrap().lines().count();
    let before = lines(&journal);
    for id in ["a", "b", "c"] {
        journal.append(&item(id)).unwrap();
    }
    assert_eq!(lines(&journal), before);
    journal.sync().unwrap();
    assert_eq!(lines(&journal), before + 3);
    // Nor is what nobody waited for.
    journal.append(&item("d")).unwrap();
    drop(journal);
    assert_eq!(open(&folder).unwrap().state.entries.len(), 4);
    // Many do not wait in memory.
    let Opened { mut journal, .. } = open(&folder).unwrap();
    for number in 0..1000 {
        journal.append(&item(&format!("item-{number}"))).unwrap();
        assert!(journal.unwritten.len() < MOST_UNWRITTEN);
    }
    assert!(lines(&journal) > 500);
}

#[test]
fn the_last_fetch_is_found_from_the_end() {
    let long = "x".repeat(100_000);
    let behind: Vec<Record> =
        many().into_iter().skip(1).filter(|it| !matches!(it, Record::Fetched(_))).collect();
    for records in [
        vec![fetched("\"1\"")],
        vec![item("a"), fetched("\"0\""), item(&long), fetched("\"1\""), item("b"), item(&long)],
        [vec![fetched("\"0\""), fetched("\"1\"")], behind].concat(),
    ] {
        let (_folder, path, state) = written(&records);
        assert_eq!(last_fetch(&path), Some(state.fetch));
    }
    assert_eq!(last_fetch(&Folder::new("").join("none")), None);
}

#[test]
fn only_its_user_may_read_it_and_it_is_named_for_people() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path, _) = written(&[]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&folder.join("s"))), (0o600, 0o700));
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(name.starts_with("pub.example-") && name.len() == "pub.example-01234567.ndjson".len(), "{name}");
    assert_ne!(name_of(FEED), name_of("https://pub.example/feed.xml"));
    assert!(!name_of("https://../..%2f").contains('/'));
}

#[test]
fn one_run_at_a_time_works_on_a_feed() {
    let folder = Folder::new("");
    let first = open(&folder).unwrap();
    assert!(matches!(open(&folder), Err(JournalError::Busy)));
    Journal::open(&folder.join("s"), "https://pub.example/other", 100, false).unwrap();
    drop(first);
    open(&folder).unwrap();
}

/// The seven ways in which journals are harmed: what is whole stays, what is not is set aside and told, and nothing is a first run.
#[test]
fn harm_costs_what_is_harmed_and_no_more() {
    type Harm = fn(&mut Vec<u8>);
    let middle = |bytes: &mut Vec<u8>| {
        let at = bytes.len() / 2;
        bytes[at..at + 4096].fill(0);
    };
    let cases: [(&str, Harm, Option<usize>); 7] = [
        ("cut to 90 %", |bytes| bytes.truncate(bytes.len() * 9 / 10), Some(400)),
        ("4 KiB in the middle", middle, Some(450)),
        ("4 KiB at the start", |bytes| bytes[..4096].fill(0), None),
        ("the last record is cut", |bytes| bytes.truncate(bytes.len() - 20), Some(500)),
        ("a tail of nothing", |bytes| bytes.extend([0; 4096]), Some(500)),
        (
            "one bit",
            |bytes| {
                let at = bytes.len() / 2;
                bytes[at] ^= 1;
            },
            Some(499),
        ),
        ("nothing is left", Vec::clear, None),
    ];
    for (name, harm, least) in cases {
        let (folder, path, _) = written(&many());
        let mut bytes = fs::read(&path).unwrap();
        harm(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let opened = open(&folder);
        let Some(least) = least else {
            assert!(matches!(opened, Err(JournalError::Header(_))), "{name}");
            let adopted = Journal::open(&folder.join("s"), FEED, 200, true).unwrap();
            assert!(adopted.state.begun.is_none() && adopted.state.harmed.is_some(), "{name}");
            drop(adopted);
            assert!(open(&folder).is_ok(), "{name}: it is a journal again");
            continue;
        };
        let Opened { state, harmed, journal } = opened.unwrap();
        assert!(harmed > 0 && state.harmed.is_some(), "{name}");
        assert!(state.entries.len() >= least && state.begun.is_some(), "{name}: {}", state.entries.len());
        assert!(path.with_extension("bad").exists(), "{name}");
        drop(journal);
        let again = open(&folder).unwrap();
        assert_eq!((again.harmed, again.state), (0, state), "{name}: told once");
    }
}

#[test]
fn a_journal_of_another_feed_or_version_is_not_written_on() {
    for (text, is_later) in [
        ("{\"piecework/follow-feed\":1,\"feed\":\"https://other.example/\",\"created\":1}\n", false),
        ("{\"a\":1}\n", false),
        ("\n", false),
        (&format!("{{\"piecework/follow-feed\":2,\"feed\":\"{FEED}\",\"created\":1}}\n"), true),
    ] {
        let (folder, path, _) = written(&[]);
        fs::write(&path, text).unwrap();
        let error = open(&folder).unwrap_err();
        assert_eq!(matches!(error, JournalError::Later(_)), is_later, "{error}");
        assert!(is_later || matches!(error, JournalError::Header(_)), "{error}");
        assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
    }
}

#[test]
fn lines_of_people_count() {
    let (folder, path, _) = written(&[item("a")]);
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str("{\"is\":\"state\",\"id\":\"a\",\"state\":\"taken\",\"since\":7}\n");
    fs::write(&path, text).unwrap();
    let Opened { state, harmed, .. } = open(&folder).unwrap();
    assert_eq!((state.entry("a").unwrap().fate.stage, harmed), (Stage::Taken, 0));
}

/// What became of an item is not lost with the line of the item.
#[test]
fn an_item_whose_line_is_lost_comes_back_as_what_it_became() {
    let (folder, path, _) = written(&[item("a"), taken("a")]);
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains("\"is\":\"item\"")).collect();
    fs::write(&path, kept.join("\n") + "\n").unwrap();
    let Opened { mut journal, mut state, .. } = open(&folder).unwrap();
    journal.compact(&state).unwrap();
    state.apply(item("a"));
    assert_eq!(state.entry("a").unwrap().fate.stage, Stage::Taken);
}

#[test]
fn a_long_journal_is_written_anew_and_the_old_one_kept() {
    let folder = Folder::new("");
    let Opened { mut journal, mut state, .. } = open(&folder).unwrap();
    let mut count = 0;
    while !journal.is_long() {
        let record = fetched(&format!("\"{count}\""));
        journal.append(&record).unwrap();
        state.apply(record);
        count += 1;
    }
    journal.sync().unwrap();
    let old = fs::read(journal.path()).unwrap();
    journal.compact(&state).unwrap();
    assert!(!journal.is_long() && fs::metadata(journal.path()).unwrap().len() < 1000);
    assert_eq!(fs::read(journal.path().with_extension("1")).unwrap(), old);
    journal.append(&item("a")).unwrap();
    state.apply(item("a"));
    drop(journal);
    assert_eq!(open(&folder).unwrap().state, state);
}

#[test]
fn what_left_the_feed_long_ago_is_forgotten_but_for_hashes_of_what_was_taken() {
    use crate::{FETCHES, REMEMBERED};
    let (now, fetches) = (10 * REMEMBERED, 100);
    let old = Some((now - REMEMBERED - 1, fetches - FETCHES));
    let mut state = FeedState::default();
    for (id, left, stage) in [
        ("old taken", old, Stage::Taken),
        ("old skipped", old, Stage::Skipped),
        ("old waiting", old, Stage::Waiting),
        ("few fetches", Some((1, fetches - FETCHES + 1)), Stage::Taken),
        ("not long ago", Some((now - REMEMBERED, 1)), Stage::Taken),
        ("in the feed", None, Stage::Taken),
    ] {
        let hashes = vec![format!("hash of {id}")];
        let fate = Fate { stage, ..Fate::default() };
        state.apply(Record::Item(Box::new(Entry { left, hashes, fate, ..entry(id) })));
    }
    state.fetch.fetches = fetches;
    state.prune(now);
    let kept: Vec<&str> = state.entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(kept, ["old waiting", "few fetches", "not long ago", "in the feed"]);
    assert!(state.taken().any(|hash| hash == "hash of old taken"));
    assert!(!state.taken().any(|hash| hash == "hash of old skipped"));
    assert_eq!(state.place("in the feed"), Some(3));
}

fn any_record() -> impl Strategy<Value = Record> {
    let id = "[ab]{1,2}";
    let text = proptest::option::of(".{0,8}");
    let number = proptest::option::of(-1_i64 << 40..1 << 40);
    let stage = proptest::sample::select(vec![Stage::New, Stage::Taking, Stage::Taken, Stage::Waiting]);
    let item = (id, ".{0,9}", text.clone(), number.clone(), stage.clone()).prop_map(
        |(id, title, guid, published, stage)| {
            let fate = Fate { stage, since: 3, ..Fate::default() };
            Record::Item(Box::new(Entry { title, guid, published, fate, ..entry(&id) }))
        },
    );
    let state = (id, stage, text, 0..1_u32 << 30, number).prop_map(|(id, stage, why, attempts, retry_at)| {
        Record::State {
            id,
            fate: Fate { stage, since: 5, why, attempts, retry_at, ..Fate::default() },
            hashes: vec![],
        }
    });
    let fetched = ".{0,9}".prop_map(|etag| fetched(&etag));
    prop_oneof![item, state, fetched, (-1_i64 << 40..1 << 40).prop_map(|at| Record::Begun { at })]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// However a journal grows, is read, or is written anew, it comes to the same.
    #[test]
    fn a_journal_is_what_its_records_come_to(records in proptest::collection::vec(any_record(), 0..20)) {
        let (folder, _, state) = written(&records);
        let mut opened = open(&folder).unwrap();
        prop_assert_eq!((&opened.state, opened.harmed), (&state, 0));
        opened.journal.compact(&state).unwrap();
        drop(opened);
        prop_assert_eq!(open(&folder).unwrap().state, state);
    }

    /// Wherever the last write broke off, all lines before it are there.
    #[test]
    fn a_journal_that_broke_off_has_all_that_came_before(records in proptest::collection::vec(any_record(), 1..8), at in 0.0..1.0) {
        let (folder, path, _) = written(&records);
        let bytes = fs::read(&path).unwrap();
        // The header, and a line that says that nothing was fetched.
        let head = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').nth(1).unwrap().0 + 1;
        let cut = head + ((bytes.len() - head) as f64 * at) as usize;
        fs::write(&path, &bytes[..cut]).unwrap();
        // A line that lacks nothing but its end is whole.
        let whole = bytes[head..=cut.min(bytes.len() - 1)].iter().filter(|byte| **byte == b'\n').count();
        let mut state = FeedState::default();
        records[..whole].iter().for_each(|record| state.apply(record.clone()));
        let opened = open(&folder).unwrap();
        prop_assert_eq!(opened.state.entries, state.entries);
        prop_assert_eq!(opened.state.fetch, state.fetch);
    }
}

/// Whoever edits a journal may write any number: what nothing can be added to is set aside.
#[test]
fn numbers_beyond_all_measure_are_harm() {
    for line in [
        format!("{{\"is\":\"begun\",\"at\":{}}}", i64::MIN),
        format!("{{\"is\":\"fetched\",\"fetches\":{}}}", u64::MAX),
        format!("{{\"is\":\"fetched\",\"pace\":{}}}", i64::MAX),
        format!("{{\"is\":\"fetched\",\"moved\":{{\"to\":\"x\",\"since\":{}}}}}", i64::MIN),
        format!(
            "{{\"is\":\"state\",\"id\":\"a\",\"state\":\"waiting\",\"since\":1,\"attempts\":{}}}",
            u32::MAX
        ),
        format!(
            "{{\"is\":\"state\",\"id\":\"a\",\"state\":\"waiting\",\"since\":1,\"retry_at\":{}}}",
            i64::MIN
        ),
    ] {
        let (folder, path, state) = written(&[item("a"), Record::Begun { at: 1 }]);
        fs::write(&path, format!("{}{line}\n", fs::read_to_string(&path).unwrap())).unwrap();
        let opened = open(&folder).unwrap();
        assert_eq!(
            (opened.harmed, opened.state.entries, opened.state.fetch),
            (1, state.entries, state.fetch),
            "{line}"
        );
    }
}

/// A socket stands for a pipe, which tests cannot make without a program.
#[test]
fn what_is_no_plain_file_is_not_waited_for() {
    use std::os::unix::net::UnixListener;
    for ending in ["ndjson", "lock"] {
        let (folder, path, _) = written(&[item("a")]);
        let path = path.with_extension(ending);
        fs::remove_file(&path).unwrap();
        let _socket = UnixListener::bind(&path).unwrap();
        let error = open(&folder).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: it is no plain file", path.display()));
        assert!(ending == "lock" || peek(&path).is_none());
    }
}

#[test]
fn a_link_where_the_new_file_goes_is_not_followed() {
    let (folder, path, state) = written(&[item("a")]);
    let other = folder.join("other");
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, path.with_extension("new")).unwrap();
    open(&folder).unwrap().journal.compact(&state).unwrap();
    assert_eq!(
        (fs::read(&other).unwrap(), fs::symlink_metadata(&path).unwrap().is_file()),
        (b"precious".to_vec(), true)
    );
}

#[test]
fn what_a_link_leads_to_is_not_written() {
    for ending in ["ndjson", "lock"] {
        let (folder, path, _) = written(&[item("a")]);
        let (path, other) = (path.with_extension(ending), folder.join("other"));
        fs::rename(&path, &other).unwrap();
        let before = fs::read(&other).unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        let error = open(&folder).unwrap_err();
        assert_eq!(error.to_string(), format!("{}: it is no plain file", path.display()));
        assert_eq!(fs::read(&other).unwrap(), before);
    }
}
