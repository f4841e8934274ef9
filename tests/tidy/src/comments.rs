//! Doc comments: each names its subject and has a verb, for which two words do not do.

use syn::visit::Visit;
use syn::{Attribute, Expr, Lit, Meta};

use crate::Source;

/// Doc comments of less than three words.
pub fn short_comments(sources: &[Source]) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources {
        let mut comments = Comments { lines: Vec::new() };
        comments.visit_file(&source.syntax);
        for lines in comments.lines.chunk_by(|(above, _), (below, _)| above + 1 == *below) {
            let words: Vec<&str> = lines.iter().flat_map(|(_, text)| text.split_whitespace()).collect();
            if words.len() < 3 {
                offences.push(format!("{}:{}: `{}`", source.path, lines[0].0, words.join(" ")));
            }
        }
    }
    offences
}

/// The lines of all doc comments, with their numbers.
struct Comments {
    lines: Vec<(usize, String)>,
}

impl<'ast> Visit<'ast> for Comments {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::NameValue(pair) = &attribute.meta else { return };
        if let (true, Expr::Lit(literal)) = (pair.path.is_ident("doc"), &pair.value)
            && let Lit::Str(text) = &literal.lit
        {
            self.lines.push((attribute.pound_token.spans[0].start().line, text.value()));
        }
    }
}
