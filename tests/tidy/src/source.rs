//! The Rust files of the workspace, parsed, with the place that each has in its crate.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use syn::{Item, Meta};

/// A Rust file of the workspace.
pub struct Source {
    /// Path beneath the repository, with slashes.
    pub path: String,
    /// Folder of the crate, beneath the repository.
    pub krate: String,
    /// Path of the module within its crate: `["disk", "write"]` for `src/disk/write.rs`, empty for `src/lib.rs`.
    pub module: Vec<String>,
    /// How many lines it has.
    pub lines: usize,
    /// The syntax; of [`Source::parse`], without modules and functions that exist for tests only.
    pub syntax: syn::File,
}

impl Source {
    /// The file `path` with this text.
    ///
    /// # Panics
    ///
    /// If the text is not Rust.
    pub fn parse(path: &str, text: &str) -> Self {
        let mut source = Self::whole(path, text);
        source.syntax.items.retain(|item| !is_for_tests(item));
        source
    }

    /// The same with its tests.
    ///
    /// # Panics
    ///
    /// If the text is not Rust.
    pub fn whole(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (krate, inside) = path.split_once("/src/").unwrap_or(("", path));
        Self {
            path: path.to_owned(),
            krate: krate.to_owned(),
            module: module(inside),
            lines: text.lines().count(),
            syntax,
        }
    }
}

/// The folder that holds the workspace.
///
/// # Panics
///
/// If this crate has moved.
pub fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate is two folders down").to_owned()
}

/// All files of tools and crates that are not tests, in the order of their paths.
///
/// # Panics
///
/// If one cannot be read or is not Rust.
pub fn sources() -> Vec<Source> {
    let mut texts = texts();
    texts.retain(|(path, _)| path.contains("/src/") && !is_test_path(path));
    texts.iter().map(|(path, text)| Source::parse(path, text)).collect()
}

/// All Rust files with all that is in them, tests and fuzz targets too, in the order of their paths.
///
/// # Panics
///
/// If one cannot be read or is not Rust.
pub fn whole_sources() -> Vec<Source> {
    texts().iter().map(|(path, text)| Source::whole(path, text)).collect()
}

/// All files of the repository, whatever they are.
pub fn paths() -> Vec<PathBuf> {
    let entries = WalkBuilder::new(repository()).build().filter_map(Result::ok);
    entries.map(ignore::DirEntry::into_path).collect()
}

/// The texts of all Rust files, by their paths beneath the repository.
fn texts() -> Vec<(String, String)> {
    let root = repository();
    let mut paths = paths();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    paths.sort();
    paths.iter().map(|path| read(path, &root)).collect()
}

fn read(path: &Path, root: &Path) -> (String, String) {
    let beneath = path.strip_prefix(root).expect("the walk began there");
    let beneath = beneath.to_str().expect("our names are UTF-8").to_owned();
    (beneath, fs::read_to_string(path).expect("our files can be read"))
}

fn is_test_path(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "test-kit" | "fuzz" | "tidy"))
}

fn module(inside: &str) -> Vec<String> {
    let mut parts: Vec<String> = inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

fn is_for_tests(item: &Item) -> bool {
    let attributes = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => attribute.path().is_ident("test"),
    })
}
