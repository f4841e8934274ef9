//! Files of a crate that need each other in a circle, by what they import or name.
//!
//! A file that only passes a name on (`pub use`) is not what the importer needs: the edge goes to the file that has the name.
//! What a file needs of the modules inside it makes no circle: a room may use its furniture, which speaks the room's language.

use std::collections::{BTreeMap, BTreeSet};

use crate::Source;
use crate::imports::{Imports, Path};

/// Each circle as the paths of its files, sorted; one sentence a circle.
pub fn circles(sources: &[Source]) -> Vec<String> {
    let mut crates: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources {
        crates.entry(&source.krate).or_default().push(source);
    }
    crates.values().flat_map(|files| Crate::new(files).circles()).collect()
}

/// The files of one crate and what each names.
struct Crate<'a> {
    files: Vec<(&'a Source, Imports)>,
    by_module: BTreeMap<&'a [String], usize>,
}

impl<'a> Crate<'a> {
    fn new(files: &[&'a Source]) -> Self {
        let by_module = files.iter().enumerate().map(|(at, source)| (source.module.as_slice(), at)).collect();
        Self { files: files.iter().map(|source| (*source, Imports::of(source))).collect(), by_module }
    }

    fn circles(&self) -> Vec<String> {
        let edges: Vec<BTreeSet<usize>> = (0..self.files.len()).map(|at| self.needs(at)).collect();
        let reach: Vec<BTreeSet<usize>> = (0..edges.len()).map(|from| reachable(&edges, from)).collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for at in 0..edges.len() {
            let circle: Vec<usize> =
                reach[at].iter().copied().filter(|other| reach[*other].contains(&at)).collect();
            if circle.len() > 1 && seen.insert(circle.clone()) {
                let names: Vec<&str> = circle.iter().map(|file| self.files[*file].0.path.as_str()).collect();
                found.push(names.join(" "));
            }
        }
        found
    }

    /// The files outside this one of which it names something.
    fn needs(&self, at: usize) -> BTreeSet<usize> {
        let (source, imports) = &self.files[at];
        let found = imports.dependencies().filter_map(|path| self.file_of(&source.module, path, 0));
        found.filter(|other| !self.files[*other].0.module.starts_with(&source.module)).collect()
    }

    /// The file that has what `path` names, seen from `module`.
    fn file_of(&self, module: &[String], path: &Path, passed: usize) -> Option<usize> {
        let absolute = absolute(module, path, |first| self.is_module(module, first))?;
        let length =
            (0..=absolute.len()).rev().find(|length| self.by_module.contains_key(&absolute[..*length]))?;
        let file = self.by_module[&absolute[..length]];
        let Some(name) = absolute.get(length) else { return Some(file) };
        let (source, imports) = &self.files[file];
        // Long chains of re-exports would be a fault of another kind.
        let onward = imports.reexports.get(name).or_else(|| imports.uses.get(name));
        match onward.filter(|_| passed < 8) {
            Some(onward) => self.file_of(&source.module, onward, passed + 1).or(Some(file)),
            None => Some(file),
        }
    }

    fn is_module(&self, module: &[String], child: &str) -> bool {
        let path: Vec<String> = module.iter().cloned().chain([child.to_owned()]).collect();
        self.by_module.contains_key(path.as_slice())
    }
}

/// `path` from the root of the crate; `None` if it leads out of the crate or is a name of the file itself.
fn absolute(module: &[String], path: &Path, is_child: impl Fn(&str) -> bool) -> Option<Path> {
    let first = path.first()?.as_str();
    let supers = path.iter().take_while(|part| *part == "super").count();
    match first {
        "crate" => Some(path[1..].to_vec()),
        "super" => {
            Some(module[..module.len().checked_sub(supers)?].iter().chain(&path[supers..]).cloned().collect())
        }
        "self" => Some(module.iter().chain(&path[1..]).cloned().collect()),
        first if is_child(first) => Some(module.iter().chain(path).cloned().collect()),
        _ => None,
    }
}

fn reachable(edges: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut open: Vec<usize> = edges[from].iter().copied().collect();
    while let Some(file) = open.pop() {
        if found.insert(file) {
            open.extend(&edges[file]);
        }
    }
    found
}
