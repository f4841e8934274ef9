//! Names that every common file system holds.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::data::{folded, windows_holds};
use crate::path::RawPathBuf;

/// A name in which what cannot be in one is `_`, and whose end is cut to `longest` bytes, before its extension.
pub(super) fn clean(name: &[u8], longest: usize) -> Vec<u8> {
    let replaced = |character: char| match character {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | char::REPLACEMENT_CHARACTER => '_',
        character if character.is_control() => '_',
        character => character,
    };
    let mut name: String = String::from_utf8_lossy(name).chars().map(replaced).collect();
    if name.is_empty() {
        name.push('_');
    }
    let mut name = shortened(&name, longest);
    // `..` and what Windows leaves out: dots and spaces at the end.
    let kept = name.trim_end_matches(['.', ' ']).len();
    let end: String = name[kept..].chars().map(|_| '_').collect();
    name.replace_range(kept.., &end);
    // A device, such as `con.txt`.
    if !windows_holds(name.as_bytes()) {
        name = shortened(&format!("_{name}"), longest);
    }
    name.into_bytes()
}

/// Cuts a name before its extension.
fn shortened(name: &str, longest: usize) -> String {
    if name.len() <= longest {
        return name.to_owned();
    }
    let (stem, extension) = split(name);
    let most = longest.saturating_sub(extension.len());
    let end = (0..=most.min(stem.len())).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or(0);
    format!("{}{extension}", &stem[..end])
}

/// A name and its extension with the dot, if it has one that looks so.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.').filter(|dot| *dot > 0 && name.len() - dot <= LONGEST_EXTENSION) {
        Some(dot) => name.split_at(dot),
        None => (name, ""),
    }
}

/// Keeps files apart whose names became one, also where a file system sees no difference of case.
pub(super) struct Apart {
    /// Each with a number of its own. A file may be in any number of folders, so none is kept with its whole path.
    folders: HashMap<Place, usize>,
    files: HashSet<Place>,
    /// By name, as far as it stays when a number is put behind it: the number that was tried last.
    tried: HashMap<Place, u32>,
}

/// The number of a folder, and a name in it, the same for names that some file system takes for one.
type Place = (usize, Vec<u8>);

impl Apart {
    /// For files at these paths, of which those that the user `renamed` have their place for certain.
    pub(super) fn new(
        paths: impl Iterator<Item = Vec<Vec<u8>>>,
        renamed: &BTreeMap<usize, RawPathBuf>,
    ) -> Self {
        let mut apart = Self { folders: HashMap::new(), files: HashSet::new(), tried: HashMap::new() };
        for (index, path) in paths.enumerate() {
            let Some((name, folders)) = path.split_last() else { continue };
            let folder = apart.folder(folders);
            if renamed.contains_key(&index) {
                apart.files.insert((folder, key(name)));
            }
        }
        apart
    }

    /// Gives a file a number behind its name if another has its place.
    pub(super) fn keep_apart(&mut self, path: &mut [Vec<u8>], longest: usize) {
        let Some((last, folders)) = path.split_last_mut() else { return };
        let folder = self.folder(folders);
        let name = String::from_utf8_lossy(last).into_owned();
        let (stem, extension) = split(&name);
        let mut taken = (folder, key(last));
        while self.folders.contains_key(&taken) || !self.files.insert(taken) {
            let stays = shortened(stem, longest.saturating_sub(extension.len() + LONGEST_NUMBER));
            let stays = (folder, key(format!("{stays}{extension}").as_bytes()));
            let number = self.tried.entry(stays).or_insert(1);
            *number += 1;
            let end = format!("_{number}{extension}");
            let stem = shortened(stem, longest.saturating_sub(end.len()));
            *last = format!("{stem}{end}").into_bytes();
            taken = (folder, key(last));
        }
    }

    /// The number of the folder at this path.
    fn folder(&mut self, path: &[Vec<u8>]) -> usize {
        path.iter().fold(0, |folder, name| {
            let next = self.folders.len() + 1;
            *self.folders.entry((folder, key(name))).or_insert(next)
        })
    }
}

fn key(name: &[u8]) -> Vec<u8> {
    folded(name).into_owned()
}

/// With the line in front, in bytes.
const LONGEST_NUMBER: usize = 11;

/// With the dot, in bytes: longer ones are no extensions.
const LONGEST_EXTENSION: usize = 16;
