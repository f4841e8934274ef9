//! What a torrent is and how data on disk relates to it. No sockets, no clock, no terminal.
//!
//! From the bottom up: [`address`] and [`bencode`], then [`metainfo`] with [`magnet`], [`files`], [`layout`], [`merkle`], [`order`] and
//! [`path`], then [`data`], which reads and hashes what lies on disk, and [`naming`], which says what files are called there. [`typed`] knows what was typed where a path belongs. The numbers that bound all of it are in [`limits`].

pub mod address;
pub mod bencode;
pub mod clashes;
pub mod data;
pub mod files;
pub mod layout;
pub mod limits;
pub mod lint;
pub mod magnet;
pub mod merkle;
pub mod metainfo;
pub mod naming;
pub mod order;
pub mod path;
pub mod redact;
pub mod typed;
