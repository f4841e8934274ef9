//! Why nothing came, as far as it is known: what became of peers, trackers and web seeds, and which files lack.

use std::collections::{BTreeMap, BTreeSet};

use cli_kit::{JsonBytes, escape};
use serde::Serialize;
use swarm_net::{CloseReason, Contacts, DhtShortfall, DialError, Encryption, PeerSource, Shortfall};
use torrent_core::magnet::Peer;
use torrent_core::metainfo::Metainfo;

use super::reason::close_reason;
use super::sources::{namer, sources, word};
use crate::mask::masked;

/// In words, each of them part of a sentence.
pub(super) fn words(shortfall: &Shortfall, metainfo: Option<&Metainfo>) -> Vec<String> {
    let contacts = &shortfall.contacts;
    let mut words = Vec::new();
    words.extend(peers(contacts, metainfo.is_some()));
    words.extend(encrypted(contacts));
    words.extend(trackers(contacts));
    words.extend(dht(shortfall));
    words.extend(web_seeds(contacts));
    words.extend(passed_over(shortfall));
    words.extend(metainfo.and_then(|metainfo| files(shortfall, metainfo)));
    words
}

/// What may help against it.
pub(super) fn hint(contacts: &Contacts, encryption: Encryption) -> Option<&'static str> {
    let hung_up = contacts.failed.get(&DialError::HungUp).copied().unwrap_or_default();
    if !contacts.passed_over.is_empty() {
        Some("`--allow-private` dials peers in private networks all the same")
    } else if let Some(hint) = forbidden(contacts).filter(|_| contacts.connected == 0) {
        Some(hint)
    } else if hung_up == 0 || contacts.connected > 0 {
        None
    } else {
        match encryption {
            Encryption::Never => {
                Some("who hangs up may want an encrypted stream, which `--encryption allow` tries as well")
            }
            Encryption::Require => {
                Some("who hangs up may take no encrypted stream; `--encryption allow` dials without as well")
            }
            Encryption::Allow => None,
        }
    }
}

/// The user may name addresses that a stranger may not.
fn forbidden(contacts: &Contacts) -> Option<&'static str> {
    match (contacts.trackers_forbidden, contacts.web_seeds_forbidden) {
        (0, 0) => None,
        (_, 0) => Some(
            "`--allow-private` asks trackers in private networks all the same, `--tracker URL` one anywhere",
        ),
        (0, _) => Some(
            "`--allow-private` asks web seeds in private networks all the same, `--web-seed URL` one anywhere",
        ),
        _ => Some(
            "`--allow-private` asks those in private networks all the same, `--tracker URL` and `--web-seed URL` those anywhere",
        ),
    }
}

fn peers(contacts: &Contacts, has_metadata: bool) -> Option<String> {
    let mut parts = Vec::new();
    let mut count = |count: usize, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    for (why, number) in &contacts.failed {
        count(*number, dial_error(*why));
    }
    count(contacts.left, "ended the connection");
    for (why, number) in &contacts.banned {
        count(*number, &format!("banned, which {}", offence(*why)));
    }
    for (why, number) in contacts.cut_off.iter().filter(|(why, _)| !contacts.banned.contains_key(why)) {
        count(*number, &format!("cut off, which {}", offence(*why)));
    }
    count(contacts.choking, "connected, choking us");
    let needless =
        if has_metadata { "connected, with nothing that lacks" } else { "connected, without the metadata" };
    count(contacts.needless, needless);
    count(contacts.dialling, "not answered yet");
    count(contacts.untried, "not tried");
    let known = contacts.known.max(contacts.connected);
    let plural = if known == 1 { "" } else { "s" };
    let from = sources(&contacts.sources);
    (!parts.is_empty()).then(|| format!("of {known} peer{plural}{from}: {}", parts.join(", ")))
}

/// What became of those that may have insisted on encryption.
fn encrypted(contacts: &Contacts) -> Option<String> {
    let Contacts { encrypted: dialled, encrypted_reached: reached, .. } = contacts;
    let reached = if *reached == 0 { "none".to_owned() } else { reached.to_string() };
    (*dialled > 0).then(|| {
        format!("{dialled} that hung up dialled again with an encrypted stream, {reached} reached so")
    })
}

/// What is said of so many peers, one or several.
pub(super) fn dial_error(why: DialError) -> &'static str {
    match why {
        DialError::Refused => "refused the connection",
        DialError::Unanswered => "did not answer",
        DialError::Unreachable => "out of reach",
        DialError::HungUp => "hung up at once",
        DialError::Silent => "sent no handshake",
        DialError::Strange => "not of this torrent",
    }
}

fn offence(why: CloseReason) -> &'static str {
    match why {
        CloseReason::Poison => "gave bad data",
        CloseReason::BadMetadata => "gave bad metadata",
        CloseReason::BadHashes => "gave bad hashes",
        CloseReason::Protocol => "broke the protocol",
        CloseReason::Flood => "sent far too many messages",
        CloseReason::Silent | CloseReason::Stalled => "gave nothing for long",
        CloseReason::Duplicate => "proved to be ourselves or connected twice",
        _ => "had no use for us",
    }
}

fn trackers(contacts: &Contacts) -> Option<String> {
    let Contacts { trackers_refused: refused, trackers_not_asked: not_asked, .. } = contacts;
    match (contacts.trackers, contacts.trackers_answered) {
        (0, _) => None,
        (count, 0) if refused + not_asked > 0 => {
            let silent = count.saturating_sub(refused + not_asked);
            let counts = [(*refused, "refused"), (*not_asked, "not asked"), (silent, "did not answer")];
            let said = counts.iter().filter(|(count, _)| *count > 0);
            let said: Vec<String> = said.map(|(count, what)| counted(*count, what)).collect();
            Some(said.join(", "))
        }
        (1, 0) => Some("the tracker did not answer".to_owned()),
        (count, 0) => Some(format!("none of {count} trackers answered")),
        _ if contacts.known == 0 && contacts.connected == 0 => Some("no tracker knows a peer".to_owned()),
        _ => None,
    }
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} tracker{plural} {what}")
}

/// What the DHT said, if it was asked and gave nothing.
fn dht(shortfall: &Shortfall) -> Option<String> {
    let DhtShortfall { asked, answered, named, unknown, .. } = shortfall.dht.as_ref()?;
    match (asked, answered) {
        _ if shortfall.contacts.sources.contains_key(&PeerSource::Dht) => None,
        (_, 0) if !named.is_empty() => Some(named_nodes(named, unknown)),
        (0, _) => Some("no node of the DHT was found to ask".to_owned()),
        (asked, 0) => {
            Some(format!("the DHT did not answer any of {asked} questions: UDP seems to be blocked"))
        }
        _ => Some("the DHT knows no peer".to_owned()),
    }
}

/// None of the nodes that the user named has answered.
fn named_nodes(named: &[Peer], unknown: &[Peer]) -> String {
    let list = |nodes: Vec<&Peer>| {
        let names: Vec<String> = nodes.iter().map(|node| masked(&node.to_string())).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let silent = list(named.iter().filter(|node| !unknown.contains(node)).collect());
    let silent = silent.map(|nodes| format!("no answer from the DHT at {nodes}"));
    let unknown = list(unknown.iter().collect());
    let unknown = unknown.map(|nodes| format!("no address was found for the DHT node {nodes}"));
    silent.into_iter().chain(unknown).collect::<Vec<_>>().join("; ")
}

fn web_seeds(contacts: &Contacts) -> Option<String> {
    let Contacts { web_seeds: count, web_seeds_given_up: given_up, web_seeds_not_asked: not_asked, .. } =
        contacts;
    let plural = if *count == 1 { "" } else { "s" };
    let parts = [(*given_up, "given up"), (*not_asked, "not asked")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    match (count, parts.collect::<Vec<_>>().join(", ")) {
        (0, _) => None,
        (_, none) if none.is_empty() => Some(format!("nothing from {count} web seed{plural}")),
        (_, parts) => Some(format!("of {count} web seed{plural}: {parts}")),
    }
}

fn passed_over(shortfall: &Shortfall) -> Option<String> {
    let passed_over = &shortfall.contacts.passed_over;
    let count = passed_over.values().sum::<usize>();
    let mut by: Vec<String> = shortfall.passed_over_by.iter().map(|url| masked(url)).collect();
    let sources: BTreeSet<PeerSource> = passed_over.keys().map(|origin| origin.source()).collect();
    by.extend(sources.into_iter().filter(|source| *source != PeerSource::Tracker).map(namer));
    let by = if by.is_empty() { namer(PeerSource::Tracker) } else { by.join(", ") };
    let plural = if count == 1 { "" } else { "es" };
    (count > 0)
        .then(|| format!("{count} address{plural} in private networks not dialled, named only by {by}"))
}

/// Which files are not complete, unless there is only one.
fn files(shortfall: &Shortfall, metainfo: &Metainfo) -> Option<String> {
    let Shortfall { lacking, first_lacking, .. } = shortfall;
    if *lacking == 0 || metainfo.is_single_file() {
        return None;
    }
    let name = |file: &usize| escape(&metainfo.files().get(*file).path.joined()).into_owned();
    let names: Vec<String> = first_lacking.iter().map(name).collect();
    let more = match lacking - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let files = if *lacking == 1 { "file is" } else { "files are" };
    Some(format!("{lacking} {files} not complete: {}{more}", names.join(", ")))
}

/// The same for programs.
#[derive(Serialize)]
pub(crate) struct Record {
    peers: Peers,
    trackers: Trackers,
    web_seeds: WebSeeds,
    #[serde(skip_serializing_if = "Option::is_none")]
    dht: Option<Dht>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<Missing>,
}

#[derive(Serialize)]
struct Peers {
    known: usize,
    sources: BTreeMap<&'static str, usize>,
    untried: usize,
    dialling: usize,
    refused: usize,
    unanswered: usize,
    unreachable: usize,
    hung_up: usize,
    silent: usize,
    strange: usize,
    left: usize,
    connected: usize,
    choking: usize,
    needless: usize,
    cut_off: BTreeMap<&'static str, usize>,
    banned: BTreeMap<&'static str, usize>,
    passed_over: usize,
    encrypted: Encrypted,
}

/// Of those that hung up at once where a stream was not encrypted.
#[derive(Serialize)]
struct Encrypted {
    dialled: usize,
    reached: usize,
}

#[derive(Serialize)]
struct Trackers {
    count: usize,
    answered: usize,
    refused: usize,
    not_asked: usize,
}

#[derive(Serialize)]
struct WebSeeds {
    count: usize,
    given_up: usize,
    not_asked: usize,
}

#[derive(Serialize)]
struct Dht {
    nodes: usize,
    asked: u64,
    answered: u64,
}

#[derive(Serialize)]
struct Missing {
    files: usize,
    first: Vec<JsonBytes<Vec<u8>>>,
}

impl Record {
    pub(super) fn of(shortfall: &Shortfall, metainfo: Option<&Metainfo>) -> Self {
        let contacts = &shortfall.contacts;
        Self {
            peers: Peers::of(contacts),
            trackers: Trackers {
                count: contacts.trackers,
                answered: contacts.trackers_answered,
                refused: contacts.trackers_refused,
                not_asked: contacts.trackers_not_asked,
            },
            web_seeds: WebSeeds {
                count: contacts.web_seeds,
                given_up: contacts.web_seeds_given_up,
                not_asked: contacts.web_seeds_not_asked,
            },
            dht: shortfall.dht.as_ref().map(|&DhtShortfall { nodes, asked, answered, .. }| Dht {
                nodes,
                asked,
                answered,
            }),
            missing: metainfo.map(|metainfo| {
                let name = |file: &usize| JsonBytes(metainfo.files().get(*file).path.joined());
                let first = shortfall.first_lacking.iter().map(name).collect();
                Missing { files: shortfall.lacking, first }
            }),
        }
    }
}

impl Peers {
    fn of(contacts: &Contacts) -> Self {
        let failed = |why| contacts.failed.get(&why).copied().unwrap_or_default();
        let reasons = |counts: &BTreeMap<CloseReason, usize>| {
            let mut words = BTreeMap::new();
            counts.iter().for_each(|(why, count)| *words.entry(close_reason(*why)).or_default() += count);
            words
        };
        Self {
            known: contacts.known,
            sources: contacts.sources.iter().map(|(source, count)| (word(*source), *count)).collect(),
            untried: contacts.untried,
            dialling: contacts.dialling,
            refused: failed(DialError::Refused),
            unanswered: failed(DialError::Unanswered),
            unreachable: failed(DialError::Unreachable),
            hung_up: failed(DialError::HungUp),
            silent: failed(DialError::Silent),
            strange: failed(DialError::Strange),
            left: contacts.left,
            connected: contacts.connected,
            choking: contacts.choking,
            needless: contacts.needless,
            cut_off: reasons(&contacts.cut_off),
            banned: reasons(&contacts.banned),
            passed_over: contacts.passed_over.values().sum(),
            encrypted: Encrypted { dialled: contacts.encrypted, reached: contacts.encrypted_reached },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::iter::once;

    use swarm_net::{Origin, TrackerId};

    use super::*;

    fn said(contacts: Contacts) -> String {
        words(&Shortfall { contacts, ..Shortfall::default() }, None).join("; ")
    }

    #[test]
    fn what_the_dht_said_is_told_where_it_gave_nothing() {
        let found = Contacts { sources: [(PeerSource::Dht, 1)].into(), ..Contacts::default() };
        for (contacts, asked, answered, expected) in [
            (Contacts::default(), 0, 0, "no node of the DHT was found to ask"),
            (Contacts::default(), 9, 0, "the DHT did not answer any of 9 questions: UDP seems to be blocked"),
            (Contacts::default(), 9, 1, "the DHT knows no peer"),
            (found, 9, 1, ""),
        ] {
            let dht = Some(DhtShortfall { nodes: 1, asked, answered, ..DhtShortfall::default() });
            let shortfall = Shortfall { contacts, dht, ..Shortfall::default() };
            assert_eq!(words(&shortfall, None).join("; "), expected);
        }
    }

    #[test]
    fn nodes_that_were_typed_are_named_where_none_of_them_answered() {
        let node = |host: &str| Peer { host: host.to_owned(), port: 1 };
        let (here, nowhere) = (node("127.0.0.1"), node("nowhere.invalid"));
        for (named, unknown, answered, expected) in [
            (vec![here.clone()], vec![], 0, "no answer from the DHT at 127.0.0.1:1"),
            (
                vec![nowhere.clone()],
                vec![nowhere.clone()],
                0,
                "no address was found for the DHT node nowhere.invalid:1",
            ),
            (
                vec![here.clone(), nowhere.clone()],
                vec![nowhere],
                0,
                "no answer from the DHT at 127.0.0.1:1; no address was found for the DHT node nowhere.invalid:1",
            ),
            (vec![here], vec![], 1, "the DHT knows no peer"),
        ] {
            let dht = Some(DhtShortfall { asked: 9, answered, named, unknown, ..DhtShortfall::default() });
            assert_eq!(words(&Shortfall { dht, ..Shortfall::default() }, None).join("; "), expected);
        }
    }

    #[test]
    fn who_hangs_up_may_want_another_stream() {
        for (why, connected, encryption, expected) in [
            (DialError::HungUp, 0, Encryption::Never, Some("who hangs up may want an encrypted stream")),
            (DialError::HungUp, 0, Encryption::Require, Some("who hangs up may take no encrypted stream")),
            (DialError::HungUp, 0, Encryption::Allow, None),
            (DialError::HungUp, 1, Encryption::Never, None),
            (DialError::Refused, 0, Encryption::Never, None),
        ] {
            let contacts = Contacts { connected, failed: [(why, 1)].into(), ..Contacts::default() };
            let hint = hint(&contacts, encryption);
            assert_eq!(hint.is_some(), expected.is_some(), "{hint:?}");
            assert!(hint.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{hint:?}");
        }
    }

    #[test]
    fn who_has_nothing_for_us_lacks_the_metadata_where_we_do() {
        let contacts = Contacts { known: 1, connected: 1, needless: 1, ..Contacts::default() };
        assert_eq!(said(contacts), "of 1 peer: 1 connected, without the metadata");
    }

    #[test]
    fn a_stall_says_why() {
        let failed = |counts: &[(DialError, usize)]| counts.iter().copied().collect::<BTreeMap<_, _>>();
        let reason = |why, count| once((why, count)).collect::<BTreeMap<CloseReason, usize>>();
        let none = Contacts::default();
        let cases = [
            (none.clone(), ""),
            (
                Contacts { known: 1, failed: failed(&[(DialError::Refused, 1)]), ..none.clone() },
                "of 1 peer: 1 refused the connection",
            ),
            (
                Contacts {
                    known: 9,
                    failed: failed(&[(DialError::Unanswered, 5), (DialError::HungUp, 2)]),
                    connected: 1,
                    choking: 1,
                    untried: 1,
                    ..none.clone()
                },
                "of 9 peers: 5 did not answer, 2 hung up at once, 1 connected, choking us, 1 not tried",
            ),
            (
                Contacts {
                    known: 2,
                    banned: reason(CloseReason::Poison, 1),
                    cut_off: [(CloseReason::Poison, 1), (CloseReason::Stalled, 1)].into(),
                    ..none.clone()
                },
                "of 2 peers: 1 banned, which gave bad data, 1 cut off, which gave nothing for long",
            ),
            (
                Contacts { encrypted: 3, encrypted_reached: 2, ..none.clone() },
                "3 that hung up dialled again with an encrypted stream, 2 reached so",
            ),
            (Contacts { trackers: 1, ..none.clone() }, "the tracker did not answer"),
            (Contacts { trackers: 3, ..none.clone() }, "none of 3 trackers answered"),
            (Contacts { trackers: 3, trackers_answered: 1, ..none.clone() }, "no tracker knows a peer"),
            (Contacts { trackers: 1, trackers_refused: 1, ..none.clone() }, "1 tracker refused"),
            (Contacts { trackers: 1, trackers_not_asked: 1, ..none.clone() }, "1 tracker not asked"),
            (
                Contacts { trackers: 5, trackers_refused: 2, trackers_not_asked: 1, ..none.clone() },
                "2 trackers refused, 1 tracker not asked, 2 trackers did not answer",
            ),
            (Contacts { web_seeds: 1, ..none.clone() }, "nothing from 1 web seed"),
            (
                Contacts { web_seeds: 3, web_seeds_given_up: 1, web_seeds_not_asked: 2, ..none.clone() },
                "of 3 web seeds: 1 given up, 2 not asked",
            ),
            (Contacts { web_seeds: 1, web_seeds_not_asked: 1, ..none.clone() }, "of 1 web seed: 1 not asked"),
            (Contacts { web_seeds: 2, web_seeds_given_up: 1, ..none.clone() }, "of 2 web seeds: 1 given up"),
            (
                Contacts {
                    trackers: 1,
                    trackers_answered: 1,
                    passed_over: [(Origin::Tracker(TrackerId(0)), 2)].into(),
                    ..none.clone()
                },
                "no tracker knows a peer; 2 addresses in private networks not dialled, named only by a tracker",
            ),
            (
                Contacts {
                    passed_over: [(Origin::Exchange, 1), (Origin::Dht, 2)].into(),
                    known: 3,
                    sources: [(PeerSource::Tracker, 1), (PeerSource::Dht, 2)].into(),
                    untried: 3,
                    ..none
                },
                "of 3 peers (1 from trackers, 2 from the DHT): 3 not tried; 3 addresses in private networks not dialled, named only by another peer, the DHT",
            ),
        ];
        for (contacts, expected) in cases {
            assert_eq!(said(contacts), expected);
        }
    }
}
