use super::*;
use crate::entry::Entry;
use crate::parcel::Parcel;
use test_kit::Folder;

fn exec(folder: &Folder, command: &[&str], timeout: Duration, is_ended: bool) -> Exec {
    Exec {
        command: command.iter().map(Into::into).collect(),
        timeout,
        folder: folder.join("parcels"),
        is_ended: Box::new(move || is_ended),
        kill: |group| drop(Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status()),
    }
}

fn take(exec: &mut Exec, title: &str, attempt: u32) -> Verdict {
    let entry = Entry { id: "abc".into(), title: title.to_owned(), ..Entry::default() };
    let parcel =
        Parcel { torrent: Some(b"d4:".to_vec()), magnet: Some("magnet:?x".into()), ..Parcel::default() };
    exec.take(&Delivery { feed: "http://x/***", entry: &entry, parcel: &parcel, offered_by: None, attempt })
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_command_gets_words_and_values_and_a_file_that_is_there_until_it_ends() {
    let folder = Folder::new("");
    let out = folder.join("out");
    let script = "cat \"$1\" > \"$0\"; printf '|%s' \"$2\" \"$3\" \"$4\" \"$FOLLOW_ATTEMPT\" \"$FOLLOW_FEED\" >> \"$0\"; ls parcels >> \"$0\"";
    let script = format!("cd '{}'; {script}", folder.path().display());
    let words = ["sh", "-c", &script, out.to_str().unwrap(), "{torrent}", "{title}", "x{id}{y}", "{magnet}"];
    let verdict = take(&mut exec(&folder, &words, MINUTE, false), "-rf $(id) `id`; '", 2);
    assert!(matches!(verdict, Verdict::Taken(None)), "{verdict:?}");
    let said = String::from_utf8(folder.read("out")).unwrap();
    assert_eq!(said, "d4:|./-rf $(id) `id`; '|xabc{y}|magnet:?x|2|http://x/***x-f285de9c-abc.torrent\n");
    assert_eq!(folder.names(), ["out", "parcels/"]);
}

#[test]
fn what_a_command_ends_with_says_what_becomes_of_the_item() {
    let folder = Folder::new("");
    let of = |script: &str| take(&mut exec(&folder, &["sh", "-c", script], MINUTE, false), "t", 1);
    assert!(matches!(of("exit 0"), Verdict::Taken(None)));
    assert!(matches!(of("exit 75"), Verdict::Later(_)));
    assert!(matches!(of("exit 65"), Verdict::Rejected(_)));
    assert!(matches!(of("exit 1"), Verdict::Failed(_)));
    assert!(matches!(of("kill -TERM $$"), Verdict::Failed(_)));
    assert!(matches!(of("read x && exit 1; exit 0"), Verdict::Taken(None)), "nothing is on standard input");
    let missing = take(&mut exec(&folder, &["/missing"], MINUTE, false), "t", 1);
    assert!(matches!(missing, Verdict::Broken(..)), "{missing:?}");
}

#[test]
fn a_command_that_does_not_end_is_ended_with_what_it_started() {
    let folder = Folder::new("");
    let began = Instant::now();
    let words = ["sh", "-c", "sleep 1000 & sleep 1000"];
    for (timeout, is_ended) in [(Duration::from_millis(20), false), (MINUTE, true)] {
        let verdict = take(&mut exec(&folder, &words, timeout, is_ended), "t", 1);
        // What is ended with this program has not failed.
        let is_right = if is_ended {
            matches!(verdict, Verdict::Later(_))
        } else {
            matches!(verdict, Verdict::Failed(_))
        };
        assert!(is_right, "{verdict:?}");
    }
    assert!(began.elapsed() < MINUTE);
}
