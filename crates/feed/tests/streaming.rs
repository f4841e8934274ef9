//! A hundred thousand items go by without being held.

#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

use std::time::Instant;

use feed::{FeedLimits, Trouble};

/// Bytes of memory that the process has used at most, or uses now.
fn memory(line: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kilobytes = status.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(':'))?;
    Some(kilobytes.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}

#[test]
fn items_are_read_one_by_one() {
    let item = |n: usize| {
        format!(
            "<item><title>{n}</title><guid>{n}</guid><enclosure url='http://x/{n}.torrent' \
             type='application/x-bittorrent' length='1'/></item>"
        )
    };
    // In one piece, so that the peak is the text itself.
    let mut text = String::with_capacity(COUNT * 160);
    text.push_str("<rss version='2.0'><channel><title>t</title>");
    (0..COUNT).for_each(|n| text.push_str(&item(n)));
    text.push_str("</channel></rss>");
    let before = memory("VmHWM");
    let (began, mut count) = (Instant::now(), 0);
    let trouble = feed::items(text.as_bytes(), FeedLimits { items: usize::MAX }, |item| {
        assert_eq!(item.enclosures.len(), 1);
        count += 1;
    });
    let grown = memory("VmHWM").zip(before).map(|(after, before)| after - before);
    println!(
        "{COUNT} items, {} MB, in {:?}; memory grew by {grown:?} bytes",
        text.len() / 1_000_000,
        began.elapsed()
    );
    assert_eq!((trouble.unwrap().1, count), (Trouble::default(), COUNT));
    // Where there is no such file, nobody can say.
    assert!(grown.is_none_or(|grown| grown < 4 << 20));
}

const COUNT: usize = 100_000;
