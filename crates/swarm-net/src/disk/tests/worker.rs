//! The disk's thread: what it is asked, and what it answers.

use super::*;

#[test]
fn requests_are_answered() {
    let (source, output) = (Source::new(TREE, V2), Folder::new(""));
    let (disk, heard) = disk();
    let (job, pool) = (JobId(3), Pool::new(8 << 20));
    disk.send(Request::Prepare { job, params: source.params(&output) });
    let Answer::Prepared { torrent, .. } = heard.recv().unwrap() else { panic!() };
    assert!(torrent.wanted.iter().all(|wanted| *wanted) && !torrent.have.contains(&true));
    for piece in (0..source.pieces()).rev() {
        let (blocks, merkle) = (source.blocks(&pool, piece), source.merkle(&pool, piece));
        disk.send(Request::Write { job, piece: piece.into(), blocks, merkle });
    }
    let mut written: Vec<u32> = (0..source.pieces())
        .map(|_| match heard.recv().unwrap() {
            Answer::Written { piece, .. } => piece.into(),
            other => panic!("{other:?}"),
        })
        .collect();
    written.sort_unstable();
    assert_eq!(written, all_of(&source));
    assert!(matches!(heard.recv().unwrap(), Answer::Completed { job: JobId(3), is_settled: true }));
    assert_eq!(pool.available(), pool.capacity());
    source.assert_is_in(&output);
    let blocks = vec![BlockAddress { piece: 0.into(), offset: 7, length: 1000 }];
    disk.send(Request::Read { job, connection: ConnectionId(1), blocks: blocks.clone() });
    assert!(
        matches!(heard.recv().unwrap(), Answer::Read { bytes, .. } if bytes[..] == source.bytes[7..1007])
    );
    // Some file systems cannot tell, and the thread may not be idle yet.
    let cached = disk.read_cached(job, &blocks);
    assert!(cached.is_none_or(|bytes| bytes[..] == source.bytes[7..1007]));
    assert!(disk.read_cached(JobId(9), &blocks).is_none());
    disk.send(Request::Close { job });
    assert!(matches!(heard.recv().unwrap(), Answer::Closed { .. }));
    disk.send(Request::Close { job: JobId(9) });
    assert!(matches!(heard.recv().unwrap(), Answer::Closed { job: JobId(9) }));
}

#[test]
fn a_job_that_rests_goes_on() {
    let (source, output) = (Source::new(TREE, V2), Folder::new(""));
    let (disk, heard) = disk();
    let (job, pool) = (JobId(3), Pool::new(8 << 20));
    let mut answers = heard.iter().filter(|answer| !matches!(answer, Answer::Written { .. }));
    disk.send(Request::Prepare { job, params: source.params(&output) });
    assert!(matches!(answers.next(), Some(Answer::Prepared { .. })));
    for half in [0..2, 2..source.pieces()] {
        let end = half.end;
        for piece in half {
            let (blocks, merkle) = (source.blocks(&pool, piece), source.merkle(&pool, piece));
            disk.send(Request::Write { job, piece: piece.into(), blocks, merkle });
        }
        let is_whole = end == source.pieces();
        if is_whole {
            assert!(matches!(answers.next(), Some(Answer::Completed { .. })));
        }
        disk.send(Request::Rest { job });
        let Some(Answer::Rested { torrent, .. }) = answers.next() else { panic!() };
        let had: Vec<bool> = (0..source.pieces()).map(|piece| piece < end).collect();
        assert_eq!(torrent.have, had);
    }
    source.assert_is_in(&output);
}

/// Files get their names while others still come, and then belong to the user, who may take them away.
#[test]
fn a_file_that_is_gone_is_not_read_and_ends_nothing() {
    let (source, output) = (Source::new("d/a 32768\nd/b 65536", V2), Folder::new(""));
    let (disk, heard) = disk();
    let (job, connection, pool) = (JobId(0), ConnectionId(1), Pool::new(8 << 20));
    let params = || Request::Prepare { job, params: source.params(&output) };
    let write =
        |piece| Request::Write { job, piece, blocks: source.blocks(&pool, piece.into()), merkle: None };
    let block = |piece| BlockAddress { piece, offset: 0, length: 16384 };
    let read = |piece| Request::Read { job, connection, blocks: vec![block(piece)] };
    disk.send(params());
    assert!(matches!(heard.recv().unwrap(), Answer::Prepared { .. }));
    [0, 1].into_iter().for_each(|piece| disk.send(write(piece.into())));
    let written = |answer| matches!(answer, Answer::Written { .. });
    assert!(heard.iter().take(2).all(written));
    // Written, so its file is open; after this it has its name and is closed.
    disk.send(Request::Close { job });
    assert!(matches!(heard.recv().unwrap(), Answer::Closed { .. }));
    disk.send(params());
    assert!(matches!(heard.recv().unwrap(), Answer::Prepared { .. }));
    output.remove("d/a");
    [0, 0, 1].into_iter().for_each(|piece| disk.send(read(piece.into())));
    assert!(matches!(
        heard.recv().unwrap(),
        Answer::Unread { connection: ConnectionId(1), error: Some(_), .. }
    ));
    assert!(matches!(heard.recv().unwrap(), Answer::Unread { error: None, .. }));
    assert!(matches!(heard.recv().unwrap(), Answer::Read { blocks, .. } if blocks == [block(1.into())]));
    disk.send(write(2.into()));
    assert!(matches!(heard.recv().unwrap(), Answer::Written { piece, .. } if piece == 2.into()));
    assert!(matches!(heard.recv().unwrap(), Answer::Completed { .. }));
    assert!(output.read("d/b") == source.tree.read("d/b"));
}

#[test]
fn a_job_that_fails_leaves_the_others_alone() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(""));
    let (other, elsewhere) = (Source::new("d/x 70000", V1), Folder::new("d/x: mine"));
    let (disk, heard) = disk();
    disk.send(Request::Prepare { job: JobId(0), params: other.params(&elsewhere) });
    disk.send(Request::Prepare { job: JobId(1), params: source.params(&output) });
    assert!(matches!(
        heard.recv().unwrap(),
        Answer::Failed { job: JobId(0), error: DiskError::Exists { .. } }
    ));
    assert!(matches!(heard.recv().unwrap(), Answer::Prepared { job: JobId(1), .. }));
    let pool = Pool::new(1 << 20);
    disk.send(Request::Write {
        job: JobId(0),
        piece: 0.into(),
        blocks: source.blocks(&pool, 0),
        merkle: None,
    });
    disk.send(Request::Write {
        job: JobId(1),
        piece: 0.into(),
        blocks: source.blocks(&pool, 0),
        merkle: None,
    });
    assert!(matches!(heard.recv().unwrap(), Answer::Written { job: JobId(1), piece } if piece == 0.into()));
    drop(disk);
    assert!(matches!(heard.recv().unwrap(), Answer::Closed { job: JobId(1) }));
    assert_eq!(start(&source, &source.params(&output)).unwrap().have, [0]);
}

/// What this process has open in a folder.
fn open_in(folder: &Folder) -> Vec<PathBuf> {
    let open = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| entry.ok()?.path().read_link().ok());
    open.filter(|path| path.starts_with(folder.path())).collect()
}

#[test]
fn a_torrent_whose_files_have_their_names_holds_nothing_open() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(""));
    start(&source, &source.params(&output)).unwrap().finish().unwrap();
    let (disk, heard) = disk();
    let (job, connection) = (JobId(1), ConnectionId(1));
    disk.send(Request::Prepare { job, params: source.params(&output) });
    assert!(matches!(heard.recv().unwrap(), Answer::Prepared { .. }));
    assert!(matches!(heard.recv().unwrap(), Answer::Completed { is_settled: true, .. }));
    assert_eq!(open_in(&output), Vec::<PathBuf>::new());
    let blocks = vec![BlockAddress { piece: 0.into(), offset: 7, length: 1000 }];
    disk.send(Request::Read { job, connection, blocks });
    assert!(
        matches!(heard.recv().unwrap(), Answer::Read { bytes, .. } if bytes[..] == source.bytes[7..1007])
    );
    disk.send(Request::Close { job });
    assert!(matches!(heard.recv().unwrap(), Answer::Closed { .. }));
    assert_eq!(open_in(&output), Vec::<PathBuf>::new());
}
