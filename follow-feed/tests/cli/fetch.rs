//! `--fetch`: content that peers give, of a feed, a tracker and peers on this machine.

use std::collections::BTreeMap;
use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use test_kit::web_server::{WebServer, answer};
use test_kit::{
    Content, Folder, HonestPeer, HttpTracker, Manners, Signal, bytes, dict, int, list, seeded_bytes,
};
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Protocol;

use crate::{events, kinds, rss, run, tool};

/// A publisher of torrents of one file, its tracker, and the peers that have them.
struct Release {
    server: WebServer,
    feed: Arc<Mutex<String>>,
    contents: BTreeMap<&'static str, Arc<Content>>,
    peers: BTreeMap<&'static str, HonestPeer>,
    _tracker: HttpTracker,
}

impl Release {
    /// Torrents, by the names of their items: the names of their files and their sizes.
    fn new(torrents: &[(&'static str, &str, usize)], manners: Manners) -> Self {
        let content = |(item, name, size): &(&'static str, &str, usize)| {
            let data = seeded_bytes(item.len() as u64 + u64::from(item.as_bytes()[0]), *size);
            (*item, Content::of_file(Protocol::V1, name, &data, 16384))
        };
        let contents: BTreeMap<_, _> = torrents.iter().map(content).collect();
        let peers: BTreeMap<_, _> = contents
            .iter()
            .map(|(item, content)| (*item, HonestPeer::new(Arc::clone(content), manners)))
            .collect();
        let tracker = HttpTracker::new(&peers.values().map(HonestPeer::address).collect::<Vec<_>>());
        let url = tracker.url();
        let files: BTreeMap<String, Vec<u8>> =
            contents.iter().map(|(item, content)| ((*item).to_owned(), torrent(content, &url))).collect();
        let feed = Arc::new(Mutex::new(rss(&[])));
        let served = Arc::clone(&feed);
        let server = WebServer::start(move |head| {
            let target = head.split(' ').nth(1).unwrap_or_default();
            let name = target.strip_prefix("/t/").and_then(|name| name.strip_suffix(".torrent"));
            match name.and_then(|name| files.get(name)) {
                Some(file) => answer("200 OK", "", file),
                None if name == Some("unsafe") => answer("200 OK", "", &unsafe_torrent()),
                None if name == Some("alone") => answer("200 OK", "", &crate::torrent("alone")),
                None if name.is_some() => answer("404 Not Found", "", b""),
                None => answer("200 OK", "", served.lock().unwrap().as_bytes()),
            }
        });
        Self { server, feed, contents, peers, _tracker: tracker }
    }

    fn publish(&self, items: &[&str]) {
        *self.feed.lock().unwrap() = rss(items);
    }

    fn url(&self) -> String {
        self.server.url("/feed.xml")
    }

    /// What is typed to fetch into `out`.
    fn typed(&self, more: &str) -> String {
        format!(
            "--fetch out --no-dht --no-lsd --bind 127.0.0.1 --pause 0 --first-run all {more} {}",
            self.url()
        )
    }

    /// Bytes of blocks that peers have given.
    fn given(&self) -> u64 {
        self.peers.values().map(HonestPeer::given).sum()
    }

    fn size(&self) -> u64 {
        self.contents.values().map(|content| content.bytes().len() as u64).sum()
    }
}

fn torrent(content: &Content, tracker: &str) -> Vec<u8> {
    let head = format!("d8:announce{}:{tracker}4:info", tracker.len());
    [head.as_bytes(), content.metainfo().raw_info(), b"e"].concat()
}

fn unsafe_torrent() -> Vec<u8> {
    let file = dict([("length", int(5)), ("path", list([bytes(".."), bytes("x")]))]);
    let info = [
        ("files", list([file])),
        ("name", bytes("d")),
        ("piece length", int(16384)),
        ("pieces", bytes([7; 20])),
    ];
    dict([("info", dict(info))])
}

/// The journal of the only feed.
fn journal(folder: &Folder) -> String {
    let paths = follow::journal::journals(&folder.join("state"));
    paths.first().map(|path| fs::read_to_string(path).unwrap()).unwrap_or_default()
}

pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(60), "waited for {what}");
        sleep(Duration::from_millis(5));
    }
}

const SLOW: Manners = Manners { metadata: true, fast: true, delay: Duration::from_millis(20) };

#[test]
fn what_is_new_arrives_whole_and_once() {
    let all = [("a", "a.bin", 100_000), ("b", "b.bin", 200_000), ("c", "c.bin", 5)];
    let (release, folder) = (Release::new(&all, Manners::default()), Folder::new("out/"));
    release.publish(&["b", "a"]);
    let outcome = run(&folder, &release.typed("")).expect(0);
    assert_eq!(outcome.stderr(), "");
    let mut lines: Vec<&str> = outcome.stdout().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["out/a.bin", "out/b.bin"]);
    assert_eq!(folder.read("out/a.bin"), release.contents["a"].bytes());
    assert_eq!(folder.read("out/b.bin"), release.contents["b"].bytes());
    assert_eq!(folder.names().iter().filter(|name| name.starts_with("out/")).count(), 3);
    let (given, asked) = (release.given(), release.server.asked().len());
    assert_eq!((given, asked), (300_000, 3));
    // Nothing is new; what the user has removed is not fetched again.
    folder.remove("out/a.bin");
    assert_eq!(run(&folder, &release.typed("--recheck")).expect(0).stdout(), "");
    release.publish(&["c", "b", "a"]);
    let outcome = run(&folder, &release.typed("--recheck --json")).expect(0);
    let told = events(&outcome);
    assert_eq!(kinds(&told), ["feed", "taken"]);
    assert_eq!((told[1]["path"].as_str(), told[1]["size"].as_u64()), (Some("out/c.bin"), Some(5)));
    assert_eq!((release.given(), release.server.asked().len()), (given + 5, asked + 3));
    assert!(!folder.names().contains(&"out/a.bin".to_owned()));
    assert!(!folder.names().iter().any(|name| name.ends_with(".torrent")), "{:?}", folder.names());
}

#[test]
fn a_link_is_enough_and_its_size_counts_when_it_is_known() {
    let release = Release::new(&[("a", "a.bin", 100_000)], Manners::default());
    let folder = Folder::new("out/");
    let link = Magnet::of(release.contents["a"].metainfo());
    let link = format!("{link}&tr={}", release._tracker.url());
    release.publish(&[&link]);
    let outcome = run(&folder, &release.typed("--max-size 99999 --json")).expect(0);
    let told = events(&outcome);
    assert_eq!(kinds(&told), ["feed", "skipped"]);
    assert_eq!(told[1]["why"], "torrent-size");
    assert_eq!(release.given(), 0);
    run(&folder, "--mark new link").expect(0);
    assert_eq!(run(&folder, &release.typed("")).expect(0).stdout(), "out/a.bin\n");
    assert_eq!(folder.read("out/a.bin"), release.contents["a"].bytes());
}

/// What is there needs no room; of what is missing nothing is begun, and the feed's server is not asked for it in each pass.
#[test]
fn room_is_for_what_is_missing() {
    let release = Release::new(&[("a", "a.bin", 50_000), ("b", "b.bin", 60_000)], Manners::default());
    let folder = Folder::new("out/");
    folder.write("out/a.bin", release.contents["a"].bytes());
    release.publish(&["b", "a"]);
    let outcome = run(&folder, &release.typed("--min-free 4000TiB --json")).expect(0);
    let told = events(&outcome);
    let mut ends: Vec<_> = told[1..].iter().map(|it| (it["title"].as_str(), it["event"].as_str())).collect();
    ends.sort_unstable();
    assert_eq!(ends, [(Some("a"), Some("taken")), (Some("b"), Some("waiting"))]);
    assert!(told[1..].iter().any(|it| it["why"] == "space"), "{outcome}");
    assert_eq!((release.given(), folder.names().iter().filter(|it| it.starts_with("out/")).count()), (0, 2));
    let asked = release.server.asked().len();
    assert_eq!(run(&folder, &release.typed("")).expect(0).stdout(), "");
    assert_eq!(release.server.asked().len(), asked);
    assert_eq!(run(&folder, &release.typed("--recheck")).expect(0).stdout(), "out/b.bin\n");
}

#[test]
fn torrents_of_one_name_do_not_meet_and_what_is_there_is_not_replaced() {
    let all = [("a", "x", 50_000), ("b", "x", 60_000), ("c", "mine", 5)];
    let (release, folder) = (Release::new(&all, Manners::default()), Folder::new("out/\nout/mine: my own"));
    release.publish(&["c", "b", "a"]);
    let outcome = run(&folder, &release.typed("")).expect(0);
    let own = |item: &str| {
        let hash = release.contents[item].info_hash();
        hash[..4].iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(folder.read("out/x"), release.contents["a"].bytes());
    assert_eq!(folder.read(format!("out/{}/x", own("b"))), release.contents["b"].bytes());
    assert_eq!(folder.read("out/mine"), b"my own");
    assert_eq!(folder.read(format!("out/{}/mine", own("c"))), release.contents["c"].bytes());
    let mut lines: Vec<&str> = outcome.stdout().lines().collect();
    lines.sort_unstable();
    assert!(lines.contains(&format!("out/{}/x", own("b")).as_str()), "{lines:?}");
    assert_eq!(release.given(), release.size());
    assert!(!folder.names().iter().any(|name| name.contains(".piecework-")), "{:?}", folder.names());
}

#[test]
fn a_signal_ends_it_and_the_next_pass_goes_on_at_once() {
    let release = Release::new(&[("a", "a.bin", 1_500_000), ("b", "b.bin", 1_500_000)], SLOW);
    let folder = Folder::new("out/");
    release.publish(&["b", "a"]);
    for (signal, exit) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let before = release.given();
        let running = tool(&folder, &release.typed("")).spawn();
        wait_for("some blocks", || release.given() > before + 300_000);
        running.signal(signal);
        running.finish().expect(exit);
        let stand = run(&folder, &format!("--explain {}", release.url())).expect(0);
        let told = events(&stand);
        assert!(told.iter().all(|it| it["state"] == "new" && it["why"] == "cut-off"), "{stand}");
        assert!(told.iter().all(|it| it["attempt"].is_null() && it["retry_at"].is_null()), "{stand}");
    }
    run(&folder, &release.typed("")).expect(0);
    for item in ["a", "b"] {
        assert_eq!(folder.read(format!("out/{item}.bin")), release.contents[item].bytes());
    }
    // What was on its way when it ended comes again, and pieces that were not whole.
    assert!(release.given() < release.size() + 2_000_000, "{} of {}", release.given(), release.size());
}

/// A deadline ends a pass as a signal does, but for the exit code: it goes on the next time.
#[test]
fn a_pass_may_have_a_deadline() {
    let release = Release::new(&[("a", "a.bin", 1_500_000)], SLOW);
    let folder = Folder::new("out/");
    release.publish(&["a"]);
    let outcome = run(&folder, &release.typed("--deadline 1s --json")).expect(0);
    assert_eq!(events(&outcome).last().unwrap()["why"], "cut-off");
    run(&folder, &release.typed("")).expect(0);
    assert_eq!(folder.read("out/a.bin"), release.contents["a"].bytes());
}

/// When the time is over nobody is asked any more, and nothing is remembered that nobody has said.
#[test]
fn a_deadline_ends_the_asking() {
    let release = Release::new(&[("a", "a.bin", 50_000)], Manners::default());
    let folder = Folder::new("out/");
    release.publish(&["a"]);
    let outcome = run(&folder, &release.typed("--deadline 0")).expect(0);
    assert_eq!((outcome.stdout(), outcome.stderr()), ("", ""));
    assert_eq!(release.server.asked().len(), 0);
    assert_eq!(run(&folder, &release.typed("")).expect(0).stdout(), "out/a.bin\n");
}

/// Two feeds claim the same hash, and each has another torrent for it.
#[test]
fn items_of_two_feeds_have_torrents_of_their_own() {
    let one = Release::new(&[("a", "a.bin", 50_000)], Manners::default());
    let other = Release::new(&[("b", "b.bin", 60_000)], Manners::default());
    let link = |release: &Release, item: &str| Magnet::of(release.contents[item].metainfo()).to_string();
    let claims = |name: &str, claimed: &[String]| {
        let links = claimed.iter().map(|link| format!("<link>{}</link>", link.replace('&', "&amp;")));
        let torrent = format!("<enclosure url='/t/{name}.torrent' type='application/x-bittorrent'/>");
        let item = format!("<item><title>{name}</title>{torrent}{}</item>", links.collect::<String>());
        format!("<rss version='2.0'><channel><title>t</title>{item}</channel></rss>")
    };
    let a = link(&one, "a");
    *one.feed.lock().unwrap() = claims("a", std::slice::from_ref(&a));
    *other.feed.lock().unwrap() = claims("b", &[a, link(&other, "b")]);
    let folder = Folder::new("out/");
    let outcome = run(&folder, &one.typed(&format!("--json {}", other.url()))).expect(0);
    let told = events(&outcome);
    let ids: Vec<_> = told.iter().filter(|it| it["event"] == "taken").map(|it| &it["id"]).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{outcome}");
    assert_eq!(folder.read("out/a.bin"), one.contents["a"].bytes());
    assert_eq!(folder.read("out/b.bin"), other.contents["b"].bytes());
}

/// Killed at any moment: nothing is lost, nothing is taken twice, nothing comes twice but what was on its way.
#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let manners = Manners { delay: Duration::from_millis(10), ..Manners::default() };
    let all =
        [("a", "a.bin", 900_000), ("b", "b.bin", 900_000), ("c", "same", 700_000), ("d", "same", 700_000)];
    let (release, folder) = (Release::new(&all, manners), Folder::new("out/"));
    release.publish(&["d", "c", "b", "a"]);
    let mut kills = 0;
    for round in 0..60 {
        let running = tool(&folder, &release.typed("")).spawn();
        // Chance decides how far it comes.
        sleep(Duration::from_millis(20 + 13 * (round * 7 % 23)));
        running.signal(Signal::KILL);
        let outcome = running.finish();
        if outcome.code == Some(0) {
            break;
        }
        kills += 1;
    }
    run(&folder, &release.typed("")).expect(0);
    assert!(kills > 2, "{kills} kills");
    let taken = |item: &str| {
        let needle = format!("\"title\":\"{item}\"");
        let text = journal(&folder);
        let id = text.lines().find(|line| line.contains(&needle)).unwrap();
        let id = id.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        text.lines().filter(|line| line.contains(&id) && line.contains("\"state\":\"taken\"")).count()
    };
    let mut found: Vec<Vec<u8>> = folder
        .names()
        .iter()
        .filter(|name| name.starts_with("out/") && !name.ends_with('/') && !name.contains("/."))
        .map(|name| folder.read(name))
        .collect();
    found.sort();
    let mut expected: Vec<Vec<u8>> = release.contents.values().map(|it| it.bytes().to_vec()).collect();
    expected.sort();
    assert!(found == expected, "{:?}", folder.names());
    for item in ["a", "b", "c", "d"] {
        assert_eq!(taken(item), 1, "{item}");
    }
    let state = run(&folder, "--list-state --json").expect(0);
    assert!(state.stdout().contains("\"items\":{\"taken\":4}"), "{state}");
    // All is there: nothing more comes.
    let given = release.given();
    run(&folder, &release.typed("--recheck")).expect(0);
    assert_eq!(release.given(), given);
}

/// A torrent that nobody has is tried again later, and said so to nobody but those who ask.
#[test]
fn what_does_not_come_waits() {
    let (release, folder) =
        (Release::new(&[("a", "a.bin", 50_000)], Manners::default()), Folder::new("out/"));
    release.publish(&["alone", "a"]);
    let outcome = run(&folder, &release.typed("--stall-timeout 1")).expect(0);
    assert_eq!((outcome.stdout(), outcome.stderr()), ("out/a.bin\n", ""));
    let stand = run(&folder, &format!("--explain {}", release.url())).expect(0);
    let told = events(&stand);
    let alone = told.iter().find(|it| it["title"] == "alone").unwrap();
    assert_eq!((alone["state"].as_str(), alone["attempt"].as_u64()), (Some("waiting"), Some(1)));
    assert!(alone["retry_at"].is_string() && alone["why"].is_string(), "{alone}");
}

#[test]
fn unsafe_names_are_refused_for_good() {
    let (release, folder) = (Release::new(&[], Manners::default()), Folder::new("out/"));
    release.publish(&["unsafe"]);
    let outcome = run(&folder, &release.typed("")).expect(3);
    assert!(outcome.stderr().contains("[unacceptable]"), "{}", outcome.stderr());
    assert_eq!(run(&folder, &release.typed("--recheck")).code, Some(3), "asked again, refused again");
    assert!(!folder.names().iter().any(|name| name == "x" || name.ends_with("/x")), "{:?}", folder.names());
}

/// A download of hours keeps nobody from other feeds.
#[test]
fn while_one_feed_is_fetched_others_are_free() {
    let slow = Release::new(&[("a", "a.bin", 3_000_000)], SLOW);
    let fast = Release::new(&[("b", "b.bin", 50_000)], Manners::default());
    let folder = Folder::new("out/");
    slow.publish(&["a"]);
    fast.publish(&["b"]);
    let running = tool(&folder, &slow.typed("")).spawn();
    wait_for("some blocks", || slow.given() > 0);
    let both = slow.typed(&format!("--json {}", fast.url()));
    let outcome = run(&folder, &both).expect(0);
    let told = events(&outcome);
    let mut kinds = kinds(&told);
    kinds.sort_unstable();
    assert_eq!(kinds, ["busy", "feed", "taken"], "{outcome}");
    running.signal(Signal::TERM);
    running.finish().expect(143);
}

/// A pass that brings nothing new has no use for the nodes of the last time.
#[test]
fn the_nodes_of_the_dht_are_read_when_something_is_fetched() {
    let release = Release::new(&[("a", "a.bin", 50_000)], Manners::default());
    let folder = Folder::new("out/\nstate/dht-nodes |");
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let node = format!("--dht-node {}", silent.local_addr().unwrap());
    let typed = release.typed("").replace("--no-dht", &node);
    let said = "dht-nodes: is not a regular file; the DHT begins without it";
    assert!(!run(&folder, &typed).expect(0).stderr().contains(said));
    release.publish(&["a"]);
    let outcome = run(&folder, &typed.replace("--fetch", "--recheck --fetch")).expect(0);
    assert!(outcome.stderr().contains(said), "{outcome}");
    assert_eq!(folder.read("out/a.bin"), release.contents["a"].bytes());
}

#[test]
fn its_options_want_it() {
    let folder = Folder::new("out/");
    for typed in ["--port 6881", "--no-dht", "--max-download 1M", "--deadline 1h", "--threads 1"] {
        let outcome = run(&folder, &format!("{typed} http://127.0.0.1:9/")).expect(2);
        assert!(outcome.stderr().contains("--fetch"), "{outcome}");
    }
    run(&folder, "--fetch nowhere http://127.0.0.1:9/").expect(2);
    run(&folder, "--fetch out --save out http://127.0.0.1:9/").expect(2);
}

/// Nothing is wrong with the items: the next pass takes them.
#[test]
fn a_port_that_is_in_use_is_said_and_costs_no_try() {
    let release = Release::new(&[("a", "a.bin", 50_000)], Manners::default());
    let folder = Folder::new("out/");
    release.publish(&["a"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let outcome = run(&folder, &release.typed(&format!("--port {port}"))).expect(5);
    assert!(outcome.stderr().contains(&format!("port {port}")), "{}", outcome.stderr());
    drop(taken);
    let outcome = run(&folder, &release.typed(&format!("--port {port} --json"))).expect(0);
    let told = events(&outcome);
    assert_eq!((kinds(&told), told[1]["attempt"].as_u64()), (vec!["feed", "taken"], Some(1)));
    assert_eq!(folder.read("out/a.bin"), release.contents["a"].bytes());
}
