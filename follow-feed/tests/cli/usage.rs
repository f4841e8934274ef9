//! Command lines that mean nothing.

use test_kit::Folder;

use crate::run;

#[test]
fn mistakes_are_said_and_nobody_is_asked() {
    let folder = Folder::new("list: ftp://x/");
    for (typed, message) in [
        ("", "there is no feed to follow"),
        ("feed.xml", "a feed's URL: not an `http` or `https` URL"),
        ("udp://x:1/", "a feed's URL: not an `http` or `https` URL"),
        ("http://127.0.0.1:1/:COOKIE:a=b", "a URL with `:COOKIE:` is not followed"),
        ("--list list", "list: line 1: a feed's URL: not an `http` or `https` URL"),
        (
            "--first-run some http://x/",
            "`--first-run some`: none of `none`, `latest`, `all`, a number, an age such as `7d`",
        ),
        ("--save missing http://x/", "`--save missing`: there is no such folder"),
        (
            "--every soon http://x/",
            "`--every`: `soon` is not a duration such as `90`, `90s`, `5m`, `2h` or `30d`",
        ),
    ] {
        let outcome = run(&folder, typed).expect(2);
        let first = outcome.stderr().lines().next().unwrap();
        assert_eq!(first, format!("follow-feed: {message}"), "{typed}");
    }
    run(&folder, "--save . --watch . http://x/").expect(2);
    run(&folder, "--match ( http://x/").expect(2);
    run(&folder, "--list missing").expect(4);
}

#[test]
fn an_address_that_the_user_typed_may_be_local() {
    let folder = Folder::new("");
    // Nobody listens there: it was asked.
    let outcome = run(&folder, "http://127.0.0.1:1/feed.xml").expect(5);
    assert!(outcome.stderr().contains("onnection refused"), "{}", outcome.stderr());
}
