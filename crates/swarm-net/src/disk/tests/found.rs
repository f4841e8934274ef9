//! What is kept of the files that were found.

use super::super::found::{Found, FoundFiles};
use crate::journal::{Holder, Stamp};

#[test]
fn files_are_found_in_whatever_order_they_were_noted() {
    let found = |room| Found { stamp: Stamp { length: 1, modified: 2, changed: 3, inode: 4 }, room };
    let mut files = FoundFiles::default();
    for (holder, room) in [(Holder::File(1), 1), (Holder::File(5), 5), (Holder::Side, 9)] {
        files.insert(holder, found(room));
    }
    files.insert(Holder::File(3), found(3));
    files.insert(Holder::File(5), found(6));
    let rooms: Vec<u64> = files.iter().map(|(_, found)| found.room).collect();
    assert_eq!(rooms, [1, 3, 6, 9]);
    assert_eq!(files.get(Holder::File(3)).map(|found| found.room), Some(3));
    assert!(files.get(Holder::File(2)).is_none());
}
