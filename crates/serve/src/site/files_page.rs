//! The page that lists the files of a torrent.

use std::fmt::Write;

use publish::{clean, size_text};
use torrent_core::metainfo::Metainfo;

use super::links::encoded;
use super::reply::Reply;
use super::style::document;
use super::text::{counted, html};
use super::{Links, Listing};

/// A page of a torrent of several files, at the path below which they are.
pub fn files_page(metainfo: &Metainfo, offer: &Listing, links: &Links) -> Reply {
    let title = offer.summary.title();
    let mut body = format!(
        "<header>\n<h1>{}</h1>\n<p class=\"soft\">{}, {}. <a href=\"{}\">All torrents</a></p>\n</header>\n<main>\n<ul>\n",
        html(&title),
        counted(offer.summary.files, "file", "files"),
        size_text(offer.summary.size),
        html(&links.page(0)),
    );
    let files = metainfo.files();
    for file in files.iter().filter(|file| !file.attributes.symlink).take(FILES) {
        // The first component could be taken for a scheme, were there nothing before it.
        let href: Vec<String> = file.path.components().map(encoded).collect();
        let name = clean(&String::from_utf8_lossy(&file.path.joined()));
        let _ = writeln!(
            body,
            "<li><a href=\"./{}\">{}</a> <span class=\"soft\">{}</span></li>",
            href.join("/"),
            html(&name),
            size_text(file.length),
        );
    }
    body.push_str("</ul>\n");
    if files.len() > FILES {
        let _ = writeln!(body, "<p>The torrent has {} more.</p>", files.len() - FILES);
    }
    body.push_str("</main>\n");
    document(&title, "", &body)
}

/// Files of a page. What is beyond is in the torrent.
const FILES: usize = 1000;
