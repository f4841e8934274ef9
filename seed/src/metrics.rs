//! What a scraper reads (`--metrics`): a file in Prometheus' text format, replaced as a whole every few seconds.
//!
//! Names carry their unit, counters end in `_total` and never fall. Torrents are told apart by info hash, their names are for people.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The file that scrapers read.
pub(crate) struct MetricsFile {
    path: PathBuf,
    written: Option<Instant>,
    /// When we began, in seconds since 1970.
    began: f64,
}

/// What is told of all that is offered.
#[derive(Clone, Default, Debug)]
pub(crate) struct Totals {
    /// Torrents that are offered now.
    pub(crate) torrents: usize,
    pub(crate) peers: usize,
    /// Since we began, torrents counted that have gone: to peers, and over HTTP.
    pub(crate) uploaded: u64,
    pub(crate) web: u64,
    /// Swarms and peers that our tracker knows, if there is one.
    pub(crate) tracker: Option<(usize, usize)>,
}

/// What is told of a torrent.
#[derive(Clone, Default, Debug)]
pub(crate) struct TorrentSample {
    pub(crate) info_hash: String,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) available: u64,
    pub(crate) uploaded: u64,
    /// Bytes that clients of HTTP took.
    pub(crate) web: u64,
    pub(crate) peers: usize,
    /// Copies that were given, and that peers have.
    pub(crate) given: f64,
    pub(crate) received: Option<f64>,
}

impl MetricsFile {
    pub(crate) fn new(path: &Path) -> Self {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self { path: path.to_owned(), written: None, began: since.as_secs_f64().floor() }
    }

    /// Whether it is time to write.
    pub(crate) fn is_due(&self) -> bool {
        self.written.is_none_or(|written| written.elapsed() >= EVERY)
    }

    /// Writes all figures. Whoever reads the file meanwhile sees it as it was, whole.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&mut self, totals: &Totals, torrents: Vec<TorrentSample>) -> io::Result<()> {
        self.written = Some(Instant::now());
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        // Collectors read what ends as they like, which this does not.
        name.push(format!(".{}.tmp", std::process::id()));
        let unfinished = self.path.with_file_name(name);
        let written = fs::write(&unfinished, text(self.began, totals, torrents))
            .and_then(|()| fs::rename(&unfinished, &self.path));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }
}

/// The whole file. Of very many torrents those are in it that gave the most.
fn text(began: f64, totals: &Totals, mut torrents: Vec<TorrentSample>) -> String {
    torrents.sort_by(|a, b| b.uploaded.cmp(&a.uploaded).then_with(|| a.info_hash.cmp(&b.info_hash)));
    torrents.truncate(TORRENTS);
    let mut text = String::new();
    let mut family = Families { text: &mut text, torrents: &torrents };
    family.one("start_time_seconds", "gauge", "When this process began, since 1970", began);
    family.one("torrents", "gauge", "Torrents that are offered", totals.torrents as f64);
    family.one("peers", "gauge", "Peers that are connected", totals.peers as f64);
    family.one("uploaded_bytes_total", "counter", "Payload given to peers", totals.uploaded as f64);
    family.one("web_bytes_total", "counter", "Content given over HTTP", totals.web as f64);
    if let Some((swarms, peers)) = totals.tracker {
        family.one("tracker_swarms", "gauge", "Torrents of which the tracker knows peers", swarms as f64);
        family.one("tracker_peers", "gauge", "Peers that the tracker knows", peers as f64);
    }
    family.each("size_bytes", "gauge", "Length of the content", |of| Some(of.size as f64));
    family.each("available_bytes", "gauge", "What of it can be given", |of| Some(of.available as f64));
    family.each("peers", "gauge", "Peers that are connected", |of| Some(of.peers as f64));
    family.each("uploaded_bytes_total", "counter", "Payload given to peers", |of| Some(of.uploaded as f64));
    family.each("web_bytes_total", "counter", "Content given over HTTP", |of| Some(of.web as f64));
    family.each("given_copies", "gauge", "How many times the content was given", |of| Some(of.given));
    family
        .each("received_copies", "gauge", "How many times peers have it, as they announce", |of| of.received);
    text
}

/// Writes metrics, each with what it means.
struct Families<'t> {
    text: &'t mut String,
    torrents: &'t [TorrentSample],
}

impl Families<'_> {
    fn one(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.head(name, kind, help);
        let _ = writeln!(self.text, "{PREFIX}{name} {value}");
    }

    /// One for each torrent that has a value.
    fn each(&mut self, name: &str, kind: &str, help: &str, value: impl Fn(&TorrentSample) -> Option<f64>) {
        let name = format!("torrent_{name}");
        let values = self.torrents.iter().filter_map(|torrent| Some((torrent, value(torrent)?)));
        let values: Vec<_> = values.collect();
        if values.is_empty() {
            return;
        }
        self.head(&name, kind, help);
        for (torrent, value) in values {
            let (hash, called) = (&torrent.info_hash, label(&torrent.name));
            let _ = writeln!(self.text, "{PREFIX}{name}{{info_hash=\"{hash}\",name=\"{called}\"}} {value}");
        }
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP {PREFIX}{name} {help}.\n# TYPE {PREFIX}{name} {kind}");
    }
}

/// A name as it stands between quotes.
fn label(name: &str) -> String {
    name.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

const PREFIX: &str = "piecework_seed_";

/// Torrents that are told of one by one: scrapers keep a series for each.
const TORRENTS: usize = 1_000;

/// How often the file is written.
const EVERY: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use test_kit::Folder;

    /// Reads the format as strictly as it is defined: what a metric is stands in front of all its values, which stand together, each once.
    fn parse(text: &str) -> Vec<(String, String, f64)> {
        assert!(text.ends_with('\n'));
        let (mut samples, mut series, mut families) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let (mut help, mut family, mut is_counter) = (String::new(), String::new(), false);
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, words) = rest.split_once(' ').unwrap();
                assert!(families.insert(name.to_owned()) && words.ends_with('.'), "{line}");
                help = name.to_owned();
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert!(name == help && ["gauge", "counter"].contains(&kind), "{line}");
                (family, is_counter) = (name.to_owned(), kind == "counter");
            } else {
                let (what, value) = line.rsplit_once(' ').unwrap();
                let (name, labels) = what.split_once('{').unwrap_or((what, "}"));
                let is_name = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
                assert!(name == family && name.bytes().all(is_name) && labels.ends_with('}'), "{line}");
                assert_eq!(is_counter, name.ends_with("_total"), "{line}");
                assert!(series.insert(what.to_owned()), "{line}");
                samples.push((
                    name.to_owned(),
                    labels.trim_end_matches('}').to_owned(),
                    value.parse().unwrap(),
                ));
            }
        }
        samples
    }

    fn torrent(number: usize, name: &str) -> TorrentSample {
        let (info_hash, uploaded) = (format!("{number:040x}"), number as u64);
        TorrentSample { info_hash, name: name.to_owned(), size: 100, uploaded, ..TorrentSample::default() }
    }

    #[test]
    fn the_file_is_what_scrapers_read() {
        let totals = Totals { torrents: 2, peers: 3, uploaded: 1 << 40, web: 1, tracker: Some((1, 7)) };
        let half = TorrentSample { given: 0.5, received: Some(1.25), ..torrent(1, "a \"b\" \\ c\nd") };
        let samples = parse(&text(1.0, &totals, vec![half, torrent(2, "e")]));
        let value = |name: &str, labels: &str| {
            let found = samples
                .iter()
                .find(|(other, of, _)| *other == format!("piecework_seed_{name}") && of.contains(labels));
            found.map(|(_, _, value)| *value)
        };
        assert_eq!(value("uploaded_bytes_total", ""), Some(1_099_511_627_776.0));
        assert_eq!(value("tracker_peers", ""), Some(7.0));
        assert_eq!(value("torrent_received_copies", r#"name="a \"b\" \\ c\nd""#), Some(1.25));
        assert_eq!(value("torrent_received_copies", "name=\"e\""), None);
        assert_eq!(value("torrent_uploaded_bytes_total", "name=\"e\""), Some(2.0));
        // Nothing is offered, there is no tracker: nothing is said of them.
        assert_eq!(parse(&text(1.0, &Totals::default(), vec![])).len(), 5);
    }

    #[test]
    fn of_very_many_those_are_told_that_gave_most() {
        let many: Vec<_> = (0..3_000).map(|number| torrent(number, "n")).collect();
        let samples = parse(&text(1.0, &Totals::default(), many));
        let sizes: Vec<_> =
            samples.iter().filter(|(name, ..)| name == "piecework_seed_torrent_size_bytes").collect();
        assert_eq!(sizes.len(), 1_000);
        assert!(sizes[0].1.contains(&format!("{:040x}", 2_999)));
    }

    #[test]
    fn it_is_replaced_as_a_whole_and_nothing_else_is_left() {
        let folder = Folder::new("m.prom 5");
        let mut file = MetricsFile::new(&folder.join("m.prom"));
        assert!(file.is_due());
        file.write(&Totals::default(), vec![torrent(1, "n")]).unwrap();
        assert!(!file.is_due());
        parse(&String::from_utf8(folder.read("m.prom")).unwrap());
        assert_eq!(folder.names(), ["m.prom"]);
        folder.remove("m.prom");
        folder.add("m.prom/x 1");
        assert!(file.write(&Totals::default(), vec![]).is_err());
        assert_eq!(folder.names(), ["m.prom/", "m.prom/x"]);
    }
}
