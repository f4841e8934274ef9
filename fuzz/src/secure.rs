//! What must hold for any bytes in the handshake of an encrypted stream.

use swarm::secure::{Chance, Encryption, SecureError, SecureHandshake, Secured};

const INFO_HASH: [u8; 20] = [7; 20];

/// Whatever one side hears, it says little, asks for little, and goes on with nobody who does not know the torrent. However an input is
/// cut, it ends the same. The first byte says which side hears it and how, the second how many bytes come at a time. Of the rest, where
/// the first byte says so, what an honest side would say is changed by it.
pub fn secure(input: &[u8]) {
    let [how, portion, rest @ ..] = input else { return };
    let stream = if how & 4 == 0 { rest.to_vec() } else { spoilt(*how, rest) };
    let whole = hear(*how, &stream, stream.len().max(1));
    let cut = hear(*how, &stream, usize::from(*portion) + 1);
    assert_eq!(whole.is_ok(), cut.is_ok());
    if let (Ok(Some(whole)), Ok(Some(cut))) = (whole, cut) {
        assert_eq!(whole.info_hash, INFO_HASH);
        assert!(
            whole.received.starts_with(&cut.received) && whole.ciphers.is_some() == cut.ciphers.is_some()
        );
    }
}

fn side(how: u8) -> SecureHandshake {
    let encryption = if how & 2 == 0 { Encryption::Allow } else { Encryption::Require };
    match how & 1 {
        0 => SecureHandshake::responder(encryption, Chance::new([1; 28])),
        _ => SecureHandshake::initiator(encryption, INFO_HASH, &[0; 68], Chance::new([1; 28])),
    }
}

fn find(shown: &[u8; 20]) -> Option<[u8; 20]> {
    let mut keys = swarm::secure::StreamKeys::default();
    keys.insert(INFO_HASH);
    keys.find(shown)
}

/// Has a side hear a stream until it makes no sense, or is done.
fn hear(how: u8, stream: &[u8], portion: usize) -> Result<Option<Secured>, SecureError> {
    let mut side = side(how);
    let mut said = side.take_output().len();
    for bytes in stream.chunks(portion) {
        let heard = side.receive(bytes, &find);
        said += side.take_output().len();
        assert!(said <= SAID, "{said}");
        if !matches!(heard, Ok(None)) {
            return heard;
        }
    }
    Ok(None)
}

/// What the other side would say to this one, and by which bytes some of it is changed.
fn spoilt(how: u8, changes: &[u8]) -> Vec<u8> {
    let (mut near, mut far) = (side(how), side(how ^ 1));
    let mut said = Vec::new();
    for _ in 0..3 {
        let from_far = far.take_output();
        let _ = near.receive(&from_far, &find);
        said.extend(from_far);
        let _ = far.receive(&near.take_output(), &find);
    }
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([change[0], change[1]]));
        said.get_mut(place).into_iter().for_each(|byte| *byte ^= change[2]);
    }
    said
}

/// Bytes that a side says in all, at most: a key, padding, hashes, padding again and a handshake of BEP 3.
const SAID: usize = 96 + 512 + 40 + 14 + 512 + 2 + 68;

#[cfg(test)]
mod tests {
    use crate::tests::{kept, over};

    #[test]
    fn secure_over_kept_inputs() {
        over(&kept("secure"), super::secure);
    }
}
