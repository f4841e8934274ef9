//! Leaves of pieces that are on disk.

use piece_hash::Sha256;

use super::super::leaves::Leaves;
use super::*;

impl Source {
    /// What the blocks of a piece of aligned files hash to.
    fn leaves(&self, piece: u32) -> Vec<Sha256Digest> {
        let layout = self.metainfo.layout();
        let bytes = layout.bytes_of(piece.into()..u64::from(piece) + 1);
        let file = self.metainfo.files().get(layout.files_in(bytes.clone()).next().unwrap());
        let end = bytes.end.min(file.offset + file.length);
        let blocks = self.row[bytes.start as usize..end as usize].chunks(BLOCK);
        blocks.map(|block| Backend::best().digest::<Sha256>(block)).collect()
    }
}

/// The leaves of a piece, and in how many portions it was read.
fn read(run: &mut Run<'_>, piece: u32) -> (Vec<Sha256Digest>, usize) {
    let mut leaves = Leaves::of(&run.storage, piece);
    let mut portions = 1;
    loop {
        match leaves.advance(&run.storage, &mut run.open, Backend::best()).unwrap() {
            Some(leaves) => return (leaves, portions),
            None => portions += 1,
        }
    }
}

#[test]
fn leaves_are_those_of_the_content_wherever_it_lies() {
    for kind in [V2, HYBRID, BARE, BARE_HYBRID] {
        let (source, output) = (Source::new(TREE, kind), Folder::new(""));
        let mut run = start(&source, &source.params(&output)).unwrap();
        run.write(&all_of(&source)).unwrap();
        for _ in 0..2 {
            for piece in all_of(&source) {
                assert_eq!(read(&mut run, piece), (source.leaves(piece), 1), "{kind:?} {piece}");
            }
            // Once in the work folder, once under their names.
            run.storage.complete(&mut run.open).unwrap();
        }
    }
}

#[test]
fn large_pieces_are_read_in_portions() {
    for kind in [V2, HYBRID] {
        let source = Source::cut("d/a 11000000\nd/b 3000000", kind, 4 << 20);
        let output = Folder::new("d/a 11000000\nd/b 3000000");
        let mut run = start(&source, &source.params(&output)).unwrap();
        let portions = [4, 4, 3, 3];
        for (piece, portions) in (0..).zip(portions) {
            assert!(read(&mut run, piece) == (source.leaves(piece), portions), "{kind:?} {piece}");
        }
    }
}

/// What is there is given; a piece that cannot be read is no reason to end, and of a job that is no more nothing is told.
#[test]
fn leaves_are_told_and_a_file_that_is_gone_ends_nothing() {
    let text = "d/a 5000000\nd/b 100000";
    let (source, output) = (Source::cut(text, V2, 2 << 20), Folder::new(text));
    let (disk, heard) = disk();
    let (job, closed) = (JobId(1), JobId(2));
    disk.send(Request::Prepare { job, params: source.params(&output) });
    assert!(matches!(heard.recv().unwrap(), Answer::Prepared { .. }));
    assert!(matches!(heard.recv().unwrap(), Answer::Completed { .. }));
    disk.send(Request::Leaves { job: closed, piece: 0 });
    [2, 0, 3].into_iter().for_each(|piece| disk.send(Request::Leaves { job, piece }));
    for expected in [2, 0, 3] {
        let Answer::Leaves { job: JobId(1), piece, leaves } = heard.recv().unwrap() else { panic!() };
        assert!((piece, leaves) == (expected, Some(source.leaves(expected))), "{piece}");
    }
    let file = fs::OpenOptions::new().write(true).open(output.join("d/a")).unwrap();
    file.set_len(3_500_000).unwrap();
    [1, 3].into_iter().for_each(|piece| disk.send(Request::Leaves { job, piece }));
    assert!(matches!(heard.recv().unwrap(), Answer::Leaves { piece: 1, leaves: None, .. }));
    assert!(matches!(heard.recv().unwrap(), Answer::Leaves { piece: 3, leaves: Some(_), .. }));
    // At most until it is closed.
    disk.send(Request::Leaves { job, piece: 0 });
    disk.send(Request::Close { job });
    disk.send(Request::Leaves { job, piece: 0 });
    drop(disk);
    assert!(matches!(heard.iter().last().unwrap(), Answer::Closed { .. }));
}

/// While the disk tells of the first block, leaves are wanted, and then another block.
#[test]
fn a_block_comes_before_leaves() {
    let text = "d 5000000";
    let (source, output) = (Source::cut(text, V2, 4 << 20), Folder::new(text));
    let (answers, heard) = mpsc::channel();
    let (go, gate) = mpsc::channel();
    let answer = move |answer| {
        let is_block = matches!(answer, Answer::Read { .. });
        answers.send(answer).unwrap();
        if is_block {
            gate.recv().unwrap();
        }
    };
    let (disk, job) = (Disk::start(hashing(), answer).unwrap(), JobId(0));
    disk.send(Request::Prepare { job, params: source.params(&output) });
    assert!(matches!(heard.recv().unwrap(), Answer::Prepared { .. }));
    assert!(matches!(heard.recv().unwrap(), Answer::Completed { .. }));
    let block = |piece| BlockAddress { piece, offset: 0, length: 16384 };
    let read = |piece| Request::Read { job, connection: ConnectionId(1), blocks: vec![block(piece)] };
    disk.send(read(0));
    assert!(matches!(heard.recv().unwrap(), Answer::Read { .. }));
    disk.send(Request::Leaves { job, piece: 0 });
    disk.send(read(1));
    [(), ()].into_iter().for_each(|()| go.send(()).unwrap());
    assert!(matches!(heard.recv().unwrap(), Answer::Read { blocks, .. } if blocks == [block(1)]));
    assert!(matches!(heard.recv().unwrap(), Answer::Leaves { piece: 0, leaves: Some(_), .. }));
}
