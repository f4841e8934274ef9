//! Several feeds in one run: their hosts are asked at a time, and what they have brought is taken one after the other.

use std::io::pipe;
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Barrier};

use test_kit::minisign::KEY;
use test_kit::web_server::{WebServer, answer};
use test_kit::{Folder, Outcome, Signal};

use crate::signed::{publish, signed};
use crate::{Publisher, events, kinds, rss, run, tool, torrent};

/// A host with feeds of one item, each of its own path, and the torrents of the items.
fn host(number: usize, item: &'static str, wait: impl Fn() + Send + 'static) -> WebServer {
    WebServer::start_at(&format!("127.0.0.{number}"), move |head| {
        let target = head.split(' ').nth(1).unwrap_or_default();
        match target.strip_prefix("/t/").and_then(|name| name.strip_suffix(".torrent")) {
            Some(name) => answer("200 OK", "", &torrent(name)),
            None => {
                wait();
                answer("200 OK", "", rss(&[item]).as_bytes())
            }
        }
    })
}

fn follow(folder: &Folder, options: &str, urls: &[String]) -> Outcome {
    run(folder, &format!("--pause 0 --first-run all {options} {}", urls.join(" ")))
}

/// Each answers only when all of them were asked: one after the other nobody would ever be answered.
#[test]
fn hosts_are_asked_at_a_time_and_the_events_of_a_feed_stand_together() {
    let (folder, all) = (Folder::new("out/"), Arc::new(Barrier::new(6)));
    let names = ["a", "b", "c", "d", "e", "f"];
    let wait = || {
        let all = Arc::clone(&all);
        move || _ = all.wait()
    };
    let hosts: Vec<WebServer> =
        names.iter().enumerate().map(|(at, name)| host(2 + at, name, wait())).collect();
    let urls: Vec<String> = hosts.iter().map(|host| host.url("/feed.xml")).collect();
    let told = events(&follow(&folder, "--json --save out", &urls).expect(0));
    for pair in told.chunks(2) {
        assert_eq!(kinds(pair), ["feed", "taken"]);
        assert_eq!(pair[0]["feed"], pair[1]["feed"]);
    }
    assert_eq!(told.len(), 12);
    assert!(hosts.iter().all(|host| host.asked().len() == 2), "the feed and its torrent");
}

#[test]
fn a_host_that_does_not_answer_is_asked_once_and_its_other_feeds_are_left() {
    let (folder, well) = (Folder::new(""), host(2, "a", || ()));
    let dead = TcpListener::bind("127.0.0.3:0").unwrap();
    dead.set_nonblocking(true).unwrap();
    let calls = || std::iter::from_fn(|| dead.accept().ok()).count();
    let site = format!("http://{}", dead.local_addr().unwrap());
    let mut urls: Vec<String> = (0..5).map(|at| format!("{site}/{at}.xml")).collect();
    urls.push(well.url("/feed.xml"));
    let outcome = follow(&folder, "--json --timeout 3s", &urls).expect(5);
    let told = events(&outcome);
    let why = format!("{site} is not asked again in this pass");
    let left = told.iter().filter(|it| it["why"] == why.as_str()).count();
    assert_eq!((calls(), left), (1, 4), "{}", outcome.stdout());
    assert_eq!(told.iter().filter(|it| it["event"] == "taken").count(), 1);
    // Those that were left are as good as new.
    follow(&folder, "--json --timeout 3s", &urls).expect(5);
    assert_eq!(calls(), 1);
}

#[test]
fn a_signal_ends_it_while_all_wait_for_hosts_that_never_answer() {
    let folder = Folder::new("");
    let hosts: Vec<TcpListener> =
        (2..6).map(|number| TcpListener::bind((format!("127.0.0.{number}"), 0)).unwrap()).collect();
    let url = |host: &TcpListener| format!("http://{}/feed.xml", host.local_addr().unwrap());
    let urls: Vec<String> = hosts.iter().map(url).collect();
    let running = tool(&folder, &format!("--timeout 1h {}", urls.join(" "))).spawn();
    let connections: Vec<_> = hosts.iter().map(|host| host.accept().unwrap()).collect();
    running.signal(Signal::TERM);
    assert_eq!(running.finish().expect(143).stdout(), "");
    drop(connections);
    // Nobody has failed: it is as if they had not been asked.
    let state = run(&folder, "--list-state").expect(0);
    assert_eq!(state.stdout().matches("never read").count(), 4, "{}", state.stdout());
}

#[test]
fn an_item_of_two_feeds_is_taken_once() {
    let (folder, hosts) = (Folder::new("out/"), [host(2, "same", || ()), host(3, "same", || ())]);
    let urls = hosts.each_ref().map(|host| host.url("/feed.xml"));
    let told = events(&follow(&folder, "--json --save out", &urls).expect(0));
    let mut kinds = kinds(&told);
    kinds.sort_unstable();
    assert_eq!(kinds, ["duplicate", "feed", "feed", "taken"]);
    // Nor is it when the other feed has it later on.
    let (folder, publisher) = (Folder::new("out/"), Publisher::new(&["same"]));
    follow(&folder, "--save out", &[publisher.url()]).expect(0);
    let told = events(&follow(&folder, "--json --save out", &urls[..1]).expect(0));
    assert_eq!(crate::kinds(&told), ["feed", "duplicate"]);
}

/// A reader that has gone, as `head` does when it has enough.
#[test]
fn what_nobody_reads_is_not_taken() {
    let (folder, publisher) = (Folder::new(""), Publisher::new(&["b", "a"]));
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_follow-feed"))
        .env("STATE_DIRECTORY", folder.join("state"))
        .args(["--first-run", "all", &publisher.url()])
        .stdout(writer)
        .status();
    assert_eq!(status.unwrap().code(), Some(0), "a closed pipe is no error");
    let told = events(&follow(&folder, "", &[publisher.url()]).expect(0));
    assert_eq!(kinds(&told), ["taken", "taken"]);
    assert_eq!((&told[0]["title"], &told[0]["attempt"]), (&"a".into(), &2.into()));
}

#[test]
fn what_an_unsigned_feed_claims_takes_nothing_from_a_signed_one() {
    let (folder, claims) = (Folder::new("out/"), host(2, "same", || ()));
    follow(&folder, "--save out", &[claims.url("/feed.xml")]).expect(0);
    let publisher = Publisher::new(&[]);
    publish(&publisher, signed(KEY, 1, "https://pub.example/feed.xml", &["same"]));
    let told = events(&follow(&folder, "--json --save out", &[publisher.url()]).expect(0));
    assert!(kinds(&told).contains(&"taken"), "{told:?}");
}

#[test]
fn of_several_feeds_one_is_enough_that_has_the_item() {
    let (folder, hosts) = (Folder::new("out/"), [host(2, "a", || ()), host(3, "b", || ())]);
    let urls = hosts.each_ref().map(|host| host.url("/feed.xml"));
    follow(&folder, "--save out", &urls).expect(0);
    run(&folder, "--mark taken a").expect(0);
    run(&folder, "--mark taken c").expect(1);
}
