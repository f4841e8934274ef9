//! Encrypts what a stream carries.
//!
//! What comes is decrypted where it lies. What goes has to be copied first: blocks that are sent belong to the disk, and others get them as
//! well.

use std::io::{self, IoSlice, IoSliceMut, Write};

use swarm::secure::Ciphers;

/// The ciphers of a stream, and what was encrypted and did not go.
pub(super) struct Sealing {
    ciphers: Ciphers,
    /// The start of what is to be written, encrypted: a cipher cannot do that twice.
    sealed: Vec<u8>,
}

impl Sealing {
    /// From here on all is encrypted, but what is `sealed` already: it is written as it is.
    pub(super) fn new(ciphers: Ciphers, sealed: Vec<u8>) -> Self {
        Self { ciphers, sealed }
    }

    /// The first `count` bytes of these came.
    pub(super) fn open(&mut self, buffers: &mut [IoSliceMut<'_>], mut count: usize) {
        for buffer in buffers {
            let came = count.min(buffer.len());
            self.ciphers.incoming.apply(&mut buffer[..came]);
            count -= came;
            if count == 0 {
                return;
            }
        }
    }

    /// Writes the first of these bytes, and says how many went. All others have to come again the next time, and nothing before them: of
    /// some, what they are encrypted is kept.
    ///
    /// # Errors
    /// The carrier takes nothing.
    pub(super) fn write(&mut self, slices: &[IoSlice<'_>], carrier: &mut impl Write) -> io::Result<usize> {
        self.seal(slices);
        let count = carrier.write(&self.sealed)?;
        self.sealed.drain(..count);
        if self.sealed.is_empty() {
            // A connection that is quiet keeps no memory for this.
            self.sealed = Vec::new();
        }
        Ok(count)
    }

    /// Of what is to be written, how many bytes are encrypted already.
    pub(super) fn sealed(&self) -> usize {
        self.sealed.len()
    }

    fn seal(&mut self, slices: &[IoSlice<'_>]) {
        let kept = self.sealed();
        let (mut skip, mut left) = (kept, SEALED.saturating_sub(kept));
        for slice in slices {
            let bytes = &slice[skip.min(slice.len())..];
            skip -= slice.len() - bytes.len();
            let bytes = &bytes[..bytes.len().min(left)];
            left -= bytes.len();
            let before = self.sealed.len();
            self.sealed.extend_from_slice(bytes);
            self.ciphers.outgoing.apply(&mut self.sealed[before..]);
        }
    }
}

/// Bytes that are encrypted ahead of being written: enough for a call of the system to cost little beside the cipher. Where 200 peers take
/// nothing any more, they keep 6 MiB.
const SEALED: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use swarm::secure::{Chance, Encryption, SecureHandshake};

    use super::*;

    /// Takes so many bytes at a time.
    struct Sink(Vec<u8>, usize);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.1);
            self.0.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The ciphers of both ends of a stream.
    fn ciphers() -> [Ciphers; 2] {
        let chance = |number| Chance::new([number; 28]);
        let mut initiator = SecureHandshake::initiator(Encryption::Require, [7; 20], b"", chance(1));
        let mut responder = SecureHandshake::responder(Encryption::Require, chance(2));
        assert!(responder.receive(&initiator.take_output(), &|_| None).unwrap().is_none());
        assert!(initiator.receive(&responder.take_output(), &|_| None).unwrap().is_none());
        let theirs = responder.receive(&initiator.take_output(), &|_| Some([7; 20])).unwrap();
        let ours = initiator.receive(&responder.take_output(), &|_| None).unwrap();
        [ours, theirs].map(|end| end.unwrap().ciphers.unwrap())
    }

    #[test]
    fn what_is_written_in_any_portions_is_read_in_any() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
        for (portion, offered) in [(1000, 1000), (100_000, 7777), (1 << 20, 1 << 20), (333, 1 << 20)] {
            let [ours, theirs] = ciphers();
            let mut sealing = Sealing::new(ours, b"as it is".to_vec());
            let (mut sink, mut sent) = (Sink(Vec::new(), portion), 0);
            let all = [b"as it is", &bytes[..]].concat();
            while sent < all.len() {
                let rest = &all[sent..all.len().min(sent + sealing.sealed() + offered)];
                let slices: Vec<_> = rest.chunks(5000).map(IoSlice::new).collect();
                sent += sealing.write(&slices, &mut sink).unwrap();
                assert!(sealing.sealed() <= SEALED && sealing.sealed.capacity() <= 2 * SEALED);
            }
            let mut opening = Sealing::new(theirs, Vec::new());
            let read = sink.0.split_off(8);
            for chunk in read.chunks(3001) {
                let mut chunk = [chunk, b"untouched"].concat();
                let count = chunk.len() - 9;
                let (first, second) = chunk.split_at_mut(count / 2);
                opening.open(&mut [IoSliceMut::new(first), IoSliceMut::new(second)], count);
                assert!(chunk.ends_with(b"untouched"));
                sink.0.extend(&chunk[..count]);
            }
            assert!(sink.0 == all, "{portion} {offered}");
        }
    }
}
