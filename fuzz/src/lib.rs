//! What must hold for any bytes. Each body takes an input and panics if it does not hold; `fuzz/run` looks for such
//! inputs, and the tests run the bodies over `inputs/` and the corpora.

pub mod engine;
pub mod http;
pub mod journal;
pub mod krpc;
pub mod secure;
pub mod swarm;
pub mod tracker;

use feed::{FeedLimits, FeedReader, Format};
use piece_hash::{Backend, Sha1, Sha256};
use torrent_core::bencode::json::{RawFile, from_json};
use torrent_core::bencode::{FaultKind, Value, scan};
use torrent_core::clashes::check_files;
use torrent_core::files::FileList;
use torrent_core::layout::{Layout, PieceIndex};
use torrent_core::limits::NESTING;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Metainfo, Parsed};
use torrent_core::path::{RawPathBuf, SafePath};

/// The scanner and the views agree on where a value ends; what is before that end scans the same alone; every part of
/// it is a value of its own.
pub fn bencode(input: &[u8]) {
    let Ok((end, faults)) = scan(input, NESTING) else { return };
    assert_eq!(end < input.len(), faults.iter().any(|fault| fault.kind == FaultKind::Trailing));
    let (alone, _) = scan(&input[..end], NESTING).expect("the value alone is a value");
    assert_eq!(alone, end);
    let value = Value::first(input).expect("what was scanned can be viewed");
    assert_eq!(value.raw(), &input[..end]);
    visit(value, NESTING);
}

fn visit(value: Value<'_>, nesting: usize) {
    assert_eq!(scan(value.raw(), nesting).map(|(end, _)| end), Ok(value.raw().len()));
    // Deep enough to reach every kind of part, not so deep that nested inputs take quadratic time.
    if nesting + 4 > NESTING {
        value.as_list().into_iter().flatten().for_each(|item| visit(item, nesting - 1));
        value.as_dict().into_iter().flatten().for_each(|(_, item)| visit(item, nesting - 1));
    }
}

/// An accepted torrent is consistent: hashes are of the raw bytes, pieces cover all bytes, roots fit lengths.
pub fn metainfo(input: &[u8]) {
    let Ok(Parsed { metainfo, warnings }) = Metainfo::parse(input.to_vec()) else {
        assert!(Metainfo::parse_strict(input.to_vec()).is_err());
        return;
    };
    assert_eq!(warnings.is_empty(), Metainfo::parse_strict(input.to_vec()).is_ok());
    let best = Backend::best();
    assert!(metainfo.info_hash_v1().is_none_or(|hash| hash == best.digest::<Sha1>(metainfo.raw_info())));
    assert!(metainfo.info_hash_v2().is_none_or(|hash| hash == best.digest::<Sha256>(metainfo.raw_info())));
    let layout = metainfo.layout();
    let count = layout.piece_count();
    assert!(!metainfo.protocol().has_v1() || metainfo.pieces().len() as u64 == count);
    let numbers = (0..count.min(3)).chain(count.saturating_sub(3)..count);
    for piece in numbers.filter_map(|number| PieceIndex::try_from(number).ok()) {
        let bytes = layout.piece(piece);
        assert_eq!(
            layout.spans(bytes.clone()).map(|span| span.length()).sum::<u64>(),
            bytes.end - bytes.start
        );
    }
    roots_fit_lengths(&metainfo, layout);
    let dict =
        |bytes| Value::first(bytes).and_then(Value::as_dict).expect("what was accepted is a dictionary");
    assert!(metainfo.root_entries().eq(dict(metainfo.bytes())));
    assert!(metainfo.info_entries().eq(dict(metainfo.raw_info())));
    let _ = check_files(metainfo.files());
    assert!(Magnet::of(&metainfo).to_string().starts_with("magnet:?xt=urn:bt"));
}

fn roots_fit_lengths(metainfo: &Metainfo, layout: Layout<'_>) {
    for file in metainfo.files().iter().take(100) {
        assert_eq!(file.root.is_some(), metainfo.protocol().has_v2() && file.length > 0);
        let pieces = file.length.div_ceil(layout.piece_length());
        let layer = metainfo.piece_layer(file.index).map(|layer| layer.len() as u64);
        assert!(layer.is_none_or(|layer| layer == pieces));
    }
}

/// A link that is read is written in one form, which reads the same.
pub fn magnet(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    // Most inputs should get past the scheme.
    for link in [text.to_string(), format!("magnet:?xt=urn:btih:{text}"), format!("magnet:?{text}")] {
        let Ok(magnet) = Magnet::parse(&link) else { continue };
        assert_eq!(Magnet::parse(&magnet.to_string()), Ok(magnet));
    }
}

/// Bencode goes through JSON and back without loss; any JSON is judged.
pub fn json(input: &[u8]) {
    if let Ok(raw) = RawFile::new(input, None) {
        let text = serde_json::to_string(&raw).expect("any bencode is JSON");
        assert_eq!(from_json(&text).as_deref(), Ok(input));
    }
    let _ = from_json(&String::from_utf8_lossy(input));
}

/// A path that passes is relative, keeps every component and never climbs. 0xff separates components, 0xfe paths.
pub fn paths(input: &[u8]) {
    let mut files = FileList::default();
    for path in input.split(|byte| *byte == 0xfe) {
        let components: Vec<&[u8]> = path.split(|byte| *byte == 0xff).collect();
        let raw = RawPathBuf::of(components.iter().copied());
        assert!(raw.as_path().components().eq(components.iter().copied()));
        if let Ok(safe) = SafePath::new(raw.as_path()) {
            let normal = |part: std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
            assert!(safe.as_path().components().all(normal));
            assert_eq!(safe.as_path().components().count(), components.len());
        }
        files.push(raw.as_path(), 1);
    }
    if check_files(&files).is_ok() {
        let mut all: Vec<_> = files.iter().map(|file| file.path.joined()).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), files.len());
    }
}

/// Whatever is read of a feed can be written in every format and reads back as the same torrents, and what was written
/// twice is written the same again; programs can be asked about it.
pub fn feed(input: &[u8]) {
    let checked = feed::check(input, &FeedReader::ALL);
    let Ok(reading) = feed::read(input, FeedLimits { items: 100 }) else { return };
    assert!(checked.is_ok());
    for format in [Format::Rss, Format::Atom, Format::Json] {
        let text = feed::write(&feed::Feed { format, ..reading.feed.clone() });
        let again = feed::read(text.as_bytes(), FeedLimits::default()).expect("what was written is a feed");
        // What is too long for a field is kept, and as long as before.
        let is_wrong = |fault: &&feed::FeedFault| fault.kind != feed::FeedFaultKind::TooLong;
        assert_eq!((again.feed.format, again.trouble.faults.iter().find(is_wrong)), (format, None));
        assert_eq!(again.feed.items.len(), reading.feed.items.len());
        // Where something broken was left out, what is around it may be tidied the second time.
        let tidied = feed::write(&again.feed);
        let again = feed::read(tidied.as_bytes(), FeedLimits::default()).expect("what was written is a feed");
        assert_eq!(feed::write(&again.feed), tidied);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[track_caller]
    pub(crate) fn over(folder: &Path, body: fn(&[u8])) {
        let mut inputs = 0;
        for entry in fs::read_dir(folder).unwrap() {
            body(&fs::read(entry.unwrap().path()).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "{} is empty", folder.display());
    }

    pub(crate) fn kept(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs").join(name)
    }

    #[test]
    fn bencode_over_kept_inputs() {
        over(&kept("bencode"), super::bencode);
        over(&kept("metainfo"), super::bencode);
    }

    #[test]
    fn metainfo_over_kept_inputs() {
        over(&kept("metainfo"), super::metainfo);
    }

    #[test]
    fn paths_over_kept_inputs() {
        over(&kept("paths"), super::paths);
    }

    #[test]
    fn magnet_over_kept_inputs() {
        over(&kept("magnet"), super::magnet);
    }

    #[test]
    fn journal_over_kept_inputs() {
        over(&kept("journal"), super::journal::journal);
    }

    #[test]
    fn json_over_kept_inputs() {
        over(&kept("json"), super::json);
        over(&kept("bencode"), super::json);
        over(&kept("metainfo"), super::json);
    }

    #[test]
    fn feed_over_kept_inputs() {
        over(&kept("feed"), super::feed);
    }

    #[test]
    fn over_the_corpora() {
        let Some(corpora) = test_kit::corpora() else { return };
        over(&corpora.join("torrents"), super::bencode);
        over(&corpora.join("torrents"), super::metainfo);
        over(&corpora.join("torrents"), super::json);
    }
}
