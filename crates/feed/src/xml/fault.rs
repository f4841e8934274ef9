//! What is wrong with the text of a feed.

/// Something wrong, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FeedFault {
    /// What is wrong there.
    pub kind: FeedFaultKind,
    /// The line of the decoded text, from 1.
    pub line: usize,
}

/// What can be wrong with the text of a feed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FeedFaultKind {
    /// Bytes that are none of the encoding.
    #[error("bytes that are not {0}")]
    Encoding(&'static str),
    /// `<?xml` after something else.
    #[error("the XML declaration is not at the very start")]
    LateDeclaration,
    /// Text outside the one root, or a second one.
    #[error("content outside the root element")]
    OutsideRoot,
    /// `&` that begins no entity.
    #[error("a bare `&`")]
    BareAmpersand,
    /// An entity of HTML, which XML does not know.
    #[error("an entity of HTML, such as `&nbsp;`")]
    HtmlEntity {
        /// Its name has no digits.
        letters: bool,
    },
    /// An entity that nobody knows, or that only the document itself defines.
    #[error("an unknown entity")]
    UnknownEntity {
        /// Its name has no digits.
        letters: bool,
    },
    /// NUL, other control characters and noncharacters.
    #[error("a character that XML forbids")]
    ForbiddenCharacter,
    /// The same, written as a number, such as `&#8;`.
    #[error("the number of a character that XML forbids")]
    ForbiddenReference,
    /// An attribute without quotes, without a value, or twice there.
    #[error("a malformed attribute")]
    Attribute,
    /// A prefix that is not declared.
    #[error("a prefix without a namespace")]
    UnboundPrefix,
    /// An end tag that fits no start tag, or not the last one.
    #[error("an end tag that does not fit")]
    EndTag,
    /// An item within something that is no channel: it is not read.
    #[error("an item within another element")]
    NestedItem,
    /// The channel ends before an item in it does: nobody knows what that item has lost.
    #[error("an item without an end")]
    UnendedItem,
    /// Markup that cannot be read; what follows is lost.
    #[error("markup that cannot be read")]
    Markup,
    /// The text ends before the root does.
    #[error("the end is missing")]
    Truncated,
    /// The root is none of a feed.
    #[error("the root element is none of a feed")]
    Root,
    /// Elements are nested more deeply than [`DEPTH`](crate::limits::DEPTH).
    #[error("elements are nested too deep")]
    TooDeep,
    /// More than [`ATTRIBUTES`](crate::limits::ATTRIBUTES) or [`NAMESPACES`](crate::limits::NAMESPACES).
    #[error("too many attributes")]
    TooManyAttributes,
    /// A text has more bytes than [`TEXT`](crate::limits::TEXT).
    #[error("a text is too long")]
    TooLong,
    /// More than [`ITEM_NODES`](crate::limits::ITEM_NODES) in an item.
    #[error("too many elements")]
    TooManyElements,
    /// More than [`FeedLimits::items`](crate::FeedLimits::items), or together more than [`NODES`](crate::limits::NODES).
    #[error("too many items")]
    TooManyItems,
    /// An attachment or item of a JSON feed is not what it should be.
    #[error("JSON that cannot be read")]
    Json,
}

impl FeedFaultKind {
    /// Whether an XML reader that keeps the rules stops here. Where items may stand, and limits of ours, are none of its
    /// business.
    pub fn stops_strict_readers(self) -> bool {
        !matches!(
            self,
            Self::NestedItem
                | Self::UnendedItem
                | Self::TooDeep
                | Self::TooManyAttributes
                | Self::TooLong
                | Self::TooManyElements
                | Self::TooManyItems
        )
    }

    /// An entity of HTML, which most readers know.
    pub fn is_of_html(self) -> bool {
        matches!(self, Self::HtmlEntity { .. })
    }

    /// Whether items may be lost, not only parts of them.
    pub fn loses_items(self) -> bool {
        matches!(
            self,
            Self::NestedItem
                | Self::UnendedItem
                | Self::Markup
                | Self::Truncated
                | Self::Root
                | Self::TooManyElements
                | Self::TooManyItems
                | Self::Json
        )
    }
}
