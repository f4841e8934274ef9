//! Peers tell each other of their nodes of the DHT, but not among those who share a private torrent.

use super::*;
use crate::wire::Handshake;

/// An engine that knows the DHT, or not, of a torrent that is private, or not.
fn engine(dht: bool, is_private: bool) -> Swarm<Vec<u8>> {
    let payload = Payload::new(Protocol::V1, &[65_536], 32_768);
    let mut engine = payload.engine(Some(payload.torrent(false)), |config| config.dht = dht);
    if is_private {
        engine.handle(Time::ZERO, Event::Private);
    }
    engine
}

/// A peer comes that knows the DHT or not.
fn meet(engine: &mut Swarm<Vec<u8>>, number: u64, knows_dht: bool) {
    let theirs = Handshake::new(engine.handshake().info_hash, [number as u8 + 100; 20], false);
    let handshake = if knows_dht { theirs.with_dht() } else { theirs };
    let address = SocketAddr::from(([8, 8, 8, number as u8], 6881));
    let connection = ConnectionId(number);
    let direction = Direction::Incoming;
    engine.handle(Time::ZERO, Event::Connected { connection, address, direction, handshake });
}

/// Who was told of our node, and whose nodes we heard of.
fn told_and_heard(engine: &mut Swarm<Vec<u8>>) -> (Vec<(u64, u16)>, Vec<SocketAddr>) {
    let (mut told, mut heard) = (Vec::new(), Vec::new());
    while let Some(action) = engine.poll() {
        match action {
            Action::Send { connection, message: Message::Port(port) } => told.push((connection.0, port)),
            Action::Node { node } => heard.push(node),
            _ => {}
        }
    }
    (told, heard)
}

#[test]
fn the_bit_of_the_dht_is_set_where_there_is_a_node_and_the_torrent_is_public() {
    for (dht, is_private, expected) in
        [(false, false, false), (true, false, true), (true, true, false), (false, true, false)]
    {
        let engine = engine(dht, is_private);
        let ours = engine.handshake();
        let answer = engine.answer(&Handshake::new(ours.info_hash, [1; 20], false)).unwrap();
        assert_eq!((ours.has_dht(), answer.has_dht()), (expected, expected), "{dht} {is_private}");
    }
}

#[test]
fn peers_that_know_the_dht_hear_of_our_node_once_it_answers() {
    for is_private in [false, true] {
        let mut engine = engine(true, is_private);
        meet(&mut engine, 1, true);
        meet(&mut engine, 2, false);
        assert_eq!(told_and_heard(&mut engine).0, [], "it does not answer yet");
        engine.handle(Time::ZERO, Event::OurNode { port: 6881 });
        meet(&mut engine, 3, true);
        let expected: &[(u64, u16)] = if is_private { &[] } else { &[(1, 6881), (3, 6881)] };
        assert_eq!(told_and_heard(&mut engine).0, expected);
    }
}

#[test]
fn the_node_of_a_peer_is_at_its_address_and_heard_once() {
    let node: SocketAddr = "8.8.8.1:9".parse().unwrap();
    for (dht, is_private, ports, expected) in [
        (true, false, &[9, 10, 11][..], &[node][..]),
        (true, false, &[0, 9], &[]),
        (true, true, &[9], &[]),
        (false, false, &[9], &[]),
    ] {
        let mut engine = engine(dht, is_private);
        meet(&mut engine, 1, true);
        for port in ports {
            let message = Message::Port(*port);
            engine.handle(Time::ZERO, Event::Received { connection: ConnectionId(1), message });
        }
        assert_eq!(told_and_heard(&mut engine).1, expected, "{dht} {is_private} {ports:?}");
    }
}
