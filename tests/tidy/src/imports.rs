//! The paths that a file names: those of its `use` declarations, and all others with the first part resolved by them.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Item, ItemMod, ItemUse, Macro, UseTree, Visibility};

use crate::Source;

/// A path, part by part.
pub(crate) type Path = Vec<String>;

/// What a file names.
#[derive(Default)]
pub(crate) struct Imports {
    /// Private `use` declarations: the name in this file, and the path that it stands for.
    pub(crate) uses: BTreeMap<String, Path>,
    /// `pub use` declarations, the same way; `*` is a glob, numbered.
    pub(crate) reexports: BTreeMap<String, Path>,
    /// Paths in expressions, types and macros.
    pub(crate) paths: Vec<Path>,
}

impl Imports {
    pub(crate) fn of(source: &Source) -> Self {
        let mut imports = Self::default();
        imports.visit_file(&source.syntax);
        let resolved = imports.paths.iter().map(|path| imports.resolve(path));
        imports.paths = resolved.collect();
        imports
    }

    /// Everything that the file depends on: a re-export alone is no dependency.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = &Path> {
        self.uses.values().chain(&self.paths)
    }

    /// Everything that the file names.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Path> {
        self.dependencies().chain(self.reexports.values())
    }

    fn resolve(&self, path: &Path) -> Path {
        let known = path.first().and_then(|first| self.uses.get(first).or_else(|| self.reexports.get(first)));
        known.map_or_else(|| path.clone(), |known| known.iter().chain(&path[1..]).cloned().collect())
    }

    fn add_use(&mut self, tree: &UseTree, before: &mut Path, is_reexport: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.add_use(&path.tree, before, is_reexport);
                before.pop();
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_use(tree, before, is_reexport))
            }
            UseTree::Name(name) => self.add_name(name.ident.to_string(), None, before, is_reexport),
            UseTree::Rename(name) => {
                self.add_name(name.ident.to_string(), Some(name.rename.to_string()), before, is_reexport);
            }
            UseTree::Glob(_) => self.add_name("*".to_owned(), None, before, is_reexport),
        }
    }

    fn add_name(&mut self, name: String, renamed: Option<String>, before: &Path, is_reexport: bool) {
        let map = if is_reexport { &mut self.reexports } else { &mut self.uses };
        let mut path = before.clone();
        let mut known_as = renamed.unwrap_or_else(|| name.clone());
        match name.as_str() {
            "self" => {
                known_as =
                    if known_as == "self" { path.last().cloned().unwrap_or_default() } else { known_as }
            }
            "*" => known_as = format!("*{}", map.len()),
            _ => path.push(name),
        }
        // Two anonymous traits (`as _`) are two entries.
        if known_as == "_" {
            known_as = format!("_{}", map.len());
        }
        map.insert(known_as, path);
    }
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use(&item.tree, &mut Path::new(), !matches!(item.vis, Visibility::Inherited));
    }

    /// A module within the file may import for itself; its paths count for the file, its names do not.
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        for item in item.content.iter().flat_map(|(_, items)| items) {
            if !matches!(item, Item::Use(_)) {
                self.visit_item(item);
            }
        }
    }

    /// `pub(super)` says who may look, not what is needed.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// The name of a macro ends with `!`. What it is given is not parsed; its words that look like paths are taken from the tokens.
    fn visit_macro(&mut self, call: &'ast Macro) {
        let name: Vec<String> = call.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.push(vec![format!("{}!", name.join("::"))]);
        let tokens = call.tokens.to_string().replace(" :: ", "::");
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let words = tokens.split(|c| !is_word(c)).filter(|word| word.contains("::"));
        self.paths.extend(words.map(|word| word.trim_matches(':').split("::").map(str::to_owned).collect()));
    }
}
