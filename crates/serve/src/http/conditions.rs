//! Conditional requests (RFC 9110, 13): does the client know what is here? All that is here is known by its entity tag.

use super::{ByteRange, Method, Satisfied, Status};

/// What a request makes its answer depend on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Conditions {
    /// Of `If-Match`: the tags of which the content must have one.
    pub if_match: Option<Vec<u8>>,
    /// Of `If-None-Match`: the tags that the client has the content of.
    pub if_none_match: Option<Vec<u8>>,
    /// Of `If-Range`: what the client has a part of. If that has changed, it wants the whole.
    pub if_range: Option<Vec<u8>>,
    /// Which part is wanted.
    pub range: Option<ByteRange>,
}

impl Conditions {
    /// How content with this entity tag and length is answered, and which of its bytes.
    pub fn judge(&self, method: Method, tag: &str, length: u64) -> (Status, Satisfied) {
        if self.if_match.as_deref().is_some_and(|list| !lists(list, tag, false)) {
            return (Status::PreconditionFailed, Satisfied::Nothing);
        }
        if self.if_none_match.as_deref().is_some_and(|list| lists(list, tag, true)) {
            return (Status::NotModified, Satisfied::Nothing);
        }
        let has_part = self.if_range.as_deref().is_none_or(|theirs| theirs == tag.as_bytes());
        match self.range.filter(|_| method == Method::Get && has_part).map(|range| range.of(length)) {
            None => (Status::Ok, Satisfied::Part(0..length)),
            Some(Satisfied::Nothing) => (Status::RangeNotSatisfiable, Satisfied::Nothing),
            Some(part) => (Status::PartialContent, part),
        }
    }
}

/// Whether `*` or a list of entity tags has this one, in the weak comparison or the strong one.
fn lists(list: &[u8], tag: &str, weak: bool) -> bool {
    if list.trim_ascii() == b"*" {
        return true;
    }
    // No tag of ours has a comma in it, so what is cut wrong is another's.
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).any(|theirs| {
        let strong = theirs.strip_prefix(b"W/").filter(|_| weak).unwrap_or(theirs);
        strong == tag.as_bytes()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"ab-1\"";

    /// The conditions are `If-Match`, `If-None-Match`, `If-Range`, `Range`.
    #[test]
    fn answers_depend_on_what_the_client_knows() {
        let part = |range| (Status::PartialContent, Satisfied::Part(range));
        let whole = (Status::Ok, Satisfied::Part(0..10));
        let (fails, same) = (Status::PreconditionFailed, Status::NotModified);
        let none = |status| (status, Satisfied::Nothing);
        let cases = [
            (["", "", "", ""], whole.clone()),
            (["", "", "", "bytes=2-3"], part(2..4)),
            (["", "", "", "bytes=20-"], none(Status::RangeNotSatisfiable)),
            (["", "", TAG, "bytes=2-3"], part(2..4)),
            (["", "", "\"ab-2\"", "bytes=2-3"], whole.clone()),
            (["", "", "W/\"ab-1\"", "bytes=2-3"], whole.clone()),
            (["", "", "Sat, 29 Oct 1994 19:43:31 GMT", "bytes=20-"], whole.clone()),
            (["", TAG, "", ""], none(same)),
            (["", "W/\"ab-1\"", "", "bytes=2-3"], none(same)),
            (["", "\"x\" , \"ab-1\"", "", ""], none(same)),
            (["", "*", "", ""], none(same)),
            (["", "\"x\",\"y,\"", "", ""], whole.clone()),
            ([TAG, "", "", ""], whole.clone()),
            (["*", "", "", "bytes=-1"], part(9..10)),
            (["\"x\"", "", "", ""], none(fails)),
            (["W/\"ab-1\"", "", "", ""], none(fails)),
            (["\"x\"", TAG, "", ""], none(fails)),
        ];
        for (fields, expected) in cases {
            let field =
                |place: usize| Some(fields[place].as_bytes().to_vec()).filter(|text| !text.is_empty());
            let conditions = Conditions {
                if_match: field(0),
                if_none_match: field(1),
                if_range: field(2),
                range: field(3).and_then(|range| ByteRange::parse(&range)),
            };
            assert_eq!(conditions.judge(Method::Get, TAG, 10), expected, "{fields:?}");
        }
    }

    #[test]
    fn only_get_knows_ranges() {
        let conditions = Conditions { range: Some(ByteRange::From(20)), ..Conditions::default() };
        assert_eq!(conditions.judge(Method::Head, TAG, 10), (Status::Ok, Satisfied::Part(0..10)));
    }
}
