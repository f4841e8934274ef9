//! Which prefix stands for which namespace, at the place the reader is.

use std::rc::Rc;

use crate::limits;

/// Declarations in force, the innermost last.
#[derive(Default)]
pub(super) struct Namespaces {
    bindings: Vec<Binding>,
}

struct Binding {
    depth: usize,
    prefix: String,
    uri: Rc<str>,
}

impl Namespaces {
    /// Declares a prefix for the element at this depth. False if there are too many.
    pub(super) fn declare(&mut self, depth: usize, prefix: &str, uri: &str) -> bool {
        let fits = self.bindings.len() < limits::NAMESPACES;
        if fits {
            self.bindings.push(Binding { depth, prefix: prefix.to_owned(), uri: uri.into() });
        }
        fits
    }

    /// Forgets what elements at this depth or deeper declared.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.bindings.last().is_some_and(|binding| binding.depth >= depth) {
            self.bindings.pop();
        }
    }

    /// What a prefix stands for. The empty one may stand for nothing; `None` for any other means that it is not declared.
    pub(super) fn resolve(&self, prefix: &str) -> Option<Rc<str>> {
        let found = self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        match found {
            Some(binding) => Some(Rc::clone(&binding.uri)).filter(|uri| !uri.is_empty()),
            None if prefix == "xml" => Some("http://www.w3.org/XML/1998/namespace".into()),
            None => None,
        }
    }
}
