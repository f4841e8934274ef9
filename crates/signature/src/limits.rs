//! Every limit on what a stranger can send, with the reason next to each number.

/// Bytes of a trusted comment: a URL, two keys and a number; `minisign` itself takes 8,192.
pub const COMMENT: usize = 4096;

/// Bytes behind a feed among which its signature is looked for: the comment, and 300 of everything else.
pub const INLINE: usize = COMMENT + 512;

/// Bytes of a `.minisig`: two comments, of which `minisign` takes up to 8,192 and 1,024 bytes, and 200 of base64.
pub const MINISIG: usize = 10 << 10;

/// Bytes of a file with a key: a line of comment, and up to 212 of base64.
pub const KEY_FILE: usize = 2048;

/// Memory that unlocking a secret key may take: `minisign` takes 1 GiB.
pub const UNLOCKING: u64 = 2 << 30;
