//! Passes over a feed of a real server.

use std::fs;

use crate::fetch::wait_for;
use crate::{Publisher, events, kinds, rss, run, tool, torrent};
use test_kit::{Folder, Signal};

#[test]
fn what_is_new_is_printed_once_and_nothing_else() {
    let (publisher, folder) = (Publisher::new(&["b", "a"]), Folder::new(""));
    let url = publisher.url();
    let first = run(&folder, &url).expect(0);
    let told = events(&first);
    assert_eq!(kinds(&told), ["baseline", "taken"]);
    let taken = &told[1];
    assert_eq!(taken["title"], "b");
    assert_eq!(taken["url"], publisher.server.url("/t/b.torrent"));
    assert_eq!(taken["offered_by"]["host"], "127.0.0.1");
    assert!(first.stderr().contains("1 older items are left"), "{}", first.stderr());
    let second = run(&folder, &url).expect(0);
    assert_eq!((second.stdout(), second.stderr()), ("", ""));
    assert_eq!(publisher.server.asked().len(), 1, "not before it may be asked");
    publisher.publish(&["c", "b", "a"]);
    let third = run(&folder, &format!("--json --recheck {url}")).expect(0);
    assert_eq!(kinds(&events(&third)), ["feed", "taken"]);
    let asked = publisher.server.asked();
    assert!(asked[1].to_ascii_lowercase().contains("if-none-match"), "{}", asked[1]);
}

/// Publishers write the address of their site as the guid of all items.
#[test]
fn items_that_share_a_guid_are_all_taken_once() {
    let (publisher, folder) = (Publisher::new(&["c", "b", "a"]), Folder::new("out/"));
    let shared = |items: &[&str]| {
        let own = |text: String, title: &&str| {
            text.replace(&format!(">{title}</guid>"), ">http://pub.example/</guid>")
        };
        items.iter().fold(rss(items), own)
    };
    let follow = |titles: &[&str]| {
        *publisher.feed.lock().unwrap() = shared(titles);
        let typed = format!("--save out --first-run all --pause 0 --recheck {}", publisher.url());
        run(&folder, &typed).expect(0).stdout().lines().count()
    };
    assert_eq!(follow(&["c", "b", "a"]), 3);
    assert_eq!(follow(&["new", "c", "b"]), 1);
    assert_eq!(follow(&["new", "c", "b"]), 0);
}

#[test]
fn files_are_saved_by_their_titles() {
    let magnet = format!("magnet:?xt=urn:btih:{}&dn=x", "a".repeat(40));
    let (publisher, folder) =
        (Publisher::new(&["b", &magnet, "a"]), Folder::new("out/\nout/b.torrent: other"));
    let outcome =
        run(&folder, &format!("--save out --first-run all --pause 0 {}", publisher.url())).expect(0);
    assert_eq!(outcome.stdout().lines().count(), 3);
    let names = folder.names();
    assert!(
        names.contains(&"out/a.torrent".to_owned()) && names.contains(&"out/link.magnet".to_owned()),
        "{names:?}"
    );
    assert_eq!(folder.read("out/a.torrent"), torrent("a"));
    assert_eq!(folder.read("out/link.magnet"), magnet.as_bytes());
    assert_eq!(folder.read("out/b.torrent"), b"other", "what is there is not replaced");
    assert_eq!(names.iter().filter(|name| name.starts_with("out/b-")).count(), 1);
    assert!(!names.iter().any(|name| name.contains(".piecework-")), "{names:?}");
}

#[test]
fn watched_folders_get_names_that_never_meet() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new("out/"));
    run(&folder, &format!("--watch out {}", publisher.url())).expect(0);
    let names = folder.names();
    let name = names.iter().find(|name| name.starts_with("out/a-")).unwrap();
    assert_eq!(name.len(), "out/a-01234567.torrent".len());
    // The client takes it away, and it does not come back.
    folder.remove(name);
    run(&folder, &format!("--watch out --recheck {}", publisher.url())).expect(0);
    assert!(!folder.names().contains(name));
}

#[test]
fn a_command_runs_for_each_item_and_again_if_it_fails() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new(""));
    let script = "cp \"$1\" got && test \"$FOLLOW_ATTEMPT\" -gt 1";
    let follow = |more: &str| {
        let typed = format!("{more} {} --exec sh -c", publisher.url());
        tool(&folder, &typed).args([script, "sh", "{torrent}"]).run()
    };
    follow("--json").expect(0);
    assert_eq!(folder.read("got"), torrent("a"));
    let waits = run(&folder, &format!("--explain {}", publisher.url())).expect(0);
    assert!(waits.stdout().contains("\"state\":\"waiting\""), "{}", waits.stdout());
    run(&folder, "--mark taken a").expect(0);
    let again = run(&folder, &format!("--explain {}", publisher.url())).expect(0);
    assert!(again.stdout().contains("\"state\":\"taken\""), "{}", again.stdout());
}

#[test]
fn a_feed_that_is_none_and_a_torrent_that_is_another_are_refused() {
    let (publisher, folder) = (Publisher::new(&[]), Folder::new("out/"));
    let missing = run(&folder, &publisher.server.url("/missing")).expect(5);
    assert!(missing.stderr().contains("HTTP status 404"), "{}", missing.stderr());
    assert_eq!(run(&folder, &publisher.server.url("/missing")).expect(0).stderr(), "", "said once");
    let torrent = run(&folder, &publisher.server.url("/t/a.torrent")).expect(3);
    assert!(torrent.stderr().contains("neither RSS, Atom nor JSON Feed"), "{}", torrent.stderr());
    let hash = "b".repeat(40);
    let claim =
        format!("<torrent xmlns='http://xmlns.ezrss.it/0.1/'><infoHash>{hash}</infoHash></torrent></item>");
    *publisher.feed.lock().unwrap() = rss(&["a"]).replace("</item>", &claim);
    let outcome = run(&folder, &format!("--save out {}", publisher.url())).expect(3);
    assert!(outcome.stderr().contains("not the torrent that the feed offers"), "{}", outcome.stderr());
    assert_eq!(folder.names().iter().filter(|name| name.starts_with("out/")).count(), 1);
}

#[test]
fn a_login_page_is_no_torrent_and_may_go_away() {
    let (publisher, folder) = (Publisher::new(&["login"]), Folder::new("out/"));
    let outcome = run(&folder, &format!("--json --save out {}", publisher.url())).expect(0);
    let told = events(&outcome);
    assert_eq!(kinds(&told), ["feed", "waiting"]);
    assert!(told[1]["why"].as_str().unwrap().contains("perhaps a login"));
}

#[test]
fn what_cannot_be_put_anywhere_is_not_taken() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new("out/"));
    fs::remove_dir(folder.join("out")).unwrap();
    run(&folder, &format!("--save out {}", publisher.url())).expect(2);
    folder.add("out/\nout/a.torrent/");
    let outcome = run(&folder, &format!("--save out {}", publisher.url())).expect(4);
    assert!(outcome.stderr().contains("out/a.torrent: is a directory (EISDIR)"), "{}", outcome.stderr());
    folder.remove("out/a.torrent");
    run(&folder, &format!("--save out {}", publisher.url())).expect(0);
    assert_eq!(folder.read("out/a.torrent"), torrent("a"));
}

#[test]
fn feeds_of_a_list_have_words_of_their_own() {
    let (publisher, folder) = (Publisher::new(&["serv", "desk"]), Folder::new("out/\nown/"));
    let (a, b) = (publisher.url(), publisher.server.url("/feed.xml?2"));
    folder.write("feeds", format!("# two\n{a} mine match=desk\n{b} theirs not=desk dir=own\n"));
    run(&folder, "--list feeds --save out --first-run all --pause 0").expect(0);
    let names = folder.names();
    assert!(
        names.contains(&"out/desk.torrent".to_owned()) && names.contains(&"own/serv.torrent".to_owned()),
        "{names:?}"
    );
    assert!(!names.contains(&"out/serv.torrent".to_owned()), "{names:?}");
    let state = run(&folder, "--list-state --list feeds").expect(0);
    assert!(
        state.stdout().contains("mine: read at ") && state.stdout().contains("1 skipped, 1 taken"),
        "{}",
        state.stdout()
    );
}

/// Between the end of a command and the line that says so nobody can know: it runs again, and is told.
#[test]
fn a_command_that_was_cut_off_runs_again_and_knows_it() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new(""));
    let script = "echo \"$FOLLOW_ID $FOLLOW_ATTEMPT\" >> ran; test \"$FOLLOW_ATTEMPT\" -gt 1 || exec sleep 20 > /dev/null 2>&1";
    let follow = || tool(&folder, &format!("{} --exec sh -c", publisher.url())).arg(script);
    let running = follow().spawn();
    // The shell makes the file before it writes the line.
    wait_for("the command to say that it runs", || {
        fs::read(folder.join("ran")).is_ok_and(|said| said.ends_with(b"\n"))
    });
    running.signal(Signal::KILL);
    running.finish();
    let left = String::from_utf8(folder.read("ran")).unwrap();
    follow().run().expect(0);
    let ran = String::from_utf8(folder.read("ran")).unwrap();
    let lines: Vec<&str> = ran.lines().collect();
    let id = left.split(' ').next().unwrap();
    assert_eq!(lines, [format!("{id} 1"), format!("{id} 2")]);
    assert_eq!(follow().run().expect(0).stdout(), "", "taken once");
}
