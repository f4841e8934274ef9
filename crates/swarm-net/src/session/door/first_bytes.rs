//! What a caller speaks, by its first bytes.
//!
//! A protocol that is to be spoken at this port as well gets a variant, a line in the table, and an arm in [`super`] that leads to its
//! own file.

use swarm::wire::PROTOCOL;

/// What first bytes show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spoken {
    /// Nothing yet: more of them may become the start of a protocol.
    NeedsMore,
    /// A handshake of BEP 3 begins.
    BitTorrent,
    /// A request of HTTP begins.
    Http,
    /// Nothing else that is spoken here: an encrypted stream may begin, whose first bytes are random.
    Encrypted,
}

/// What `bytes` are the start of. That shows as early as it can, and of [`LONGEST`] bytes always.
pub(super) fn spoken(bytes: &[u8]) -> Spoken {
    let begun = OPENINGS.iter().find(|(opening, _)| bytes.starts_with(opening));
    match begun {
        Some((_, spoken)) => *spoken,
        None if OPENINGS.iter().any(|(opening, _)| opening.starts_with(bytes)) => Spoken::NeedsMore,
        None => Spoken::Encrypted,
    }
}

/// How each protocol begins. None begins as another does.
const OPENINGS: [(&[u8], Spoken); 10] = [
    (PROTOCOL, Spoken::BitTorrent),
    (b"GET ", Spoken::Http),
    (b"HEAD ", Spoken::Http),
    // These are told that they are not answered here.
    (b"POST ", Spoken::Http),
    (b"PUT ", Spoken::Http),
    (b"PATCH ", Spoken::Http),
    (b"DELETE ", Spoken::Http),
    (b"OPTIONS ", Spoken::Http),
    (b"CONNECT ", Spoken::Http),
    (b"TRACE ", Spoken::Http),
];

/// Bytes of the longest opening.
pub(super) const LONGEST: usize = PROTOCOL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_protocol_shows_as_early_as_it_can() {
        let cases: [(&[u8], Spoken); 15] = [
            (b"", Spoken::NeedsMore),
            (b"\x13", Spoken::NeedsMore),
            (b"\x13BitTorrent protoco", Spoken::NeedsMore),
            (b"\x13BitTorrent protocol", Spoken::BitTorrent),
            (b"\x13BitTorrent protocol\0\0", Spoken::BitTorrent),
            (b"\x13BitTorrent Protocol", Spoken::Encrypted),
            (b"\x13b", Spoken::Encrypted),
            (b"G", Spoken::NeedsMore),
            (b"GET", Spoken::NeedsMore),
            (b"GET /", Spoken::Http),
            (b"GETS", Spoken::Encrypted),
            (b"get /", Spoken::Encrypted),
            (b"P", Spoken::NeedsMore),
            (b"\x16\x03\x01", Spoken::Encrypted),
            (b"\0", Spoken::Encrypted),
        ];
        for (bytes, expected) in cases {
            assert_eq!(spoken(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn of_the_longest_opening_it_is_always_told() {
        assert_eq!(OPENINGS.iter().map(|(opening, _)| opening.len()).max(), Some(LONGEST));
        for (opening, expected) in OPENINGS {
            assert_eq!(spoken(opening), expected);
            for place in 0..opening.len() {
                assert_eq!(spoken(&opening[..place]), Spoken::NeedsMore);
                let mut other = [opening, &[0; LONGEST]].concat();
                other[place] ^= 0x80;
                assert_ne!(spoken(&other[..LONGEST]), Spoken::NeedsMore);
            }
        }
    }
}
