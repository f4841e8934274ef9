//! What is kept of the files that were found.

use super::super::found::{FoundFile, FoundFiles};
use crate::journal::{FileStamp, Holder};

#[test]
fn files_are_found_in_whatever_order_they_were_noted() {
    let found = |allocated| FoundFile {
        stamp: FileStamp { length: 1, modified: 2, changed: 3, inode: 4 },
        allocated,
    };
    let mut files = FoundFiles::default();
    for (holder, allocated) in [(Holder::File(1), 1), (Holder::File(5), 5), (Holder::Side, 9)] {
        files.insert(holder, found(allocated));
    }
    files.insert(Holder::File(3), found(3));
    files.insert(Holder::File(5), found(6));
    let allocated: Vec<u64> = files.iter().map(|(_, found)| found.allocated).collect();
    assert_eq!(allocated, [1, 3, 6, 9]);
    assert_eq!(files.get(Holder::File(3)).map(|found| found.allocated), Some(3));
    assert!(files.get(Holder::File(2)).is_none());
}
