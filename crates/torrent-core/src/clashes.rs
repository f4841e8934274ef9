//! The paths of a torrent taken together: they must not get in each other's way.

use crate::files::FileList;
use crate::order::Order;
use crate::path::{RawPath, UnsafeFile, UnsafePath};

/// Checks every path of a torrent and all of them together: no path twice, no file that is also a folder, symbolic
/// links that point inside. Takes `O(n log n)` for `n` files, also where all have the same name.
///
/// # Errors
/// The first file in torrent order whose own path is unsafe; else the first clash found.
pub fn check_files(files: &FileList) -> Result<(), UnsafeFile> {
    for file in files.iter() {
        let link = file.symlink.map_or(Ok(()), |target| target.check().map_err(|_| UnsafePath::Link));
        file.path.check().and(link).map_err(|why| UnsafeFile { index: file.index, why })?;
    }
    for (first, second) in Order::of(files).neighbours() {
        if let Some(why) = clash(files.path(first), files.path(second)) {
            return Err(UnsafeFile { index: second, why });
        }
    }
    Ok(())
}

/// How two neighbours in component order get in each other's way.
fn clash(first: RawPath<'_>, second: RawPath<'_>) -> Option<UnsafePath> {
    if first == second {
        return Some(UnsafePath::Twice);
    }
    let mut longer = second.components();
    first.components().all(|component| longer.next() == Some(component)).then_some(UnsafePath::FileAndFolder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RawPathBuf;

    fn check_list(paths: &[&str], expected: Result<(), (usize, UnsafePath)>) {
        let mut files = FileList::default();
        for path in paths {
            files.push(RawPathBuf::of(path.split('/').map(str::as_bytes)).as_path(), 1);
        }
        assert_eq!(
            check_files(&files).map_err(|unsafe_file| (unsafe_file.index, unsafe_file.why)),
            expected,
            "{paths:?}"
        );
    }

    #[test]
    fn files_must_not_clash() {
        check_list(&["a", "a.txt", "a-b/c", "b/c"], Ok(()));
        check_list(&["b", "a", "b"], Err((2, UnsafePath::Twice)));
        check_list(&["a/b/c", "x", "a/b"], Err((0, UnsafePath::FileAndFolder)));
        check_list(&["a", "a.txt", "a/b"], Err((2, UnsafePath::FileAndFolder)));
    }

    #[test]
    fn links_must_stay_inside() {
        for (target, expected) in [("b/c", true), ("../c", false), ("/c", false)] {
            let mut files = FileList::default();
            let target = RawPathBuf::of(target.split('/').map(str::as_bytes));
            files.push_link(RawPathBuf::of([b"link".as_slice()]).as_path(), target);
            assert_eq!(check_files(&files).is_ok(), expected);
        }
    }
}
