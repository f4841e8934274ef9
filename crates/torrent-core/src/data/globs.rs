//! Globs as they are typed, and whether each has matched anything: one that has not is often a mistake.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Some globs. Copies share the memory of what has matched.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs {
    typed: Arc<Vec<(String, AtomicBool)>>,
    /// Against paths from the input.
    from_input: Numbered,
    /// Against paths as they would be typed, which start with the input's own: only globs with a `/`.
    from_here: Numbered,
}

/// The path of something that was found, and of the input that it was found in.
pub(super) struct EntryPath<'a> {
    /// The path from the input.
    pub(super) path: &'a Path,
    /// As the user would type it, if globs may say it so ([`Globs::here`]).
    pub(super) here: Option<&'a Path>,
}

/// A set of globs, each with the number of the typed one that it stands for.
#[derive(Clone, Debug, Default)]
struct Numbered {
    set: GlobSet,
    numbers: Arc<Vec<usize>>,
}

/// A glob that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("`{glob}`: {cause}")]
pub struct BadGlob {
    glob: String,
    cause: String,
}

impl Globs {
    /// A glob without `/` matches names at any depth, one with `/` whole paths; `with_content` also what is in the folders
    /// that match.
    pub(super) fn new(texts: &[String], with_content: bool) -> Result<Self, BadGlob> {
        let (mut from_input, mut from_here) = (Building::new(), Building::new());
        for (number, text) in texts.iter().enumerate() {
            let bad = |cause: String| BadGlob { glob: text.clone(), cause };
            let path = text.trim_start_matches("./").trim_matches('/');
            if matches!(path, "" | ".") {
                return Err(bad("it is empty, or stands for everything".to_owned()));
            }
            let is_path = text.trim_end_matches('/').contains('/');
            let anchored = if is_path { path.to_owned() } else { format!("**/{path}") };
            from_input.add(&anchored, number, with_content).map_err(|error| bad(error.kind().to_string()))?;
            if is_path {
                from_here.add(path, number, with_content).map_err(|error| bad(error.kind().to_string()))?;
            }
        }
        let typed = texts.iter().map(|text| (text.clone(), AtomicBool::new(false))).collect();
        Ok(Self { typed: Arc::new(typed), from_input: from_input.end()?, from_here: from_here.end()? })
    }

    /// Whether something is matched, which is remembered.
    pub(super) fn is_match(&self, place: &EntryPath<'_>) -> bool {
        let here = place.here.map(|here| self.from_here.matches(here));
        let mut numbers = self.from_input.matches(place.path);
        numbers.extend(here.unwrap_or_default());
        numbers.iter().for_each(|number| self.typed[*number].1.store(true, Ordering::Relaxed));
        !numbers.is_empty()
    }

    /// Whether paths from the current folder may match as well.
    pub(super) fn looks_from_here(&self) -> bool {
        !self.from_here.numbers.is_empty()
    }

    /// Those that have matched nothing so far, as they were typed.
    pub(super) fn unmatched(&self) -> impl Iterator<Item = &str> {
        let idle = self.typed.iter().filter(|(_, matched)| !matched.load(Ordering::Relaxed));
        idle.map(|(text, _)| text.as_str())
    }

    /// What the paths of an input start with when they are typed from the current folder. `None` if a glob that starts so might
    /// as well mean something within the input, or if there is nothing to start with.
    pub(super) fn here(input: &Path) -> Option<&Path> {
        let bytes = input.as_os_str().as_bytes();
        let bytes = bytes.strip_prefix(b"./").unwrap_or(bytes);
        let start = bytes.iter().position(|byte| *byte != b'/').unwrap_or(bytes.len());
        let here = Path::new(OsStr::from_bytes(&bytes[start..]));
        let is_plain = !matches!(here.as_os_str().as_bytes(), b"" | b".");
        (is_plain && !input.join(here).exists()).then_some(here)
    }
}

impl Numbered {
    fn matches(&self, path: &Path) -> Vec<usize> {
        let mut found = Vec::new();
        if !self.set.is_empty() {
            self.set.matches_into(path, &mut found);
        }
        found.into_iter().map(|glob| self.numbers[glob]).collect()
    }
}

struct Building {
    set: GlobSetBuilder,
    numbers: Vec<usize>,
}

impl Building {
    fn new() -> Self {
        Self { set: GlobSetBuilder::new(), numbers: Vec::new() }
    }

    fn add(&mut self, glob: &str, number: usize, with_content: bool) -> Result<(), globset::Error> {
        self.set.add(GlobBuilder::new(glob).literal_separator(true).build()?);
        self.numbers.push(number);
        if with_content {
            self.set.add(GlobBuilder::new(&format!("{glob}/**")).literal_separator(true).build()?);
            self.numbers.push(number);
        }
        Ok(())
    }

    fn end(self) -> Result<Numbered, BadGlob> {
        let all = |error: globset::Error| BadGlob {
            glob: error.glob().unwrap_or_default().to_owned(),
            cause: error.kind().to_string(),
        };
        Ok(Numbered { set: self.set.build().map_err(all)?, numbers: Arc::new(self.numbers) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(glob: &str, path: &str, here: Option<&str>, expected: bool) {
        let globs = Globs::new(&[glob.to_owned()], false).unwrap();
        let place = EntryPath { path: Path::new(path), here: here.map(Path::new) };
        assert_eq!(globs.is_match(&place), expected, "{glob} {path} {here:?}");
        assert_eq!(globs.unmatched().count(), usize::from(!expected), "{glob}");
    }

    #[test]
    fn paths_match_as_they_are_typed() {
        check("ex/extras", "extras", Some("ex/extras"), true);
        check("./ex/extras/", "extras", Some("ex/extras"), true);
        check("./extras", "extras", Some("ex/extras"), true);
        check("./extras", "a/extras", Some("ex/a/extras"), false);
        check("/home/me/ex/*.o", "a.o", Some("home/me/ex/a.o"), true);
        check("../ex/a", "a", Some("../ex/a"), true);
        check("ex/extras", "extras", None, false);
        // A name is looked for in the input, not in the path to it.
        check("ex", "extras", Some("ex/extras"), false);
    }

    #[test]
    fn inputs_start_paths_unless_that_may_mean_another_thing() {
        for (input, expected) in
            [("ex", Some("ex")), ("./ex", Some("ex")), ("/no/ex", Some("no/ex")), (".", None), ("./", None)]
        {
            assert_eq!(Globs::here(Path::new(input)), expected.map(Path::new), "{input}");
        }
        let folder = test_kit::Folder::new("d/x 1");
        let twice = folder.join("d").join(folder.join("d").strip_prefix("/").unwrap());
        std::fs::create_dir_all(twice).unwrap();
        assert_eq!(Globs::here(&folder.join("d")), None);
    }

    #[test]
    fn globs_that_stand_for_everything_or_nothing_are_refused() {
        let cases = [
            ("", "``: it is empty, or stands for everything"),
            ("/", "`/`: it is empty, or stands for everything"),
            ("./", "`./`: it is empty, or stands for everything"),
            (".", "`.`: it is empty, or stands for everything"),
            ("[bad", "`[bad`: unclosed character class; missing ']'"),
        ];
        for (glob, said) in cases {
            let error = Globs::new(&[glob.to_owned()], true).unwrap_err();
            assert_eq!(error.to_string(), said);
        }
    }
}
