use super::*;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use torrent_core::address::Namer;

/// Answers what a function says.
struct Scripted<F>(F);

impl<F: FnMut(&str) -> Result<Answer, WebError>> Web for Scripted<F> {
    fn get(&mut self, ask: &Ask<'_>) -> Result<Answer, WebError> {
        self.0(ask.url)
    }
}

fn get(hosts: &Hosts, pause: u64, web: &mut dyn Web, url: &str) -> Result<Answer, WebError> {
    let terms = Terms { pause: Duration::from_secs(pause), is_ended: &|| false };
    let ask = Ask { url, namer: Namer::USER, validators: None, limit: 1, is_text: true };
    Polite { web, hosts, terms }.get(&ask)
}

#[test]
fn a_host_is_asked_by_one_at_a_time_and_others_meanwhile() {
    let hosts = Hosts::default();
    let (busy, all) = (AtomicUsize::new(0), std::sync::Barrier::new(2));
    let ask = |url: &'static str| {
        let mut web = Scripted(|url: &str| {
            if url.contains("other") {
                // It would wait for ever if the two hosts were asked one after the other.
                all.wait();
                return Ok(Answer::default());
            }
            assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0, "two ask one host");
            thread::yield_now();
            busy.fetch_sub(1, Ordering::SeqCst);
            Ok(Answer::default())
        });
        for _ in 0..50 {
            get(&hosts, 0, &mut web, url).unwrap();
        }
    };
    thread::scope(|scope| {
        for url in ["http://a.example/1", "http://A.example:8080/2", "http://other-1/", "http://other-2/"] {
            scope.spawn(move || ask(url));
        }
    });
}

#[test]
fn who_does_not_answer_is_not_asked_again() {
    let hosts = Hosts::default();
    let asked = Cell::new(0);
    let mut web = Scripted(|url: &str| {
        asked.set(asked.get() + 1);
        let why = "no answer in time".to_owned();
        Err(if url.contains("dead") { WebError::Silent(why) } else { WebError::Failed(why) })
    });
    assert!(matches!(get(&hosts, 3600, &mut web, "http://dead/1"), Err(WebError::Silent(_))));
    // Nor does anybody wait for it.
    assert!(hosts.is_free("http://dead/2") && !hosts.is_free("http://dead:8080/1"));
    assert!(
        matches!(get(&hosts, 3600, &mut web, "http://dead/2"), Err(WebError::Dead(site)) if site == "http://dead")
    );
    // What is at another port of the host may answer.
    let other = get(&Hosts::default(), 0, &mut web, "http://dead:8080/1");
    assert!(matches!(other, Err(WebError::Silent(_))));
    for _ in 0..2 {
        assert!(matches!(get(&hosts, 0, &mut web, "http://odd/"), Err(WebError::Failed(_))));
    }
    assert_eq!(asked.get(), 4);
}

#[test]
fn a_pause_ends_with_the_run() {
    let hosts = Hosts::default();
    let mut web = Scripted(|_: &str| Ok(Answer::default()));
    get(&hosts, 3600, &mut web, "http://a/").unwrap();
    assert!(!hosts.is_free("http://a/2") && hosts.is_free("http://b/"));
    let looks = Cell::new(0);
    let is_ended = || looks.replace(looks.get() + 1) > 1;
    let terms = Terms { pause: Duration::ZERO, is_ended: &is_ended };
    let ask = Ask { url: "http://a/", namer: Namer::USER, validators: None, limit: 1, is_text: true };
    assert!(matches!(Polite { web: &mut web, hosts: &hosts, terms }.get(&ask), Err(WebError::Ended)));
}

#[test]
fn who_wants_to_be_left_alone_is_known_to_all() {
    let hosts = Hosts::default();
    for until in [7, 5] {
        hosts.heed(&FetchState { host_until: Some(("a".to_owned(), until)), ..FetchState::default() });
    }
    assert_eq!((hosts.rests_until("http://A/x"), hosts.rests_until("http://b/")), (7, 0));
}
