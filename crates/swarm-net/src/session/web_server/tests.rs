//! What is on its way from the disk when a visitor goes.

use std::io::Write;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use test_kit::{Folder, Recipe, torrent_of};
use torrent_core::metainfo::{Metainfo, Protocol};

use super::*;
use crate::disk::Check;
use crate::job::{Goal, Job, JobEvent, Settings, Source};

/// The disk does not hear that somebody has gone, and reads all the same.
#[test]
fn what_is_read_for_who_has_left_counts_until_it_is_read() {
    let folder = Folder::new("d 4000000");
    let recipe = Recipe { protocol: Protocol::V1, piece_length: 1 << 20, align: false };
    let metainfo = Arc::new(Metainfo::parse(torrent_of(&folder, recipe)).unwrap().metainfo);
    let (bind, serve) = (Some(Ipv4Addr::LOCALHOST.into()), Some(Serve::default()));
    let mut session = Session::new(Settings { bind, serve, threads: 1, ..Settings::default() }).unwrap();
    let goal = Goal::Offer(Check::Lazy);
    session.add(Job { goal, ..Job::new(Source::Torrent(metainfo), folder.path()) });
    let is_offered = |session: &mut Session| {
        let events = session.turn(Duration::from_millis(10));
        events.iter().any(|(_, event)| matches!(event, JobEvent::Seeding { .. })).then_some(())
    };
    until(&mut session, is_offered);
    let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, session.port)).unwrap();
    client.write_all(b"GET /content/d HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    let (id, reading) = until(&mut session, |session| {
        session.turn(Duration::from_millis(10));
        let visitors = &session.web_server.as_ref()?.visitors;
        visitors.iter().find(|(_, visitor)| visitor.reading > 0).map(|(id, visitor)| (*id, visitor.reading))
    });
    session.close_visitor(id);
    assert_eq!((session.visitors(), session.holdings().unsent), (0, reading));
    until(&mut session, |session| {
        session.turn(Duration::from_millis(10));
        (session.holdings().unsent == 0).then_some(())
    });
}

/// Turns until something comes of it.
fn until<T>(session: &mut Session, mut found: impl FnMut(&mut Session) -> Option<T>) -> T {
    (0..3000).find_map(|_| found(session)).expect("it comes within half a minute")
}
