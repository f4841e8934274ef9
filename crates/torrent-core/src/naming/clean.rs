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
    let room = longest.saturating_sub(extension.len());
    let end = (0..=room.min(stem.len())).rev().find(|end| stem.is_char_boundary(*end)).unwrap_or(0);
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
    folders: HashSet<Vec<u8>>,
    files: HashSet<Vec<u8>>,
    /// By path, as far as it stays when a number is put behind its name: the number that was tried last.
    tried: HashMap<Vec<u8>, u32>,
}

impl Apart {
    /// For files at these paths, of which those that the user `renamed` have their place for certain.
    pub(super) fn new(
        paths: impl Iterator<Item = Vec<Vec<u8>>>,
        renamed: &BTreeMap<usize, RawPathBuf>,
    ) -> Self {
        let (mut folders, mut files) = (HashSet::new(), HashSet::new());
        for (index, path) in paths.enumerate() {
            folders.extend((1..path.len()).map(|depth| key(&path[..depth])));
            if renamed.contains_key(&index) {
                files.insert(key(&path));
            }
        }
        Self { folders, files, tried: HashMap::new() }
    }

    /// Gives a file a number behind its name if another has its place.
    pub(super) fn keep_apart(&mut self, path: &mut [Vec<u8>], longest: usize) {
        let mut taken = key(path);
        let Some(name) = path.last().map(|name| String::from_utf8_lossy(name).into_owned()) else { return };
        let (stem, extension) = split(&name);
        while self.folders.contains(&taken) || !self.files.insert(taken) {
            if let Some(last) = path.last_mut() {
                let stays = longest.saturating_sub(extension.len() + LONGEST_NUMBER);
                *last = format!("{}{extension}", shortened(stem, stays)).into_bytes();
            }
            let number = self.tried.entry(key(path)).or_insert(1);
            *number += 1;
            let end = format!("_{number}{extension}");
            let stem = shortened(stem, longest.saturating_sub(end.len()));
            if let Some(last) = path.last_mut() {
                *last = format!("{stem}{end}").into_bytes();
            }
            taken = key(path);
        }
    }
}

/// The same for paths that some file system takes for one.
fn key(path: &[Vec<u8>]) -> Vec<u8> {
    folded(&path.join(&b'/')).into_owned()
}

/// With the line in front, in bytes.
const LONGEST_NUMBER: usize = 11;

/// With the dot, in bytes: longer ones are no extensions.
const LONGEST_EXTENSION: usize = 16;
