//! Visitors come, are read and written, and go.

use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;

use mio::event::Event;
use swarm::{ConnectionId, Time};

use super::outgoing::Sent;
use super::places::{Admission, VisitorPlace, admit};
use super::visitor::Visitor;
use super::{Session, WebServer};
use crate::transport::Stream;

impl Session {
    /// A caller speaks HTTP, and has said this so far.
    pub(in crate::session) fn welcome(
        &mut self,
        id: ConnectionId,
        address: SocketAddr,
        stream: Stream,
        opening: &[u8],
    ) {
        let mut visitor = Visitor::new(address, stream, self.now);
        visitor.conversation.handle_received(self.now, opening);
        let most = VISITORS.min(self.most_connections() / 2);
        let Some(server) = &self.web_server else { return };
        match admit(&server.places(), most, visitor.address.ip(), server.has_base()) {
            Admission::Refused => return visitor.stream.deregister(self.poll.registry()),
            Admission::InsteadOf(other) => self.close_visitor(other),
            Admission::Free => {}
        }
        let Some(server) = &mut self.web_server else { return };
        server.visitors.insert(id, visitor);
        server.ready.push(id);
    }

    /// Something happens at the socket of a visitor. False if it is nobody's.
    pub(in crate::session) fn on_visitor(&mut self, id: ConnectionId, event: &Event) -> bool {
        let Some(server) = &mut self.web_server else { return false };
        let Some(visitor) = server.visitors.get_mut(&id) else { return false };
        visitor.stream.on_event(event);
        server.ready.push(id);
        true
    }

    /// Takes each visitor that has something to do one step further: it is read once, answered once, and written.
    pub(in crate::session) fn serve_visitors(&mut self) {
        let count = self.web_server.as_ref().map_or(0, |server| server.ready.len());
        for _ in 0..count {
            let next = self.web_server.as_mut().and_then(|server| server.ready.pop());
            if let Some(id) = next
                && self.serve_visitor(id).is_err()
            {
                self.close_visitor(id);
            }
        }
    }

    /// One step.
    ///
    /// # Errors
    /// It has gone, or is to go.
    fn serve_visitor(&mut self, id: ConnectionId) -> io::Result<()> {
        let now = self.now;
        let Some(visitor) = self.web_server.as_mut().and_then(|server| server.visitors.get_mut(&id)) else {
            return Ok(());
        };
        if visitor.leaves.is_some() {
            return throw_away(visitor);
        }
        let has_read = read(visitor, now)?;
        let request = visitor.conversation.poll(now);
        let has_asked = request.is_some();
        if visitor.has_ended && !visitor.conversation.is_answering() {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        request.into_iter().for_each(|request| self.answer_visitor(id, request));
        let has_written = self.write_to_visitor(id)?;
        let Some(server) = &mut self.web_server else { return Ok(()) };
        let Some(visitor) = server.visitors.get_mut(&id) else { return Ok(()) };
        if visitor.conversation.is_answering() && visitor.has_all() {
            visitor.conversation.handle_answered(now);
        }
        if visitor.conversation.is_over() {
            visitor.stream.end_writing();
            visitor.leaves = Some(now + LEAVING);
        }
        if has_read || has_asked || has_written || visitor.leaves.is_some() {
            server.ready.push(id);
        }
        Ok(())
    }

    /// Writes what the socket takes; then more can be read from the disk. True if it took something.
    fn write_to_visitor(&mut self, id: ConnectionId) -> io::Result<bool> {
        let Some(server) = &mut self.web_server else { return Ok(false) };
        let Some(visitor) = server.visitors.get_mut(&id) else { return Ok(false) };
        let mut taken = Sent::default();
        let mut end = Ok(());
        while end.is_ok() && visitor.stream.is_writable && !visitor.outgoing.is_empty() {
            match visitor.outgoing.write(&mut visitor.stream) {
                Ok(Some(Sent { bytes, content })) => {
                    taken = Sent { bytes: taken.bytes + bytes, content: taken.content + content };
                }
                Ok(None) => visitor.stream.is_writable = false,
                Err(error) => end = Err(error),
            }
        }
        visitor.pace.1 += taken.bytes;
        server.held -= taken.content;
        if visitor.content.is_some() {
            server.readers.push(id);
        }
        if let Some(torrent) = visitor.given.and_then(|job| self.torrents.get_mut(job)) {
            torrent.given_to_web += taken.content as u64;
        }
        end.map(|()| taken.bytes > 0)
    }

    /// Looks at those whose time is over, or whose torrent may be there now.
    pub(in crate::session) fn look_at_visitors(&mut self) {
        let now = self.now;
        let Some(server) = &mut self.web_server else { return };
        let (mut over, mut awaiting) = (Vec::new(), Vec::new());
        for (id, visitor) in &mut server.visitors {
            if visitor.is_too_slow(now) || visitor.leaves.is_some_and(|until| until <= now) {
                over.push(*id);
            } else if visitor.conversation.next_deadline().is_some_and(|due| due <= now) {
                server.ready.push(*id);
            } else if visitor.awaits.is_some() {
                awaiting.push(*id);
            }
        }
        over.into_iter().for_each(|id| self.close_visitor(id));
        awaiting.into_iter().for_each(|id| self.answer_again(id));
    }

    /// Ends a visit.
    pub(in crate::session) fn close_visitor(&mut self, id: ConnectionId) {
        let Some(server) = &mut self.web_server else { return };
        if let Some(mut visitor) = server.visitors.remove(&id) {
            server.held -= visitor.outgoing.content();
            // The disk does not hear of it, and reads all the same.
            if let Some(job) = visitor.given.filter(|_| visitor.reading > 0) {
                server.orphans.insert(id, (job, visitor.reading));
            }
            visitor.stream.deregister(self.poll.registry());
        }
    }
}

impl WebServer {
    /// Who has a place, the first to come first.
    fn places(&self) -> Vec<VisitorPlace> {
        let place = |(id, visitor): (&ConnectionId, &Visitor)| VisitorPlace {
            id: *id,
            ip: visitor.address.ip(),
            is_answered: visitor.conversation.is_answering(),
        };
        self.visitors.iter().map(place).collect()
    }
}

/// Reads once, at most what is taken of it. True if there was something.
fn read(visitor: &mut Visitor, now: Time) -> io::Result<bool> {
    let room = visitor.conversation.room();
    if !visitor.stream.is_readable || visitor.has_ended || room == 0 {
        return Ok(false);
    }
    let mut bytes = [0; serve::http::HEAD_BYTES];
    match visitor.stream.read(&mut bytes[..room]) {
        // It may have asked for something, and waits for the answer.
        Ok(0) => {
            visitor.has_ended = true;
            Ok(false)
        }
        Ok(count) => {
            visitor.conversation.handle_received(now, &bytes[..count]);
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            visitor.stream.is_readable = false;
            Ok(false)
        }
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
        Err(error) => Err(error),
    }
}

/// Reads what somebody says who gets nothing more, until it has nothing to say: closing a socket with bytes in it takes our last answer
/// away from who sent them.
fn throw_away(visitor: &mut Visitor) -> io::Result<()> {
    let mut bytes = [0; 4096];
    for _ in 0..THROWN_AWAY {
        match visitor.stream.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Visitors at a time. Each takes up to 256 KiB of content, and 8 KiB of what it asks for.
const VISITORS: usize = 512;

/// How long somebody who gets nothing more has to take its answer.
const LEAVING: Time = Time::from_secs(1);

/// Buffers of what it still sends that are read at a time.
const THROWN_AWAY: usize = 16;
