//! Where a signature stands in a feed: `<?minisign …?>` in the last line of XML, `"_minisign"` as the last key of JSON.
//!
//! What is signed is the feed as it is without that, so that `minisign` itself can judge it.

use std::borrow::Cow;

use crate::limits;
use crate::minisig::{BadSignature, Minisig};

/// A feed and its signature.
pub(crate) struct Signed<'a> {
    /// What is signed, in two parts.
    pub(crate) parts: [&'a [u8]; 2],
    pub(crate) minisig: Minisig,
}

/// Takes a feed apart; `None` if there is no signature in it.
pub(crate) fn split(bytes: &[u8]) -> Result<Option<Signed<'_>>, BadSignature> {
    let form = Form::of(bytes);
    let tail = bytes.len().saturating_sub(limits::INLINE);
    let Some(at) = rfind(&bytes[tail..], form.before).map(|at| at + tail) else { return Ok(None) };
    let inside = &bytes[at + form.before.len()..];
    let is_closed = rfind(inside, form.after.trim_ascii_end()).is_some();
    let why = if is_closed { BadSignature::NotLast } else { BadSignature::Malformed };
    let words = inside.strip_suffix(form.after).ok_or(why)?;
    let words = std::str::from_utf8(words).map_err(|_| BadSignature::Malformed)?;
    let minisig = Minisig::from_words(words).ok_or(BadSignature::Malformed)?;
    let parts = [&bytes[..at + form.kept_before], &form.after[form.kept_after..]];
    Ok(Some(Signed { parts, minisig }))
}

/// The feed as it was signed: without its signature, whether or not that is good.
pub fn without(bytes: &[u8]) -> Cow<'_, [u8]> {
    match split(bytes) {
        Ok(Some(Signed { parts, .. })) => parts.concat().into(),
        _ => bytes.into(),
    }
}

/// Puts a signature into a feed as it is written by us; `None` if it ends otherwise.
pub(crate) fn with(feed: &str, minisig: &Minisig) -> Option<String> {
    let form = Form::of(feed.as_bytes());
    let [before, after] = [form.before, form.after].map(|part| std::str::from_utf8(part).unwrap_or_default());
    let kept = feed.strip_suffix(&after[form.kept_after..])?.strip_suffix(&before[..form.kept_before])?;
    Some([kept, before, &minisig.words(), after].concat())
}

/// What is around a signature.
#[derive(Clone, Copy)]
struct Form {
    before: &'static [u8],
    after: &'static [u8],
    /// As many bytes of `before` belong to the feed itself.
    kept_before: usize,
    /// From here on, `after` belongs to the feed itself.
    kept_after: usize,
}

impl Form {
    fn of(feed: &[u8]) -> Self {
        if feed.trim_ascii_start().starts_with(b"{") { JSON } else { XML }
    }
}

const XML: Form = Form { before: b"\n<?minisign ", after: b"?>\n", kept_before: 1, kept_after: 3 };
const JSON: Form =
    Form { before: b",\n  \"_minisign\": \"", after: b"\"\n}\n", kept_before: 0, kept_after: 1 };

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}
