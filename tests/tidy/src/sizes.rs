//! Functions that do not fit on a screen, and files that hold more than one idea.

use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use crate::Source;

/// Functions of more than `most` lines, signature and closing brace counted, attributes and comments above not.
pub fn long_functions(sources: &[Source], most: usize) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources {
        let mut functions = Functions { found: Vec::new() };
        functions.visit_file(&source.syntax);
        let long = functions.found.into_iter().filter(|(_, lines)| *lines > most);
        offences.extend(long.map(|(name, lines)| format!("{}: `{name}` has {lines} lines", source.path)));
    }
    offences
}

/// Files of more than `most` lines.
pub fn long_files(sources: &[Source], most: usize) -> Vec<String> {
    let long = sources.iter().filter(|source| source.lines > most);
    long.map(|source| format!("{}: {} lines", source.path, source.lines)).collect()
}

struct Functions {
    found: Vec<(String, usize)>,
}

impl Functions {
    fn add(&mut self, signature: &Signature, body: &Block) {
        let (first, last) = (signature.fn_token.span.start(), body.brace_token.span.close().end());
        self.found.push((signature.ident.to_string(), last.line - first.line + 1));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}
