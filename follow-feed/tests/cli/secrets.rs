//! Secrets go where they belong, and are never shown.

use crate::{Publisher, events, run};
use test_kit::Folder;

#[test]
fn cookies_and_headers_go_to_their_sites_alone() {
    let (publisher, other, folder) = (Publisher::new(&["a"]), Publisher::new(&["a"]), Folder::new(""));
    folder.write("headers", format!("{}\nX-Key: sesame-1\n", publisher.server.url("")));
    folder.write("cookies", "127.0.0.1\tFALSE\t/feed.xml\tFALSE\t0\tuid\tsesame-2\n");
    let secrets = "--header-file headers --cookie-file cookies";
    run(&folder, &format!("{secrets} --pause 0 {} {}", publisher.url(), other.url())).expect(0);
    let asked = [&publisher, &other].map(|it| it.server.asked()[0].to_ascii_lowercase());
    assert!(
        asked[0].contains("x-key: sesame-1") && asked[0].contains("cookie: uid=sesame-2"),
        "{}",
        asked[0]
    );
    assert!(!asked[1].contains("x-key") && asked[1].contains("cookie: uid=sesame-2"), "{}", asked[1]);
    folder.write("bad", "sesame-3");
    let refused = run(&folder, &format!("--cookie-file bad {}", publisher.url())).expect(2);
    assert_eq!(refused.stderr(), "follow-feed: bad: line 1: not a cookie: seven fields between tabs\n");
}

#[test]
fn keys_of_urls_are_in_the_journal_alone() {
    let (publisher, folder) = (Publisher::new(&["a"]), Folder::new(""));
    let key = "0123456789abcdef0123";
    let url = format!("{}?passkey={key}", publisher.url());
    let outcome = run(&folder, &format!("--json {url}")).expect(0);
    assert_eq!(events(&outcome)[0]["feed"], format!("{}?passkey=***", publisher.url()));
    let missing = run(&folder, &publisher.server.url(&format!("/missing/{key}"))).expect(5);
    for text in [outcome.stdout(), outcome.stderr(), missing.stdout(), missing.stderr()] {
        assert!(!text.contains(key), "{text}");
    }
    let files = folder.names();
    let journal = files.iter().find(|name| name.ends_with(".ndjson")).unwrap();
    assert!(!journal.contains(key));
}
