//! Whom a node asks, and what.

use super::*;

const HASH: InfoHash = [0x33; 20];

fn peers(actions: &[DhtAction]) -> Vec<SocketAddr> {
    let of = |action: &DhtAction| match action {
        DhtAction::Peers { peers, .. } => peers.clone(),
        _ => Vec::new(),
    };
    actions.iter().flat_map(of).collect()
}

fn ended(actions: &[DhtAction]) -> Option<LookupFigures> {
    actions.iter().find_map(|action| match action {
        DhtAction::Ended { figures, .. } => Some(*figures),
        _ => None,
    })
}

#[test]
fn a_lookup_finds_peers_and_announces_with_the_tokens_that_it_got() {
    let mut node = Node::among(DhtMode::Full, 12);
    node.dht.look_up(node.now, HASH, Some(7000));
    let peer: SocketAddr = "30.1.2.3:5".parse().unwrap();
    let mut announced = 0;
    let mut told = Vec::new();
    loop {
        let actions = node.actions();
        if actions.is_empty() {
            break;
        }
        for action in actions {
            let Some(Sent { to, datagram }) = sent(action.clone()) else {
                told.push(action);
                continue;
            };
            if let Question::AnnouncePeer { info_hash, port, token } = query(&datagram).question {
                assert_eq!((info_hash, port, token), (HASH, Some(7000), &b"tokn"[..]));
                announced += 1;
            }
            node.hear(to, &reply(&datagram, KrpcAnswer { id: id_of(to), peers: vec![peer], ..nothing() }));
        }
    }
    assert_eq!(announced, 8);
    assert!(peers(&told).len() >= 8 && peers(&told).iter().all(|named| *named == peer));
    let figures = ended(&told).expect("it ended");
    assert_eq!((figures.announced, figures.asked), (8, figures.answered));
}

#[test]
fn a_lookup_waits_for_the_first_node() {
    let mut node = Node::new(DhtMode::ReadOnly);
    node.dht.look_up(node.now, HASH, None);
    assert!(node.actions().is_empty() && node.dht.next_deadline().is_none());
    node.dht.add_node(node.now, other(1));
    let asked = node.sent();
    let is_for_it = |sent: &Sent| query(&sent.datagram).question == Question::GetPeers { info_hash: HASH };
    assert!(asked.iter().any(is_for_it) && asked.iter().all(|sent| sent.to == other(1)));
    node.pass(PATIENCE);
    let figures = ended(&node.actions()).expect("nobody is left to ask");
    assert_eq!((figures.asked, figures.answered), (1, 0));
    assert_eq!((node.dht.figures().asked, node.dht.figures().answered), (2, 0));
}

#[test]
fn a_late_answer_counts_and_does_not_hold_up_the_others() {
    let mut node = Node::among(DhtMode::ReadOnly, 12);
    node.dht.look_up(node.now, HASH, None);
    let first = node.sent();
    assert_eq!(first.len(), 4, "alpha");
    node.pass(Time::from_millis(399));
    assert!(node.sent().is_empty());
    node.pass(Time::from_millis(1));
    let second = node.sent();
    assert_eq!(second.len(), 4, "those that are late have freed their places");
    node.pass(Time::from_secs(2));
    let late = &first[0];
    let peer: SocketAddr = "30.1.2.3:5".parse().unwrap();
    node.hear(
        late.to,
        &reply(&late.datagram, KrpcAnswer { id: id_of(late.to), peers: vec![peer], ..nothing() }),
    );
    assert_eq!(peers(&node.actions()), [peer]);
    node.pass(PATIENCE * 2);
    assert_eq!(ended(&node.actions()).map(|figures| figures.answered), Some(1));
}

#[test]
fn nobody_is_led_to_what_the_namer_may_not_name() {
    let names = ["127.0.0.1:1", "10.0.0.1:1", "192.168.1.1:1", "169.254.1.1:1", "224.0.0.1:1", "30.0.0.1:1"];
    // Who names, what is allowed in any case, and how many of the names are asked.
    let cases = [
        (other(1), Namer::STRANGER, 1),
        (other(1), Namer::at([10, 0, 0, 0].into()), 3),
        ("10.9.9.9:1".parse().unwrap(), Namer::STRANGER, 3),
        ("127.0.0.1:9".parse().unwrap(), Namer::STRANGER, 4),
    ];
    for (namer, allowed, count) in cases {
        let mut node = Node::new(DhtMode::ReadOnly);
        node.dht.config.namer = allowed;
        node.dht.look_up(node.now, HASH, None);
        node.dht.add_node(node.now, namer);
        let named: Vec<DhtNode> = names
            .iter()
            .enumerate()
            .map(|(number, name)| DhtNode { id: NodeId([number as u8; 20]), address: name.parse().unwrap() })
            .collect();
        let peers_named: Vec<SocketAddr> = names.iter().map(|name| name.parse().unwrap()).collect();
        let mut asked = std::collections::BTreeSet::new();
        let mut told = Vec::new();
        for Sent { to, datagram } in node.sent() {
            let answer = KrpcAnswer { nodes: named.clone(), peers: peers_named.clone(), ..nothing() };
            node.hear(to, &reply(&datagram, answer));
        }
        for _ in 0..20 {
            for action in node.actions() {
                match sent(action.clone()) {
                    Some(sent) => drop(asked.insert(sent.to)),
                    None => told.push(action),
                }
            }
            node.pass(Time::from_millis(500));
        }
        assert_eq!((asked.len(), peers(&told).len()), (count, count), "{namer} {asked:?}");
    }
}

#[test]
fn what_one_family_hears_of_the_other_is_used() {
    let mut node = Node::new(DhtMode::ReadOnly);
    node.dht.look_up(node.now, HASH, None);
    node.dht.add_node(node.now, other(1));
    let asked = node.sent();
    assert!(asked.iter().all(|sent| query(&sent.datagram).want == Some(Want { v4: true, v6: true })));
    let v6 = DhtNode { id: id_of(other_v6(1)), address: other_v6(1) };
    for Sent { to, datagram } in asked {
        node.hear(to, &reply(&datagram, KrpcAnswer { nodes: vec![v6], ..nothing() }));
    }
    let sent = node.sent();
    assert!(!sent.is_empty() && sent.iter().all(|sent| sent.to == other_v6(1)));
}

#[test]
fn sixteen_lookups_run_and_the_others_wait_their_turn() {
    let mut node = Node::among(DhtMode::ReadOnly, 8);
    let hash = |number: u8| [number; 20];
    (0..20).for_each(|number| node.dht.look_up(node.now, hash(number), None));
    let asked_for = |sent: &[Sent]| {
        let hashes = sent.iter().filter_map(|sent| match query(&sent.datagram).question {
            Question::GetPeers { info_hash } => Some(info_hash[0]),
            _ => None,
        });
        hashes.collect::<std::collections::BTreeSet<u8>>()
    };
    let sent = node.sent();
    assert_eq!(asked_for(&sent).len(), 16);
    // One is not wanted any more, and another that has not begun either.
    node.dht.forget(node.now, hash(0));
    node.dht.forget(node.now, hash(19));
    assert_eq!(asked_for(&node.sent()), [16].into());
    let told = node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
    node.pass(PATIENCE);
    let told = [told, node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() })].concat();
    assert_eq!(told.iter().filter(|action| matches!(action, DhtAction::Ended { .. })).count(), 18);
}

#[test]
fn our_id_suits_the_address_that_three_networks_see() {
    let mut node = Node::new(DhtMode::Full);
    let ours: SocketAddr = "40.5.6.7:6881".parse().unwrap();
    for number in 0..3 {
        node.dht.add_node(node.now, other(number));
        let queries = node.sent();
        assert!(!query(&queries[0].datagram).id.suits(ours.ip()));
        for Sent { to, datagram } in queries {
            let answer = KrpcAnswer { id: id_of(to), asker: Some(ours), ..nothing() };
            node.hear(to, &reply(&datagram, answer));
        }
    }
    let sent = node.sent();
    assert!(!sent.is_empty() && sent.iter().all(|sent| query(&sent.datagram).id.suits(ours.ip())));
    assert_eq!(node.dht.figures().nodes, 3);
}

#[test]
fn nodes_of_one_family_have_no_say_about_our_address_in_the_other() {
    for (ours, node_of) in [("[2600::1]:6881", other as fn(u8) -> SocketAddr), ("40.5.6.7:6881", other_v6)] {
        let mut node = Node::new(DhtMode::Full);
        let ours: SocketAddr = ours.parse().unwrap();
        let mut id = None;
        for number in 0..9 {
            node.dht.add_node(node.now, node_of(number));
            for Sent { to, datagram } in node.sent() {
                assert_eq!(*id.get_or_insert(query(&datagram).id), query(&datagram).id);
                let answer = KrpcAnswer { id: id_of(to), asker: Some(ours), ..nothing() };
                node.hear(to, &reply(&datagram, answer));
            }
        }
        assert!(id.is_some() && node.dht.figures().nodes > 3);
    }
}

#[test]
fn nodes_that_answered_are_given_to_be_saved() {
    let node = Node::among(DhtMode::ReadOnly, 10);
    let mut nodes = node.dht.nodes();
    nodes.sort();
    assert_eq!(nodes, (0..10).map(other).collect::<Vec<_>>());
}

#[test]
fn a_table_that_has_lost_everybody_is_filled_again() {
    let mut node = Node::among(DhtMode::Full, 3);
    node.pass(Time::from_secs(3_600));
    let asked = node.sent().len();
    assert!(asked > 0 && node.dht.figures().nodes == 0, "{asked}");
    for _ in 0..30 {
        node.pass(Time::from_secs(5));
        node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
    }
    assert_eq!(node.dht.figures().nodes, 3);
}
