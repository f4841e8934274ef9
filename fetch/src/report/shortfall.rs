//! Why nothing came, as far as it is known: what became of peers, trackers and web seeds, and which files lack.

use std::collections::BTreeMap;

use cli_kit::{JsonBytes, escape};
use serde::Serialize;
use swarm_net::{CloseReason, Contacts, DialError, Shortfall};
use torrent_core::metainfo::Metainfo;

use super::reason::close_reason;
use crate::mask::masked;

/// In words, each of them part of a sentence.
pub(super) fn words(shortfall: &Shortfall, metainfo: Option<&Metainfo>) -> Vec<String> {
    let contacts = &shortfall.contacts;
    let mut words = Vec::new();
    words.extend(peers(contacts));
    words.extend(trackers(contacts));
    words.extend(web_seeds(contacts));
    words.extend(passed_over(shortfall));
    words.extend(metainfo.and_then(|metainfo| files(shortfall, metainfo)));
    words
}

/// What may help against it.
pub(super) fn hint(contacts: &Contacts) -> Option<&'static str> {
    let hung_up = contacts.failed.get(&DialError::HungUp).copied().unwrap_or_default();
    if !contacts.passed_over.is_empty() {
        Some(
            "`--peer` names peers in a private network, and a tracker given by `--tracker` that is there may do so, too",
        )
    } else if let Some(hint) = forbidden(contacts).filter(|_| contacts.connected == 0) {
        Some(hint)
    } else if hung_up > 0 && contacts.connected == 0 {
        Some("peers that hang up at once may want encryption, which fetch does not speak")
    } else {
        None
    }
}

/// The user may name addresses that a stranger may not.
fn forbidden(contacts: &Contacts) -> Option<&'static str> {
    match (contacts.trackers_forbidden, contacts.web_seeds_forbidden) {
        (0, 0) => None,
        (_, 0) => Some(
            "`--tracker URL` asks a tracker all the same that is in a private network or on this machine",
        ),
        (0, _) => Some(
            "`--web-seed URL` asks a web seed all the same that is in a private network or on this machine",
        ),
        _ => Some(
            "`--tracker URL` and `--web-seed URL` ask those all the same that are in a private network or on this machine",
        ),
    }
}

fn peers(contacts: &Contacts) -> Option<String> {
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
    count(contacts.needless, "connected, with nothing that lacks");
    count(contacts.dialling, "not answered yet");
    count(contacts.untried, "not tried");
    let known = contacts.known.max(contacts.connected);
    let plural = if known == 1 { "" } else { "s" };
    (!parts.is_empty()).then(|| format!("of {known} peer{plural}: {}", parts.join(", ")))
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
    let count = shortfall.contacts.passed_over.values().sum::<usize>();
    let by: Vec<String> = shortfall.passed_over_by.iter().map(|url| masked(url)).collect();
    let by = if by.is_empty() { "a tracker".to_owned() } else { by.join(", ") };
    let plural = if count == 1 { "" } else { "es" };
    (count > 0)
        .then(|| format!("{count} address{plural} in private networks passed over, which {by} may not name"))
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
    missing: Option<Missing>,
}

#[derive(Serialize)]
struct Peers {
    known: usize,
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
        }
    }
}

#[cfg(test)]
mod tests {
    use std::iter::once;

    use super::*;

    fn said(contacts: Contacts) -> String {
        words(&Shortfall { contacts, ..Shortfall::default() }, None).join("; ")
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
                    passed_over: [(swarm_net::TrackerId(0), 2)].into(),
                    ..none
                },
                "no tracker knows a peer; 2 addresses in private networks passed over, which a tracker may not name",
            ),
        ];
        for (contacts, expected) in cases {
            assert_eq!(said(contacts), expected);
        }
    }
}
