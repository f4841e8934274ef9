//! What is at which path: the page, the feed, .torrent files and the content of torrents (as web seeds, BEP 19).
//!
//! A [`Catalogue`] holds what is offered; a [`Route`] says what a path means there. Names are looked up among those of the torrents and of
//! their files, and are nothing else: no path of a request ever becomes one of the disk. A [`Reply`] is what follows.

mod catalogue;
mod content;
mod feed;
mod files_page;
mod links;
mod page;
mod reply;
mod route;
mod style;
#[cfg(test)]
mod tests;
mod text;
mod torrent_file;

pub use catalogue::{Catalogue, Entry, Listing};
pub use content::{Found, PathIndex, content};
pub use feed::feed;
pub use files_page::files_page;
pub use links::Links;
pub use page::{Carried, PAGE_TORRENTS, Shown, page};
pub use reply::{Body, Part, Reply, moved, refusal};
pub use route::Route;
pub use torrent_file::torrent_file;
