//! Every limit on what a stranger can send, with the reason next to each number.

/// A feed's bytes after decompression: the longest ones seen have 5 MiB.
pub const BODY: u64 = 16 << 20;

/// Nesting of elements: real feeds have 8 levels.
pub const DEPTH: usize = 64;

/// Attributes of an element: real ones have 10, a root with many namespaces 30.
pub const ATTRIBUTES: usize = 128;

/// Bytes of a text or an attribute: long enough for a magnet link with all its trackers; the rest of a text is cut off,
/// a longer attribute left out.
pub const TEXT: usize = 64 << 10;

/// Namespace declarations in force at a time: each name is looked up among them.
pub const NAMESPACES: usize = 64;

/// Entities that a DOCTYPE declares: the largest tables, those of HTML, have 250 for each of three parts.
pub const ENTITIES: usize = 1000;

/// Entities in entities: beyond two levels only attacks have been seen.
pub const ENTITY_DEPTH: usize = 16;

/// Elements and attributes within one item: bounds what is held while items are read one by one.
pub const ITEM_NODES: usize = 4096;

/// Elements and attributes of a feed that is held whole, some 330 bytes each: 6,500 items as we write them. Their text comes on top: at
/// most that of [`BODY`], which old encodings may have made half as long as it is in UTF-8.
pub const NODES: usize = 110_000;

/// Items of a feed, unless the caller wants more: the largest public feeds have 1,000.
pub const ITEMS: usize = 10_000;

/// Items of a feed that we publish, which is held whole: beyond what fits in [`BODY`] unless they are very short.
pub const PUBLISHED: usize = 100_000;

/// Enclosures, alternates or hashes of one item.
pub const ALTERNATES: usize = 64;

/// Faults that are kept; more are not counted: one is enough to know.
pub const FAULTS: usize = 1000;

/// The limits that a caller may move.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FeedLimits {
    /// Items; what comes after them is not read.
    pub items: usize,
}

impl Default for FeedLimits {
    fn default() -> Self {
        Self { items: ITEMS }
    }
}
