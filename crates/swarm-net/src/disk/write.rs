//! Writes the runs of pieces, a little at a time.

use std::fs::File;
use std::io::{self, IoSlice};

use rustix::io::Errno;

/// Writes all of `slices` at `offset`; an error comes with the place where it happened.
pub(super) fn write_all(file: &File, slices: Vec<&[u8]>, mut offset: u64) -> Result<(), (u64, io::Error)> {
    let mut slices: Vec<IoSlice<'_>> = slices.into_iter().map(IoSlice::new).collect();
    let mut rest = slices.as_mut_slice();
    while !rest.is_empty() {
        match rustix::io::pwritev(file, &at_once(rest, offset), offset) {
            Ok(0) => return Err((offset, io::ErrorKind::WriteZero.into())),
            Ok(written) => {
                IoSlice::advance_slices(&mut rest, written);
                offset += written as u64;
            }
            Err(Errno::INTR) => {}
            Err(errno) => return Err((offset, errno.into())),
        }
    }
    Ok(())
}

/// The first of `slices`, which go to `offset`, up to the next multiple of [`AT_ONCE`] in the file.
fn at_once<'s>(slices: &'s [IoSlice<'s>], offset: u64) -> Vec<IoSlice<'s>> {
    let mut left = AT_ONCE - (offset % AT_ONCE as u64) as usize;
    let cut = |slice: &'s IoSlice<'s>| {
        let length = slice.len().min(left);
        let part = (left > 0).then(|| IoSlice::new(&slice[..length]));
        left -= length;
        part
    };
    slices.iter().map_while(cut).collect()
}

/// Bytes of a write. For a longer one Linux takes larger pages, and of those that were freed it keeps only pages of up to 32 KiB
/// ready for use (`PAGE_ALLOC_COSTLY_ORDER`). Others are often memory that was not touched for long: in a virtual machine whose host
/// has taken free memory back, touching it takes several times as long as the copy.
const AT_ONCE: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};

    use super::*;

    #[test]
    fn a_write_ends_at_a_multiple() {
        let (block, rest) = ([1; 16 << 10], [2; 100]);
        let slices: Vec<IoSlice<'_>> =
            [&rest[..], &[], &block, &block, &block].into_iter().map(IoSlice::new).collect();
        let lengths = |offset| at_once(&slices, offset).iter().map(|slice| slice.len()).collect::<Vec<_>>();
        assert_eq!(lengths(0), [100, 0, 16 << 10, (16 << 10) - 100]);
        assert_eq!(lengths(3 * AT_ONCE as u64 - 100), [100]);
        assert_eq!(lengths(AT_ONCE as u64 - 99), [99]);
        assert_eq!(lengths((64 << 10) - 200), [100, 0, 100]);
    }

    #[test]
    fn all_of_it_is_written_where_it_belongs() {
        let file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..200_000_u32).map(|byte| (byte % 251) as u8).collect();
        write_all(&file, bytes.chunks(16 << 10).collect(), 12_345).unwrap();
        let mut found = vec![0; bytes.len()];
        file.read_exact_at(&mut found, 12_345).unwrap();
        assert!(found == bytes);
        assert_eq!(file.metadata().unwrap().len(), 12_345 + bytes.len() as u64);
    }

    #[test]
    fn an_error_comes_with_its_place() {
        let file = File::from(memfd_create("small", MemfdFlags::ALLOW_SEALING).unwrap());
        file.set_len(AT_ONCE as u64).unwrap();
        fcntl_add_seals(&file, SealFlags::GROW).unwrap();
        let (at, error) = write_all(&file, vec![&[1; 2 * AT_ONCE]], 0).unwrap_err();
        assert_eq!((at, error.kind()), (AT_ONCE as u64, io::ErrorKind::PermissionDenied));
    }
}
