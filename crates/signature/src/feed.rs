//! Who signed a feed, if anybody did.

use crate::inline::{Signed, split};
use crate::key::PublicKey;
use crate::minisig::{BadSignature, Minisig};
use crate::statement::Statement;

/// What there is of a signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judgement {
    /// There is none: nobody says who wrote this.
    Unsigned,
    /// It does not count, which is no better than none.
    Bad(BadSignature),
    /// The key that the statement names has signed the feed as it stands. Whether that is the key of the right publisher, and whether
    /// the statement is of the right feed and not of an older version, is for who has a key pinned.
    Good(Statement),
}

/// Judges a feed by the signature that it carries.
pub fn judge(bytes: &[u8]) -> Judgement {
    match split(bytes) {
        Ok(None) => Judgement::Unsigned,
        Ok(Some(Signed { parts, minisig })) => verified(&parts, &minisig),
        Err(why) => Judgement::Bad(why),
    }
}

/// Judges a feed by a `.minisig` that lies beside it, whose trusted comment must be a [`Statement`] as well.
///
/// What the feed itself carries counts, if there is something: the two files cannot be replaced together.
pub fn judge_beside(bytes: &[u8], minisig: &[u8]) -> Judgement {
    match (judge(bytes), Minisig::from_file(minisig)) {
        (Judgement::Unsigned, Some(minisig)) => verified(&[bytes], &minisig),
        (Judgement::Unsigned, None) => Judgement::Bad(BadSignature::Malformed),
        (judgement, _) => judgement,
    }
}

fn verified(signed: &[&[u8]], minisig: &Minisig) -> Judgement {
    let Some(statement) = Statement::parse(&minisig.comment) else {
        return Judgement::Bad(BadSignature::NoStatement);
    };
    match minisig.verify(signed, &statement.key) {
        Ok(()) => Judgement::Good(statement),
        Err(why) => Judgement::Bad(why),
    }
}

impl Judgement {
    /// The statement, if this key made it.
    ///
    /// # Errors
    /// `None` if the feed is unsigned, else why the signature does not count.
    pub fn by(self, key: &PublicKey) -> Result<Statement, Option<BadSignature>> {
        match self {
            Self::Good(statement) if statement.key == *key => Ok(statement),
            Self::Good(statement) => Err(Some(BadSignature::OtherKey(statement.key.number()))),
            Self::Bad(why) => Err(Some(why)),
            Self::Unsigned => Err(None),
        }
    }
}
