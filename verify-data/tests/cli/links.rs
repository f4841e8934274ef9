//! Folders of symbolic links into a library: followed with `--follow-links` only.

use std::os::unix::fs::symlink;

use test_kit::Folder;
use torrent_core::metainfo::Protocol;

use crate::{run, states, whole};

type Change = fn(&Folder);

/// A torrent of `d/a` and `d/sub/b`, whose data was moved to `library`; `change` puts links into `farm`.
fn farm(change: Change) -> Folder {
    let folder = whole("d/a 40000\nd/sub/b 20000", Protocol::V1);
    std::fs::rename(folder.join("d"), folder.join("library")).unwrap();
    std::fs::create_dir(folder.join("farm")).unwrap();
    change(&folder);
    folder
}

fn link(folder: &Folder, target: &str, path: &str) {
    let path = folder.join("farm").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink(folder.join(target), path).unwrap();
}

#[test]
fn links_out_are_followed_when_they_are_trusted() {
    let cases: [(&str, Change); 4] = [
        ("files", |folder| {
            link(folder, "library/a", "d/a");
            link(folder, "library/sub/b", "d/sub/b");
        }),
        ("a folder inside", |folder| {
            link(folder, "library/a", "d/a");
            link(folder, "library/sub", "d/sub");
        }),
        ("the content itself", |folder| link(folder, "library", "d")),
        ("links to links", |folder| {
            symlink("library", folder.join("moved")).unwrap();
            link(folder, "moved", "d");
        }),
    ];
    for (what, change) in cases {
        let folder = farm(change);
        let safe = states(&run(&folder, "t farm --json").expect(1));
        assert!(safe.iter().any(|line| line.contains(" wrong-type ")), "{what}: {safe:?}");
        let trusting = run(&folder, "t farm --json --follow-links --extra").expect(0);
        assert_eq!(states(&trusting), ["a ok", "sub/b ok"], "{what}");
        assert!(!trusting.stdout().contains("verify-data-extra"), "{what}: {trusting}");
        let screen = run(&folder, "t farm --follow-links").expect(0);
        assert!(screen.stdout().contains("(100 %), 2 ok"), "{what}: {screen}");
    }
}

#[test]
fn what_links_lead_to_is_judged_like_anything_else() {
    let folder = farm(|folder| {
        link(folder, "gone", "d/a");
        link(folder, "library/sub/b", "d/sub/b");
    });
    let states_of = |folder: &Folder| states(&run(folder, "t farm --json --follow-links"));
    assert_eq!(states_of(&folder), ["a missing 0+40000", "sub/b unproven 0+9152"]);
    for (target, state) in [("/dev/zero", "wrong-type"), ("a", "wrong-type"), ("../../library", "wrong-type")]
    {
        folder.remove("farm/d/a");
        symlink(target, folder.join("farm/d/a")).unwrap();
        assert_eq!(states_of(&folder)[0], format!("a {state} 0+40000"), "{target}");
    }
}

#[test]
fn a_link_out_is_named_as_the_reason() {
    let folder = farm(|folder| {
        link(folder, "library/a", "d/a");
        link(folder, "library/sub/b", "d/sub/b");
    });
    let outcome = run(&folder, "t farm").expect(1);
    let said = "  wrong-type  a (a link that leads out of the folder)\n";
    assert!(outcome.stdout().contains(said), "{outcome}");
    assert!(outcome.stdout().ends_with("not followed: `--follow-links` does that\n"), "{outcome}");
    let json = run(&folder, "t farm --json").expect(1);
    assert_eq!(
        json.stdout().matches(r#""error":"a link that leads out of the folder""#).count(),
        2,
        "{json}"
    );
}

#[test]
fn stored_links_are_compared_all_the_same() {
    let folder = whole("d/a: data\nd/l -> a", Protocol::Hybrid);
    run(&folder, "t --follow-links").expect(0);
    folder.remove("d/l");
    symlink(folder.join("d/a"), folder.join("d/l")).unwrap();
    assert_eq!(states(&run(&folder, "t --json --follow-links").expect(1))[1], "l wrong-type");
}
