//! Both sides against each other, and against bytes that an independent program worked out.

use piece_hash::{Backend, Sha1};
use proptest::prelude::*;

use super::key_exchange::PrivateKey;
use super::*;

const INFO_HASH: [u8; 20] = [7; 20];

/// A side with a key and padding of these lengths.
fn chance(first: u8, padding: [usize; 2]) -> Chance {
    let key = std::array::from_fn(|place| first + place as u8);
    Chance { private_key: PrivateKey::new(key), padding, bytes: fastrand::Rng::with_seed(first.into()) }
}

fn initiator(encryption: Encryption, info_hash: [u8; 20], padding: [usize; 2]) -> SecureHandshake {
    SecureHandshake::initiator(encryption, info_hash, b"hello", chance(1, padding))
}

fn responder(encryption: Encryption, padding: [usize; 2]) -> SecureHandshake {
    SecureHandshake::responder(encryption, chance(101, padding))
}

/// One side and what became of it: the rest of what came is still to be read.
struct End {
    side: SecureHandshake,
    secured: Option<Secured>,
    said: Vec<u8>,
}

impl End {
    fn new(side: SecureHandshake) -> Self {
        Self { side, secured: None, said: Vec::new() }
    }

    fn hear(&mut self, bytes: &[u8]) -> Result<(), SecureError> {
        let mut keys = StreamKeys::default();
        keys.insert([8; 20]);
        keys.insert(INFO_HASH);
        match &mut self.secured {
            Some(secured) => {
                let mut bytes = bytes.to_vec();
                secured.ciphers.iter_mut().for_each(|ciphers| ciphers.incoming.apply(&mut bytes));
                secured.received.extend(bytes);
            }
            None => self.secured = self.side.receive(bytes, &|shown| keys.find(shown))?,
        }
        Ok(())
    }

    fn say(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        let ciphers = self.secured.as_mut().and_then(|secured| secured.ciphers.as_mut());
        ciphers.into_iter().for_each(|ciphers| ciphers.outgoing.apply(&mut bytes));
        self.said.extend(&bytes);
        bytes
    }

    fn received(&self) -> &[u8] {
        self.secured.as_ref().map_or(&[], |secured| &secured.received)
    }

    fn is_encrypted(&self) -> Option<bool> {
        self.secured.as_ref().map(|secured| secured.ciphers.is_some())
    }
}

/// Lets both talk until neither says more; `portion` bytes at a time.
fn talk(ends: &mut [End; 2], portion: usize) -> Result<(), SecureError> {
    loop {
        let mut is_quiet = true;
        for side in 0..2 {
            let said = ends[side].side.take_output();
            ends[side].said.extend(&said);
            is_quiet &= said.is_empty();
            said.chunks(portion).try_for_each(|bytes| ends[1 - side].hear(bytes))?;
        }
        if is_quiet {
            return Ok(());
        }
    }
}

/// Has them shake hands, and say a word each behind it.
fn meet(
    initiator: SecureHandshake,
    responder: SecureHandshake,
    portion: usize,
) -> Result<[End; 2], SecureError> {
    let mut ends = [End::new(initiator), End::new(responder)];
    talk(&mut ends, portion)?;
    for (side, text) in [(0, b"more"), (1, b"back")] {
        let bytes = ends[side].say(text);
        bytes.chunks(portion).try_for_each(|bytes| ends[1 - side].hear(bytes))?;
    }
    assert_eq!((ends[0].received(), ends[1].received()), (&b"back"[..], &b"hellomore"[..]));
    assert!(ends.iter().all(|end| end.secured.as_ref().unwrap().info_hash == INFO_HASH));
    assert_eq!(ends[0].is_encrypted(), ends[1].is_encrypted());
    Ok(ends)
}

/// How a meeting of such sides ends: whether what follows is encrypted.
fn outcome(initiator: SecureHandshake, responder: SecureHandshake) -> Result<bool, SecureError> {
    meet(initiator, responder, usize::MAX).map(|ends| ends[0].is_encrypted().unwrap())
}

#[test]
fn both_say_what_an_independent_program_worked_out() {
    let (a, b) = (initiator(Encryption::Require, INFO_HASH, [0, 3]), responder(Encryption::Require, [0, 2]));
    let ends = meet(a, b, usize::MAX).unwrap();
    let digests = ends.map(|end| Backend::best().digest::<Sha1>(&end.said));
    let hex = digests.map(|digest| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    assert_eq!(hex, ["373eddd1b08f152025a781d55ea0101fce1cc5a1", "593009ba20cc8964e58aaf7f661c61dd3f28300f"]);
}

#[test]
fn nothing_is_encrypted_that_neither_side_requires() {
    use Encryption::{Allow, Require};
    for (initiates, receives, is_encrypted) in
        [(Allow, Allow, false), (Allow, Require, true), (Require, Allow, true), (Require, Require, true)]
    {
        let sides = (initiator(initiates, INFO_HASH, [9, 0]), responder(receives, [0, 9]));
        assert_eq!(outcome(sides.0, sides.1), Ok(is_encrypted), "{initiates:?} {receives:?}");
    }
}

#[test]
fn padding_may_have_any_length() {
    for length in 0..=PADDING {
        let padding = [length, PADDING - length];
        let sides =
            (initiator(Encryption::Require, INFO_HASH, padding), responder(Encryption::Allow, padding));
        assert_eq!(outcome(sides.0, sides.1), Ok(true), "{padding:?}");
    }
}

#[test]
fn bytes_come_one_at_a_time() {
    for encryption in [Encryption::Allow, Encryption::Require] {
        let padding = [PADDING; 2];
        let sides = (initiator(encryption, INFO_HASH, padding), responder(encryption, padding));
        assert!(meet(sides.0, sides.1, 1).is_ok());
    }
}

#[test]
fn what_cannot_become_a_stream_is_told() {
    let (allow, fine) = (Encryption::Allow, [0; 2]);
    let long =
        |payload: usize| SecureHandshake::initiator(allow, INFO_HASH, &vec![0; payload], chance(1, fine));
    let only_plain = |mut chance: Chance| {
        let output = chance.opening();
        let side = Initiator::new(Methods(PLAINTEXT), INFO_HASH, Vec::new(), chance);
        SecureHandshake { side: Side::Initiator(Box::new(side)), output }
    };
    let cases = [
        (initiator(allow, [9; 20], fine), responder(allow, fine), SecureError::UnknownTorrent),
        (initiator(allow, INFO_HASH, [PADDING + 1, 0]), responder(allow, fine), SecureError::NoSync),
        (initiator(allow, INFO_HASH, fine), responder(allow, [PADDING + 1, 0]), SecureError::NoSync),
        (initiator(allow, INFO_HASH, [0, PADDING + 1]), responder(allow, fine), SecureError::TooLong),
        (initiator(allow, INFO_HASH, fine), responder(allow, [0, PADDING + 1]), SecureError::TooLong),
        (long(PAYLOAD + 1), responder(allow, fine), SecureError::TooLong),
        (long(1 << 16), responder(allow, fine), SecureError::TooLong),
        (only_plain(chance(1, fine)), responder(Encryption::Require, fine), SecureError::NoMethod),
    ];
    for (number, (initiator, responder, expected)) in cases.into_iter().enumerate() {
        assert_eq!(outcome(initiator, responder), Err(expected), "case {number}");
    }
}

#[test]
fn who_sends_no_handshake_is_known_after_a_key_and_padding() {
    for mut end in [
        End::new(initiator(Encryption::Allow, INFO_HASH, [0; 2])),
        End::new(responder(Encryption::Allow, [0; 2])),
    ] {
        let mut heard = 0;
        while end.hear(&[0xa5]).is_ok() {
            heard += 1;
        }
        assert!(end.secured.is_none() && heard < KEY + PADDING + 20, "{heard}");
        assert!(end.hear(&[0xa5; 100]).is_err(), "it goes on");
    }
}

proptest! {
    #[test]
    fn any_cut_leads_to_the_same(portion in 1_usize..700, paddings in any::<[u16; 4]>(), encrypts: bool) {
        let padding = paddings.map(|length| usize::from(length) % (PADDING + 1));
        let encryption = if encrypts { Encryption::Require } else { Encryption::Allow };
        let a = initiator(encryption, INFO_HASH, [padding[0], padding[1]]);
        let b = responder(Encryption::Allow, [padding[2], padding[3]]);
        prop_assert!(meet(a, b, portion).is_ok());
    }

    #[test]
    fn a_wrong_bit_is_no_panic_and_no_stream_of_another_torrent(side in 0_usize..2, place in 0_usize..400, bit in 0_u8..8) {
        let sides = (initiator(Encryption::Require, INFO_HASH, [5, 5]), responder(Encryption::Allow, [5, 5]));
        let mut ends = [End::new(sides.0), End::new(sides.1)];
        let mut before = 0;
        for turn in 0..4 {
            let (from, to) = (turn % 2, 1 - turn % 2);
            let mut said = ends[from].side.take_output();
            if from == side {
                let length = said.len();
                if let Some(byte) = place.checked_sub(before).and_then(|place| said.get_mut(place)) {
                    *byte ^= 1 << bit;
                }
                before += length;
            }
            if ends[to].hear(&said).is_err() {
                break;
            }
        }
        let hashes = ends.iter().flat_map(|end| &end.secured).map(|secured| secured.info_hash);
        prop_assert!(hashes.into_iter().all(|hash| hash == INFO_HASH));
    }

    #[test]
    fn any_bytes_are_heard(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8), dials: bool) {
        let side = if dials { initiator(Encryption::Allow, INFO_HASH, [0; 2]) } else { responder(Encryption::Allow, [0; 2]) };
        let mut end = End::new(side);
        let _ = chunks.iter().try_for_each(|chunk| end.hear(chunk));
    }
}
