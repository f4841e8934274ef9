//! Which peers hear that a piece is here.

use super::driver::connected;
use super::*;

const PIECE: u64 = 16_384;
const PEER: ConnectionId = ConnectionId(1);

/// What a peer says first.
type Says = Vec<Message<Vec<u8>>>;

/// An engine that has the first `had` of four pieces, and a peer of it.
struct Talk {
    payload: Payload,
    engine: Swarm<Vec<u8>>,
    haves: Vec<u32>,
}

impl Talk {
    /// With `is_link`, the metadata comes after the peer has said what it has.
    fn new(had: usize, is_link: bool, says: &[Message<Vec<u8>>]) -> Self {
        let payload = Payload::new(Protocol::V1, &[4 * PIECE], PIECE);
        let mut torrent = payload.torrent(false);
        torrent.have[..had].fill(true);
        let engine = payload.engine((!is_link).then(|| torrent.clone()), |_| {});
        let mut talk = Self { payload, engine, haves: Vec::new() };
        talk.tell(connected(&talk.engine, PEER, [8; 4]));
        says.iter().for_each(|message| talk.hear(message.clone()));
        if is_link {
            talk.tell(Event::Ready(torrent));
        }
        talk
    }

    fn hear(&mut self, message: Message<Vec<u8>>) {
        self.tell(Event::Received { connection: PEER, message });
    }

    /// Tells the engine what happened, and does what it wants: every block comes at once.
    fn tell(&mut self, event: Event<Vec<u8>>) {
        self.engine.handle(Time::ZERO, event);
        while let Some(action) = self.engine.poll() {
            let answer = match self.payload.carry_out(action) {
                Ok(answer) => answer,
                Err(Action::Send { message: Message::Have(piece), .. }) => {
                    self.haves.push(piece.into());
                    continue;
                }
                Err(Action::Send { message: Message::Request(block), .. }) => {
                    let message = Message::Piece { block, data: self.payload.block(block) };
                    Event::Received { connection: PEER, message }
                }
                Err(_) => continue,
            };
            self.engine.handle(Time::ZERO, answer);
        }
    }
}

fn bits(bits: u8) -> Message<Vec<u8>> {
    Message::Bitfield(vec![bits])
}

/// What a peer that first `says` so hears of pieces 0 to 3 when it has given all that it has.
#[test]
fn only_who_came_with_everything_does_not_hear_of_a_piece() {
    use Message::{Have, HaveAll, HaveNone, Unchoke};
    let cases: [(&str, Says, &[u32]); 8] = [
        ("a seed", vec![HaveAll], &[]),
        ("a seed without BEP 6", vec![bits(0xf0)], &[]),
        ("super-seeding (BEP 16), the first piece", vec![HaveNone, Have(2.into())], &[2]),
        ("super-seeding without BEP 6", vec![Have(1.into())], &[1]),
        (
            "super-seeding, more and more",
            vec![HaveNone, Have(0.into()), Have(1.into()), Have(2.into()), Have(3.into())],
            &[0, 1, 2, 3],
        ),
        ("a bitfield with gaps that `have`s fill", vec![bits(0xe0), Have(3.into())], &[0, 1, 2, 3]),
        ("another downloader", vec![bits(0x80)], &[0]),
        ("one that has nothing", vec![HaveNone], &[]),
    ];
    for (who, says, heard) in cases {
        let mut talk = Talk::new(0, false, &says);
        talk.hear(Unchoke);
        talk.haves.sort_unstable();
        assert_eq!(talk.haves, heard, "{who}");
    }
}

/// Metadata comes late, and finds pieces on the disk.
#[test]
fn what_was_on_disk_when_the_metadata_came_is_announced() {
    use Message::{Have, HaveAll, HaveNone};
    let cases: [(&str, bool, Says, &[u32]); 5] = [
        ("another downloader", true, vec![HaveNone], &[0, 1]),
        ("super-seeding", true, vec![HaveNone, Have(0.into())], &[0, 1]),
        ("one that has not spoken", true, vec![], &[0, 1]),
        ("a seed", true, vec![HaveAll], &[]),
        ("no link: our bitfield has said it", false, vec![HaveNone], &[]),
    ];
    for (who, is_link, says, heard) in cases {
        assert_eq!(Talk::new(2, is_link, &says).haves, heard, "{who}");
    }
}

/// It shows a piece, hears that the last one arrived, and chokes whoever says in between that nothing is of interest.
#[test]
fn a_super_seed_that_chokes_after_each_piece_is_asked_at_once() {
    use Message::{Choke, Have, HaveNone, Unchoke};
    let mut talk = Talk::new(0, false, &[HaveNone, Have(2.into())]);
    talk.hear(Unchoke);
    for piece in [0, 3, 1] {
        talk.hear(Choke);
        talk.hear(Have(piece.into()));
        talk.hear(Unchoke);
    }
    assert_eq!(talk.haves, [2, 0, 3, 1]);
}
