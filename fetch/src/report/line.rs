//! A line for a torrent while it comes, a summary when it is there, and the figures in both.

use std::time::Duration;

use cli_kit::{Line, figures, show_duration, show_rate, show_size};
use swarm_net::JobProgress;

/// What, how much, how quick, from how many, for how long. `name` is the torrent's, once it is known.
pub(super) fn line(name: Option<&str>, source: &str, progress: &JobProgress, is_complete: bool) -> Line {
    let peers = format!("{} peer{}", progress.peers, if progress.peers == 1 { "" } else { "s" });
    let figures = if let Some(checking) = progress.checking {
        vec![format!("checking what is there: {}", show_size(checking))]
    } else if name.is_none() {
        vec!["looking for the metadata".to_owned(), peers]
    } else if is_complete {
        let uploaded = format!("{} uploaded", show_size(progress.uploaded));
        vec!["complete".to_owned(), uploaded, show_rate(progress.upload_rate), peers]
    } else {
        let mut figures = figures(progress.done, Some(progress.wanted), progress.download_rate);
        figures.push(peers);
        figures
    };
    Line { name: name.unwrap_or(source).to_owned(), figures }
}

/// How much was fetched of a torrent, and how fast.
pub(super) fn summary(progress: &JobProgress, elapsed: Duration) -> String {
    if progress.downloaded == 0 {
        return "all of it was there".to_owned();
    }
    let wasted = match progress.wasted {
        0 => String::new(),
        wasted => format!(", {} of it of no use", show_size(wasted)),
    };
    let rate = u128::from(progress.downloaded) * 1000 / elapsed.as_millis().max(1);
    format!(
        "{}{wasted} in {}, {}; {} uploaded",
        show_size(progress.downloaded),
        show_duration(elapsed.as_secs()),
        show_rate(u64::try_from(rate).unwrap_or(u64::MAX)),
        show_size(progress.uploaded)
    )
}

/// How long it takes at the rate of late; rounded up, `None` while nothing moves.
pub(super) fn seconds_left(progress: &JobProgress) -> Option<u64> {
    match progress.wanted.saturating_sub(progress.done) {
        0 => Some(0),
        left => (progress.download_rate > 0).then(|| left.div_ceil(progress.download_rate)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_rate() {
        let progress = |wanted, done, download_rate| JobProgress {
            wanted,
            done,
            download_rate,
            ..JobProgress::default()
        };
        for (progress, left) in
            [(progress(10, 10, 0), Some(0)), (progress(10, 0, 0), None), (progress(10, 0, 4), Some(3))]
        {
            assert_eq!(seconds_left(&progress), left);
        }
    }

    #[test]
    fn a_line_says_what_is_going_on() {
        let check = |name, progress, is_complete, expected: &[&str]| {
            let line = line(name, "x", &progress, is_complete);
            assert_eq!(
                (line.name.as_str(), line.figures),
                (name.unwrap_or("x"), expected.iter().map(ToString::to_string).collect::<Vec<_>>())
            );
        };
        let progress =
            JobProgress { wanted: 4096, done: 1024, download_rate: 1024, peers: 2, ..JobProgress::default() };
        check(None, JobProgress { peers: 1, ..progress }, false, &["looking for the metadata", "1 peer"]);
        check(
            None,
            JobProgress { checking: Some(1024), ..progress },
            false,
            &["checking what is there: 1 KiB"],
        );
        let coming = ["25.0 %", "3 s left", "1.00 KiB/s", "1.00 of 4.00 KiB", "2 peers"];
        check(Some("n"), progress, false, &coming);
        check(Some("n"), progress, true, &["complete", "0 B uploaded", "0 B/s", "2 peers"]);
    }

    #[test]
    fn the_summary_knows_when_nothing_had_to_come() {
        let progress = JobProgress { downloaded: 2048, uploaded: 1, ..JobProgress::default() };
        assert_eq!(summary(&progress, Duration::from_secs(2)), "2 KiB in 2 s, 1.00 KiB/s; 1 B uploaded");
        let progress = JobProgress { wasted: 1024, ..progress };
        assert_eq!(
            summary(&progress, Duration::from_secs(2)),
            "2 KiB, 1 KiB of it of no use in 2 s, 1.00 KiB/s; 1 B uploaded"
        );
        assert_eq!(summary(&JobProgress::default(), Duration::ZERO), "all of it was there");
    }
}
