//! The files of a torrent as an indented tree, each with its index and size.

use std::io::{self, Write};

use cli_kit::{escape, show_size};
use torrent_core::files::File;
use torrent_core::order::Order;

use crate::subject::Torrent;

pub(super) fn tree(torrent: &Torrent, out: &mut dyn Write) -> io::Result<()> {
    let metainfo = torrent.metainfo();
    let files = metainfo.files();
    if !metainfo.is_single_file() {
        writeln!(out, "{:FRONT$}{}/", "", escape(&torrent.masked(metainfo.name())))?;
    }
    // v1 may have files in any order; in that of their components, those of a folder stand together.
    let mut open: Vec<&[u8]> = Vec::new();
    for index in Order::of(files).indices() {
        let file = files.get(index);
        let path: Vec<&[u8]> = file.path.components().collect();
        let Some((name, folders)) = path.split_last() else { continue };
        let shared = open.iter().zip(folders).take_while(|(a, b)| a == b).count();
        open.truncate(shared);
        for folder in &folders[shared..] {
            writeln!(out, "{:FRONT$}{}{}/", "", indent(open.len() + 1), escape(&torrent.masked(folder)))?;
            open.push(folder);
        }
        let depth = if metainfo.is_single_file() { 0 } else { open.len() + 1 };
        writeln!(
            out,
            "{index:>7}  {:>12}  {}{}{}",
            show_size(file.length),
            indent(depth),
            escape(&torrent.masked(name)),
            marks(torrent, file)
        )?;
    }
    Ok(())
}

/// Columns of index and size.
const FRONT: usize = 23;

/// Two columns a level, but not beyond what a screen has: a path may have any number of components.
fn indent(depth: usize) -> String {
    "  ".repeat(depth.min(DEEPEST_SHOWN))
}

const DEEPEST_SHOWN: usize = 30;

/// What is special about a file.
fn marks(torrent: &Torrent, file: File<'_>) -> String {
    let mut marks = String::new();
    if let Some(target) = file.symlink {
        marks.push_str(&format!(" -> {}", escape(&torrent.masked_path(target))));
    }
    if file.attributes.executable {
        marks.push_str(" [executable]");
    }
    if file.attributes.hidden {
        marks.push_str(" [hidden]");
    }
    if let Err(why) = file.path.check() {
        marks.push_str(&format!(" [unsafe: {why}]"));
    }
    marks
}
