//! What others are answered, and that nobody can be flooded by it.

use proptest::prelude::*;

use super::*;

const HASH: InfoHash = [0x55; 20];

fn asker(number: u8) -> SocketAddr {
    SocketAddr::new([60, number, 1, 1].into(), 4_000)
}

/// A host asks for peers, and so gets a token.
fn token_for(node: &mut Node, from: SocketAddr) -> Vec<u8> {
    let sent = node.asked(from, Question::GetPeers { info_hash: HASH });
    answer(&sent[0].datagram).token.expect("there is a token").to_vec()
}

#[test]
fn questions_get_their_answers() {
    let mut node = Node::among(DhtMode::Full, 12);
    let pong = node.asked(asker(1), Question::Ping);
    assert_eq!(pong.len(), 1);
    let KrpcAnswer { nodes, peers, token, asker: seen, .. } = answer(&pong[0].datagram);
    assert_eq!((nodes, peers, token, seen), (Vec::new(), Vec::new(), None, Some(asker(1))));
    let target = id_of(other(5));
    let found = node.asked(asker(1), Question::FindNode { target });
    let found = answer(&found[0].datagram);
    assert_eq!(found.nodes[0], DhtNode { id: target, address: other(5) });
    assert!(found.nodes.len() >= 7 && found.token.is_none(), "{}", found.nodes.len());
    let unknown = node.asked(asker(1), Question::Other);
    assert_eq!(message(&unknown[0].datagram).body, KrpcBody::Error(204));
}

#[test]
fn who_shows_its_token_is_announced_to_others() {
    let mut node = Node::among(DhtMode::Full, 12);
    let token = token_for(&mut node, asker(1));
    let announce = |port, token| Question::AnnouncePeer { info_hash: HASH, port, token };
    let refused = node.asked(asker(2), announce(Some(5), &token));
    assert_eq!(message(&refused[0].datagram).body, KrpcBody::Error(203), "it is another's token");
    assert_eq!(message(&node.asked(asker(1), announce(Some(5), b""))[0].datagram).body, KrpcBody::Error(203));
    answer(&node.asked(asker(1), announce(Some(5), &token))[0].datagram);
    // The port that it asks from, whatever it says.
    let token = token_for(&mut node, asker(2));
    answer(&node.asked(asker(2), announce(None, &token))[0].datagram);
    let found = node.asked(asker(3), Question::GetPeers { info_hash: HASH });
    let found = answer(&found[0].datagram);
    let mut peers = found.peers.clone();
    peers.sort();
    assert_eq!(peers, [SocketAddr::new(asker(1).ip(), 5), asker(2)]);
    assert!(found.nodes.len() >= 4, "half of the nodes come with them");
}

#[test]
fn who_announces_what_we_look_for_is_told_at_once() {
    let mut node = Node::among(DhtMode::Full, 8);
    node.dht.look_up(node.now, HASH, None);
    node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
    let token = token_for(&mut node, asker(1));
    let question = Question::AnnouncePeer { info_hash: HASH, port: Some(5), token: &token };
    let query = KrpcQuery { id: NodeId([1; 20]), question, want: None, read_only: true };
    let datagram = KrpcMessage { transaction: b"aa", body: KrpcBody::Query(query) }.encode();
    node.hear(asker(1), &datagram);
    let peer = SocketAddr::new(asker(1).ip(), 5);
    let told = DhtAction::Peers { info_hash: HASH, from: asker(1), peers: vec![peer] };
    assert!(node.actions().contains(&told));
    // Whoever looks for it later hears of it before anybody is asked.
    node.dht.forget(node.now, HASH);
    node.dht.look_up(node.now, HASH, None);
    assert!(matches!(&node.actions()[0], DhtAction::Peers { peers, .. } if *peers == [peer]));
}

#[test]
fn a_read_only_node_answers_nobody_and_says_so() {
    let mut node = Node::among(DhtMode::ReadOnly, 8);
    assert!(node.asked(asker(1), Question::Ping).is_empty());
    node.dht.look_up(node.now, HASH, None);
    assert!(node.sent().iter().all(|sent| query(&sent.datagram).read_only));
    node.dht.set_mode(DhtMode::Full);
    assert_eq!(node.asked(asker(1), Question::Ping).len(), 1);
    node.dht.look_up(node.now, [1; 20], None);
    assert!(node.sent().iter().all(|sent| !query(&sent.datagram).read_only));
}

#[test]
fn nodes_are_named_of_the_families_that_are_wanted() {
    let mut node = Node::among(DhtMode::Full, 12);
    for number in 0..12 {
        node.dht.add_node(node.now, other_v6(number));
        node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
    }
    let both = Some(Want { v4: true, v6: true });
    let cases = [
        (asker(1), None, (7, 0)),
        (asker(1), both, (8, 1)),
        (asker(1), Some(Want { v4: false, v6: true }), (0, 5)),
        (other_v6(99), None, (0, 5)),
    ];
    for (from, want, counts) in cases {
        let query = KrpcQuery {
            id: NodeId([1; 20]),
            question: Question::FindNode { target: NodeId([2; 20]) },
            want,
            read_only: true,
        };
        let datagram = KrpcMessage { transaction: b"aa", body: KrpcBody::Query(query) }.encode();
        node.hear(from, &datagram);
        let sent = node.sent();
        let nodes = answer(&sent[0].datagram).nodes;
        let v4 = nodes.iter().filter(|node| node.address.is_ipv4()).count();
        assert!(v4 >= counts.0 && nodes.len() - v4 >= counts.1, "{from} {want:?}: {v4} of {}", nodes.len());
    }
}

#[test]
fn who_asks_becomes_a_node_only_by_answering() {
    let mut node = Node::new(DhtMode::Full);
    let query =
        |read_only| KrpcQuery { id: id_of(asker(1)), question: Question::Ping, want: None, read_only };
    let datagram =
        |read_only| KrpcMessage { transaction: b"aa", body: KrpcBody::Query(query(read_only)) }.encode();
    node.hear(asker(1), &datagram(true));
    assert_eq!(node.sent().len(), 1, "a node that answers nobody is not asked");
    node.hear(asker(1), &datagram(false));
    let sent = node.sent();
    assert_eq!((sent.len(), node.dht.figures().nodes), (2, 0));
    let ping = sent.iter().find(|sent| matches!(message(&sent.datagram).body, KrpcBody::Query(_))).unwrap();
    assert_eq!(ping.datagram.len(), answering::PING_LENGTH);
    node.hear(asker(1), &datagram(false));
    assert_eq!(node.sent().len(), 1, "one question is enough");
    node.hear(asker(1), &reply(&ping.datagram, KrpcAnswer { id: id_of(asker(1)), ..nothing() }));
    assert_eq!(node.dht.figures().nodes, 1);
}

#[test]
fn one_host_is_answered_twenty_times_a_second() {
    let mut node = Node::among(DhtMode::Full, 8);
    let answered = (0..1_000).filter(|_| !node.asked(asker(1), Question::Ping).is_empty()).count();
    assert_eq!(answered, 40);
    assert_eq!(node.asked(asker(2), Question::Ping).len(), 1);
    node.pass(Time::from_secs(1));
    node.sent();
    let answered = (0..1_000).filter(|_| !node.asked(asker(1), Question::Ping).is_empty()).count();
    assert_eq!(answered, 20);
}

#[test]
fn private_nodes_and_peers_are_not_named_to_the_public() {
    let mut node = Node::new(DhtMode::Full);
    for number in 0..8 {
        node.dht.add_node(node.now, SocketAddr::new([10, 0, 0, number].into(), 6881));
        node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
    }
    let found = |node: &mut Node, from: SocketAddr| {
        let sent = node.asked(from, Question::FindNode { target: NodeId([2; 20]) });
        sent.iter().map(|sent| answer(&sent.datagram).nodes.len()).sum::<usize>()
    };
    assert_eq!(found(&mut node, asker(1)), 0);
    assert!(found(&mut node, "10.0.0.77:1".parse().unwrap()) >= 7);
}

/// A question as somebody may put it, long or short.
fn questions() -> impl Strategy<Value = Vec<u8>> {
    let transaction = proptest::collection::vec(any::<u8>(), 0..40);
    let kind = prop_oneof![
        Just("ping"),
        Just("find_node"),
        Just("get_peers"),
        Just("announce_peer"),
        Just("vote"),
        Just("")
    ];
    let junk = proptest::collection::vec(any::<u8>(), 0..60);
    (transaction, kind, junk, any::<[u8; 20]>(), any::<bool>(), any::<bool>()).prop_map(
        |(transaction, kind, junk, hash, read_only, wants)| {
            let string = |bytes: &[u8]| [format!("{}:", bytes.len()).as_bytes(), bytes].concat();
            let mut out = b"d1:ad2:id".to_vec();
            out.extend(string(&hash));
            out.extend(
                [&b"9:info_hash"[..], &string(&[0x55; 20]), b"4:porti5e6:target", &string(&hash)].concat(),
            );
            out.extend([&b"5:token"[..], &string(&junk[..junk.len() / 2])].concat());
            out.extend(if wants { &b"4:wantl2:n42:n6e"[..] } else { b"" });
            out.extend([&b"e1:q"[..], &string(kind.as_bytes())].concat());
            out.extend(if read_only { &b"2:roi1e"[..] } else { b"" });
            out.extend([&b"1:t"[..], &string(&transaction), b"1:y1:qe"].concat());
            out
        },
    )
}

proptest! {
    /// All that goes to a host that has shown no token is at most three times as long as what came from it, whatever we know.
    #[test]
    fn nobody_is_sent_more_than_three_times_what_it_asked_with(
        questions in proptest::collection::vec(questions(), 1..8), known in 0_u8..30, v6 in any::<bool>(), peers in 0_u8..100,
    ) {
        let mut node = Node::among(DhtMode::Full, known);
        for number in 0..known {
            node.dht.add_node(node.now, other_v6(number));
            node.answer_all(|to| KrpcAnswer { id: id_of(to), ..nothing() });
        }
        for number in 0..peers {
            let peer = if v6 { other_v6(number) } else { other(number) };
            node.dht.overlay_mut(peer).store.insert(HASH, peer, node.now);
        }
        let victim = if v6 { other_v6(200) } else { asker(200) };
        let (mut came, mut went) = (0, 0);
        for question in questions {
            came += question.len();
            node.hear(victim, &question);
            let sent = node.sent();
            went += sent.iter().filter(|sent| sent.to == victim).map(|sent| sent.datagram.len()).sum::<usize>();
        }
        node.pass(Time::from_secs(60));
        went += node.sent().iter().filter(|sent| sent.to == victim).map(|sent| sent.datagram.len()).sum::<usize>();
        prop_assert!(went <= 3 * came, "{went} bytes for {came}");
    }
}

#[test]
fn the_shortest_questions_get_almost_all_and_tokens_get_the_rest() {
    let mut node = Node::among(DhtMode::Full, 30);
    for number in 0..100 {
        let peer = SocketAddr::new([70, number, 0, 1].into(), 1);
        node.dht.overlay_mut(peer).store.insert(HASH, peer, node.now);
    }
    // What old clients send: 92 and 95 bytes.
    let find: &[u8] = b"d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node2:roi1e1:t2:aa1:y1:qe";
    let hash = String::from_utf8(HASH.to_vec()).unwrap();
    let get =
        format!("d1:ad2:id20:abcdefghij01234567899:info_hash20:{hash}e1:q9:get_peers2:roi1e1:t2:aa1:y1:qe");
    let mut told = |question: &[u8]| {
        node.hear(asker(1), question);
        let sent = node.sent();
        let answer = answer(&sent[0].datagram);
        (answer.nodes.len(), answer.peers.len(), sent[0].datagram.len() <= question.len() * 3)
    };
    assert_eq!(told(find), (8, 0, true));
    assert_eq!(told(get.as_bytes()), (4, 13, true));
    // Who has shown a token gets what fits a datagram.
    let token = token_for(&mut node, asker(1));
    node.asked(asker(1), Question::AnnouncePeer { info_hash: HASH, port: Some(5), token: &token });
    node.hear(asker(1), get.as_bytes());
    let sent = node.sent();
    let all = answer(&sent[0].datagram);
    assert!(all.peers.len() >= 95 && sent[0].datagram.len() <= 1_024, "{}", all.peers.len());
}
