//! Optional fields of files that are not what they should be: passed over, and counted so that it can be said.

use super::Warning;
use super::paths::{path, utf8_path};
use crate::bencode::Value;

/// What was odd about the files so far.
#[derive(Default)]
pub(super) struct Odd {
    pub(super) attr: Count,
    twin: Count,
    only_twin: bool,
}

/// How often, and at which file first.
#[derive(Default)]
pub(super) struct Count {
    first: usize,
    count: usize,
}

impl Count {
    pub(super) fn note(&mut self, is_odd: bool, index: usize) {
        if is_odd && self.count == 0 {
            self.first = index;
        }
        self.count += usize::from(is_odd);
    }

    fn warning(&self, key: &'static str) -> Option<Warning> {
        let Self { first, count } = *self;
        (count > 0).then_some(Warning::FileField { key, first, count })
    }
}

impl Odd {
    /// Looks at the path of a file and its `.utf-8` twin.
    pub(super) fn twin(&mut self, raw: Option<Value<'_>>, twin: Option<Value<'_>>, index: usize) {
        if twin.is_some() {
            let is_odd = utf8_path(twin).is_none();
            self.twin.note(is_odd, index);
            self.only_twin |= !is_odd && path(raw).is_none();
        }
    }

    pub(super) fn warnings(&self) -> impl Iterator<Item = Warning> {
        let only_twin = self.only_twin.then_some(Warning::OnlyUtf8("path"));
        let fields = [self.attr.warning("attr"), self.twin.warning("path.utf-8"), only_twin];
        fields.into_iter().flatten()
    }
}
