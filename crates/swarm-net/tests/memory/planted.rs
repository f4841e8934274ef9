//! What others put beside the files of a torrent makes us keep no more.

use std::fs;

use piece_hash::Backend;
use swarm_net::disk::{Claims, Hashing, survey};
use torrent_core::metainfo::Metainfo;

use crate::{ALLOCATOR, alone, begin, params, v1};

#[test]
fn names_that_somebody_put_into_the_work_folder_are_not_kept() {
    let _alone = alone();
    let metainfo = Metainfo::parse(v1(&[1 << 10; 10], 1 << 10, "")).expect("it is a torrent").metainfo.into();
    let folder = tempfile::tempdir().expect("there is room for a folder");
    begin(&metainfo, folder.path());
    let look = || {
        let hashing = Hashing { backend: Backend::best(), threads: 1, memory: 1 << 20 };
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        survey(&params(&metainfo, folder.path()), hashing, &mut Claims::default())
            .expect("it can be looked at");
        ALLOCATOR.peak_usage().saturating_sub(before)
    };
    let few = look();
    let mut there = fs::read_dir(folder.path()).expect("it is there").filter_map(Result::ok);
    let work = there.find(|entry| entry.file_name().to_string_lossy().starts_with(".piecework-"));
    let work = work.expect("it was begun").path();
    for n in 0..5000 {
        fs::write(work.join(format!("{n:0200}")), "").expect("there is room for a file");
    }
    let many = look();
    // They would be a mebibyte; a listing is read through a buffer.
    assert!(many <= few + (256 << 10), "{few} bytes, and {many} beside 5000 names");
}
