//! Who is taken for a tracker that answers, and when its answer is told.

use std::time::Duration;

use super::*;
use crate::trackers::tests::started;

const TRACKER: &str = "9.9.9.9:80";
const TRACKER6: &str = "[2606:4700::1111]:80";
const HASH: [u8; 20] = [0x61; 20];
const HASH_V2: [u8; 20] = [0x62; 20];

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn seconds(seconds: u64) -> Time {
    Duration::from_secs(seconds)
}

/// Trackers that are asked, and what is to be sent and told of them.
struct Stage {
    trackers: UdpTrackers,
    now: Time,
}

/// A packet that was sent to a tracker.
struct Question {
    to: SocketAddr,
    packet: Vec<u8>,
}

impl Question {
    fn transaction(&self) -> [u8; 4] {
        self.packet[12..16].try_into().unwrap()
    }

    fn is_connect(&self) -> bool {
        self.packet.len() == 16
    }
}

fn connected(transaction: [u8; 4]) -> Vec<u8> {
    [[0; 4].as_slice(), &transaction, b"its name"].concat()
}

/// Names the peer 8.8.8.`last`, or an IPv6 one.
fn announced(transaction: [u8; 4], last: u8, is_ipv6: bool) -> Vec<u8> {
    let head = [[0, 0, 0, 1].as_slice(), &transaction, b"\0\0\x07\x08\0\0\0\x02\0\0\0\x03"].concat();
    let ip = if is_ipv6 { [&[0x26; 15], [last].as_slice()].concat() } else { vec![8, 8, 8, last] };
    [head, ip, vec![0x1a, 0xe1]].concat()
}

impl Stage {
    fn new() -> Self {
        Self { trackers: UdpTrackers::new(), now: Time::ZERO }
    }

    fn ask(&mut self, job: usize, tracker: usize, addresses: &[&str], hashes: &[[u8; 20]]) -> Vec<Question> {
        let announcer =
            |info_hash: &[u8; 20]| Announcer { info_hash: *info_hash, peer_id: [2; 20], port: 6881, key: 7 };
        let announce = UdpAnnounce {
            url: Url::parse(b"udp://tracker.example:80/announce").unwrap(),
            addresses: addresses.iter().map(|text| at(text)).collect(),
            announcers: hashes.iter().map(announcer).collect(),
            announce: started(),
        };
        self.trackers.ask(JobId(job), TrackerId(tracker), ServerStanding::New, announce, self.now);
        self.sent()
    }

    /// What is to be sent; nothing may be told.
    #[track_caller]
    fn sent(&mut self) -> Vec<Question> {
        let (sent, told) = self.steps();
        assert_eq!(told, []);
        sent
    }

    fn steps(&mut self) -> (Vec<Question>, Vec<(usize, AnnounceResult)>) {
        let (mut sent, mut told) = (Vec::new(), Vec::new());
        while let Some(step) = self.trackers.poll() {
            match step {
                UdpTrackerStep::Send { to, packet } => sent.push(Question { to, packet }),
                UdpTrackerStep::Announced { job, answer, .. } => told.push((job.0, answer)),
            }
        }
        (sent, told)
    }

    /// What is told; nothing may be sent.
    #[track_caller]
    fn told(&mut self) -> Vec<(usize, Result<Vec<SocketAddr>, String>)> {
        let (sent, told) = self.steps();
        assert_eq!(sent.len(), 0);
        let peers = |answer: AnnounceResult| match answer.result {
            Ok(announced) => Ok(announced.peers),
            Err(error) => Err(error.to_string()),
        };
        told.into_iter().map(|(job, answer)| (job, peers(answer))).collect()
    }

    fn hear(&mut self, from: SocketAddr, packet: &[u8]) -> bool {
        self.trackers.receive(self.now, from, packet)
    }

    fn wait_until(&mut self, now: Time) {
        self.now = now;
        self.trackers.on_time(now);
    }
}

/// Whatever comes is dropped and changes nothing, not even how long is waited; then the tracker answers.
#[test]
fn only_who_was_asked_answers_and_in_the_transaction_that_it_was_asked_in() {
    let other = |transaction: [u8; 4]| transaction.map(|byte| byte ^ 1);
    for is_connect in [true, false] {
        let mut stage = Stage::new();
        let mut asked = stage.ask(0, 0, &[TRACKER], &[HASH]).remove(0);
        let connect = asked.transaction();
        if !is_connect {
            assert!(stage.hear(asked.to, &connected(connect)));
            asked = stage.sent().remove(0);
        }
        assert_eq!((asked.to, asked.is_connect()), (at(TRACKER), is_connect));
        let transaction = asked.transaction();
        let (connected_now, announced_now) = (connected(transaction), announced(transaction, 1, false));
        let (good, of_another_kind) = match is_connect {
            true => (&connected_now, &announced_now),
            false => (&announced_now, &connected_now),
        };
        let foreign =
            if is_connect { connected(other(transaction)) } else { announced(other(transaction), 1, false) };
        let deadline = stage.trackers.next_deadline();
        stage.now = seconds(1);
        for (what, from, packet) in [
            ("another host", "9.9.9.8:80", good),
            ("another port", "9.9.9.9:81", good),
            ("the same address in IPv6", "[::ffff:9.9.9.9]:80", good),
            ("another transaction", TRACKER, &foreign),
            ("the answer of before", TRACKER, &connected(other(connect))),
            ("an answer to something else", TRACKER, of_another_kind),
            ("a refusal of somebody else", "9.9.9.8:80", &[b"\0\0\0\x03", &transaction[..], b"no"].concat()),
            (
                "a refusal of something else",
                TRACKER,
                &[b"\0\0\0\x03", &other(transaction)[..], b"no"].concat(),
            ),
            ("the question", TRACKER, &asked.packet),
            ("half an answer", TRACKER, &good[..7].to_vec()),
            ("nothing", TRACKER, &vec![]),
        ] {
            stage.hear(at(from), packet);
            assert_eq!(stage.steps().0.len(), 0, "{what}");
            assert_eq!(stage.trackers.next_deadline(), deadline, "{what}");
        }
        assert!(stage.hear(at(TRACKER), good));
        let (sent, told) = stage.steps();
        assert_eq!((sent.len(), told.len()), if is_connect { (1, 0) } else { (0, 1) });
    }
}

#[test]
fn an_answer_counts_once_and_not_when_it_is_late() {
    let mut stage = Stage::new();
    let first = stage.ask(0, 0, &[TRACKER], &[HASH]).remove(0);
    assert_eq!(stage.trackers.next_deadline(), Some(seconds(15)));
    stage.wait_until(seconds(15));
    let second = stage.sent().remove(0);
    assert_ne!(first.transaction(), second.transaction());
    assert!(!stage.hear(first.to, &connected(first.transaction())), "late");
    assert!(stage.hear(second.to, &connected(second.transaction())));
    let announce = stage.sent().remove(0);
    assert!(!stage.hear(second.to, &connected(second.transaction())), "twice");
    assert!(stage.hear(announce.to, &announced(announce.transaction(), 1, false)));
    assert_eq!(stage.told(), [(0, Ok(vec![at("8.8.8.1:6881")]))]);
    assert!(!stage.hear(announce.to, &announced(announce.transaction(), 2, false)), "twice");
    assert_eq!((stage.told(), stage.trackers.next_deadline()), (vec![], None));
    assert!(stage.trackers.asked.is_empty() && stage.trackers.under_way.is_empty());
}

#[test]
fn of_a_torrent_that_has_gone_nothing_is_told() {
    let mut stage = Stage::new();
    let gone = stage.ask(0, 0, &[TRACKER], &[HASH]).remove(0);
    let stays = stage.ask(1, 0, &[TRACKER], &[HASH]).remove(0);
    stage.trackers.forget(JobId(0), stage.now);
    assert!(!stage.hear(gone.to, &connected(gone.transaction())));
    assert!(stage.hear(stays.to, &connected(stays.transaction())));
    assert_eq!(stage.sent().len(), 1);
    stage.trackers.forget(JobId(1), stage.now);
    assert_eq!((stage.told(), stage.trackers.next_deadline()), (vec![], None));
}

#[test]
fn torrents_share_the_connection_to_a_tracker_for_a_minute() {
    let mut stage = Stage::new();
    let connect = stage.ask(0, 0, &[TRACKER], &[HASH]).remove(0);
    assert!(stage.hear(connect.to, &connected(connect.transaction())));
    assert!(!stage.sent().remove(0).is_connect());
    stage.now = seconds(59);
    let of_another = stage.ask(1, 5, &[TRACKER], &[HASH]).remove(0);
    assert_eq!((of_another.is_connect(), &of_another.packet[..8]), (false, b"its name".as_slice()));
    assert!(stage.ask(2, 0, &["9.9.9.9:81"], &[HASH]).remove(0).is_connect(), "another tracker");
    stage.now = seconds(60);
    assert!(stage.ask(3, 0, &[TRACKER], &[HASH]).remove(0).is_connect());
}

/// Both families and both hashes of a hybrid are asked at once; a good answer waits for the others half a second.
#[test]
fn answers_of_all_addresses_and_for_all_hashes_are_put_together() {
    let mut stage = Stage::new();
    let asked = stage.ask(0, 0, &[TRACKER, TRACKER6], &[HASH, HASH_V2]);
    let to: Vec<SocketAddr> = asked.iter().map(|question| question.to).collect();
    assert_eq!(to, [at(TRACKER), at(TRACKER), at(TRACKER6), at(TRACKER6)]);
    asked.iter().for_each(|question| assert!(stage.hear(question.to, &connected(question.transaction()))));
    let announces = stage.sent();
    let hashes: Vec<&[u8]> = announces.iter().map(|announce| &announce.packet[16..36]).collect();
    assert_eq!(hashes, [HASH, HASH_V2, HASH, HASH_V2]);
    let answer = |stage: &mut Stage, number: usize| {
        let Question { to, .. } = announces[number];
        assert!(stage.hear(to, &announced(announces[number].transaction(), number as u8, to.is_ipv6())));
    };
    answer(&mut stage, 1);
    assert_eq!((stage.told(), stage.trackers.next_deadline()), (vec![], Some(OTHERS)));
    answer(&mut stage, 2);
    stage.wait_until(OTHERS);
    let peers = ["8.8.8.1:6881", "[2626:2626:2626:2626:2626:2626:2626:2602]:6881"].map(at).to_vec();
    assert_eq!(stage.told(), [(0, Ok(peers))]);
    // One comes after that, and one never does: both were asked again until then, and nothing more is told.
    answer(&mut stage, 0);
    let mut times = 0;
    while let Some(deadline) = stage.trackers.next_deadline() {
        stage.wait_until(deadline);
        times += stage.sent().len();
    }
    assert_eq!((times, stage.trackers.under_way.len()), (2, 0));
}

#[test]
fn who_never_answers_or_cannot_be_asked_is_given_up() {
    let mut stage = Stage::new();
    stage.ask(0, 0, &[TRACKER], &[HASH]);
    for until in [15, 45, 105] {
        assert_eq!(stage.trackers.next_deadline(), Some(seconds(until)));
        stage.wait_until(seconds(until));
        if until < 105 {
            assert_eq!(stage.sent().len(), 1);
        }
    }
    assert_eq!(stage.told(), [(0, Err("no answer".to_owned()))]);
    let asked = stage.ask(0, 0, &[TRACKER], &[HASH]).remove(0);
    stage.trackers.unsent(stage.now, asked.to, &asked.packet, "no route");
    assert_eq!(stage.told(), [(0, Err("no route".to_owned()))]);
}

#[test]
fn one_torrents_silent_trackers_keep_no_other_waiting() {
    let mut stage = Stage::new();
    let begun: usize = (0..1000).map(|tracker| stage.ask(0, tracker, &[TRACKER], &[HASH]).len()).sum();
    assert!(begun < ANNOUNCES);
    assert_eq!(stage.ask(1, 0, &[TRACKER], &[HASH]).len(), 1);
    stage.trackers.forget(JobId(0), stage.now);
    assert_eq!((stage.sent().len(), stage.trackers.under_way.len(), stage.trackers.asked.len()), (0, 1, 1));
}

/// It is told that we go while it has not answered for all that it was told before.
#[test]
fn the_next_announce_to_a_tracker_drops_what_is_left_of_the_one_before() {
    let mut stage = Stage::new();
    let asked = stage.ask(0, 0, &[TRACKER], &[HASH, HASH_V2]);
    assert!(stage.hear(asked[0].to, &connected(asked[0].transaction())));
    let announce = stage.sent().remove(0);
    assert!(stage.hear(announce.to, &announced(announce.transaction(), 1, false)));
    stage.wait_until(OTHERS);
    assert_eq!(stage.told().len(), 1);
    assert_eq!(stage.ask(0, 0, &[TRACKER], &[HASH]).len(), 1);
    assert!(!stage.hear(asked[1].to, &connected(asked[1].transaction())));
    assert_eq!((stage.trackers.under_way.len(), stage.trackers.asked.len()), (1, 1));
}

/// Both waited for a place: the first gives way to the second.
#[test]
fn a_tracker_that_is_asked_again_before_its_turn_is_asked_once() {
    let mut stage = Stage::new();
    for job in 1..=ANNOUNCES {
        stage.ask(job, 0, &[&format!("9.9.{}.{}:80", job / 250, 1 + job % 250)], &[HASH]);
    }
    for _ in 0..2 {
        assert!(stage.ask(0, 0, &[TRACKER], &[HASH]).is_empty());
    }
    for passed in [15, 45, 105, 120, 150, 210] {
        stage.wait_until(seconds(passed));
        let asked = stage.steps().0;
        assert!(asked.iter().filter(|question| question.to == at(TRACKER)).count() <= 2);
    }
    assert_eq!(stage.trackers.next_deadline(), None);
    assert!(stage.trackers.asked.is_empty() && stage.trackers.under_way.is_empty());
}
