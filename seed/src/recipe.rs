//! What stands in torrents that are made, and where they are written.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use cli_kit::Failure;
use torrent_core::metainfo::{Fields, Protocol, bencoded};

/// How torrents are made, but for their content.
pub(crate) struct Recipe {
    pub(crate) protocol: Protocol,
    /// Trackers, tier by tier.
    pub(crate) trackers: Vec<Vec<String>>,
    pub(crate) web_seeds: Vec<String>,
    /// Where they are written, if they are: a file, or a folder for them.
    pub(crate) save: Option<PathBuf>,
    /// What is there already is replaced.
    pub(crate) force: bool,
}

impl Recipe {
    /// What stands beside the info dictionary.
    pub(crate) fn outer(&self) -> Result<Fields, Failure> {
        let mut outer = Fields::new();
        let mut put = |key: &str, value: Result<Vec<u8>, _>| {
            let value = value.map_err(|error| Failure::usage(format!("`{key}`: {error}")))?;
            outer.insert(key.as_bytes().to_vec(), value);
            Ok::<_, Failure>(())
        };
        if let Some(first) = self.trackers.first().and_then(|tier| tier.first()) {
            put("announce", bencoded(first))?;
        }
        if self.trackers.concat().len() > 1 {
            put("announce-list", bencoded(&self.trackers))?;
        }
        if !self.web_seeds.is_empty() {
            put("url-list", bencoded(&self.web_seeds))?;
        }
        Ok(outer)
    }

    /// Where a torrent is written that is made.
    pub(crate) fn saved_at(&self, name: &[u8]) -> Option<PathBuf> {
        let save = self.save.as_deref()?;
        let name = PathBuf::from(OsStr::from_bytes(&[name, b".torrent"].concat()));
        let is_folder = save.is_dir() || save.as_os_str().as_bytes().ends_with(b"/");
        Some(match is_folder {
            true if save == Path::new(".") => name,
            true => save.join(name),
            false => save.to_owned(),
        })
    }
}
