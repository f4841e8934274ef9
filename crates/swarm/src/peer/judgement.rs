//! What a message of a peer leads to.

use crate::CloseReason;

/// What a message made clear: the connection goes on, or why it ends.
pub(crate) type Judgement = Result<(), CloseReason>;
