//! Some of the files of a torrent, chosen by index or by glob.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{BadGlob, Selection};
use crate::files::FileList;
use crate::magnet::Magnet;

/// Which files of a torrent.
#[derive(Clone, Debug, Default)]
pub struct Select {
    /// First and last index of runs of files.
    pub runs: Vec<(u32, u32)>,
    /// Files whose paths match these globs.
    pub globs: Option<Selection>,
    /// Whether anything was selected yet, by this one or a copy.
    has_selected: Arc<AtomicBool>,
}

impl Select {
    /// What was typed: indices and runs of them, such as `0` and `2-5`, and globs as [`Selection::include`] takes them.
    /// `None` if nothing was typed.
    ///
    /// # Errors
    /// The first text that is empty, or of digits and hyphens and not an index or a run, else the first glob that cannot be
    /// understood.
    pub fn parse(texts: &[String]) -> Result<Option<Self>, BadSelect> {
        let (mut runs, mut globs) = (Vec::new(), Vec::new());
        for text in texts {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            match Magnet::parse_run(text) {
                Some(run) => runs.push(run),
                None if text.is_empty() => return Err(BadSelect::Empty),
                None if is_number => return Err(BadSelect::Run(text.clone())),
                None => globs.push(text.clone()),
            }
        }
        let globs = (!globs.is_empty()).then(|| Selection::default().include(&globs)).transpose()?;
        Ok((!texts.is_empty()).then_some(Self { runs, globs, ..Self::default() }))
    }

    /// Whether each file is selected.
    ///
    /// # Errors
    /// An index that is beyond the files, or nothing selected at all.
    pub fn of(&self, files: &FileList) -> Result<Vec<bool>, SelectError> {
        let by_glob = |path: &[u8]| self.globs.as_ref().is_some_and(|globs| globs.takes_bytes(path));
        let mut selected: Vec<bool> = files.iter().map(|file| by_glob(&file.path.joined())).collect();
        for &(first, last) in &self.runs {
            let run = selected.get_mut(first as usize..=last as usize);
            run.ok_or(SelectError::NoSuchIndex { index: last, files: files.len() })?.fill(true);
        }
        if !selected.contains(&true) {
            return Err(SelectError::Nothing);
        }
        self.has_selected.store(true, Ordering::Relaxed);
        Ok(selected)
    }

    /// Runs of files.
    pub fn of_runs(runs: Vec<(u32, u32)>) -> Self {
        Self { runs, ..Self::default() }
    }

    /// The globs that have matched nothing beside others that have, in all torrents that were asked of this one and its copies.
    pub fn idle_globs(&self) -> impl Iterator<Item = &str> {
        let has_selected = self.has_selected.load(Ordering::Relaxed);
        self.globs.iter().filter(move |_| has_selected).flat_map(Selection::idle_includes)
    }
}

/// Why a text does not select files of any torrent.
#[derive(Debug, thiserror::Error)]
pub enum BadSelect {
    /// Nothing between two commas, or nothing at all.
    #[error("empty, or a comma too many")]
    Empty,
    /// Neither an index nor a run.
    #[error("{0}: not an index or a run such as `2-5`")]
    Run(String),
    /// A glob that cannot be understood.
    #[error(transparent)]
    Glob(#[from] BadGlob),
}

/// Why a selection makes no sense for a torrent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SelectError {
    /// An index that is beyond the files.
    #[error("there is no file {index}: the torrent has {files}, the first is 0")]
    NoSuchIndex {
        /// The index of the file in the torrent.
        index: u32,
        /// How many files there are.
        files: usize,
    },
    /// It matches no file.
    #[error("it matches no file of the torrent")]
    Nothing,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RawPathBuf;

    /// Which of the files `a`, `b.iso`, `c` and `d/e` are selected, or why none is.
    #[track_caller]
    fn check(typed: &str, expected: Result<&[usize], &str>) {
        let mut files = FileList::default();
        for path in ["a", "b.iso", "c", "d/e"] {
            files.push(RawPathBuf::of(path.split('/').map(str::as_bytes)).as_path(), 1);
        }
        let texts: Vec<String> = typed.split(',').map(str::to_owned).collect();
        let selected = Select::parse(&texts).map_err(|error| error.to_string());
        let selected =
            selected.and_then(|select| select.unwrap().of(&files).map_err(|error| error.to_string()));
        let indices = |selected: Vec<bool>| (0..4).filter(|index| selected[*index]).collect::<Vec<_>>();
        assert_eq!(selected.map(indices), expected.map(<[usize]>::to_vec).map_err(str::to_owned), "{typed}");
    }

    #[test]
    fn indices_runs_and_globs_select() {
        check("1", Ok(&[1]));
        check("1-2", Ok(&[1, 2]));
        check("0,2-3,*.iso", Ok(&[0, 1, 2, 3]));
        check("d", Ok(&[3]));
        check("4", Err("there is no file 4: the torrent has 4, the first is 0"));
        check("0-4", Err("there is no file 4: the torrent has 4, the first is 0"));
        check("x", Err("it matches no file of the torrent"));
        check("3-2", Err("3-2: not an index or a run such as `2-5`"));
        check("+1", Err("it matches no file of the torrent"));
        check("1-", Err("1-: not an index or a run such as `2-5`"));
        check("", Err("empty, or a comma too many"));
        check("1,", Err("empty, or a comma too many"));
        assert!(matches!(Select::parse(&["[".to_owned()]), Err(BadSelect::Glob(_))));
        assert!(Select::parse(&[]).unwrap().is_none());
    }

    #[test]
    fn globs_that_match_nothing_beside_others_are_known() {
        let mut files = FileList::default();
        files.push(RawPathBuf::of([b"a.txt".as_slice()]).as_path(), 1);
        for (typed, idle) in [
            ("*.txt,nope", "nope"),
            ("nope,0,*.iso", "nope *.iso"),
            ("*.txt,0", ""),
            // That is an error of its own.
            ("nope", ""),
        ] {
            let texts: Vec<String> = typed.split(',').map(str::to_owned).collect();
            let select = Select::parse(&texts).unwrap().unwrap();
            assert_eq!(select.of(&files).is_ok(), typed != "nope");
            assert_eq!(select.clone().idle_globs().collect::<Vec<_>>().join(" "), idle, "{typed}");
        }
    }
}
