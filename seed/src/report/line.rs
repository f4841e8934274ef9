//! A line for an offer while it lasts, and the figures in it.

use cli_kit::{Line, show_rate, show_size};
use swarm_net::JobProgress;

/// How many peers, how quick, how much; of a torrent of so many bytes.
pub(super) fn line(name: &str, size: u64, progress: &JobProgress) -> Line {
    let figures = match progress.checking {
        Some(checking) => vec![format!("checking: {} of {}", show_size(checking), show_size(size))],
        None => {
            let peers = format!("{} peer{}", progress.peers, if progress.peers == 1 { "" } else { "s" });
            let mut figures = vec![peers, show_rate(progress.upload_rate), given(progress, size)];
            figures.extend(became(progress, size));
            figures
        }
    };
    Line { name: name.to_owned(), figures }
}

/// How much was given, and how many copies that is.
pub(super) fn given(progress: &JobProgress, size: u64) -> String {
    let copies = copies(progress, size);
    let web =
        if progress.web > 0 { format!(", {} over HTTP", show_size(progress.web)) } else { String::new() };
    format!("{copies:.2} copies given ({}{web})", show_size(progress.uploaded + progress.web))
}

/// What became of what was given, as far as peers have announced it.
pub(super) fn became(progress: &JobProgress, size: u64) -> Option<String> {
    let received = progress.bill?.received;
    let each = each(progress, size).map_or(String::new(), |each| format!(", {each:.1} for one"));
    Some(format!("{received:.2} received{each}"))
}

/// How many copies peers have for each that was given, while it is known.
pub(super) fn each(progress: &JobProgress, size: u64) -> Option<f64> {
    let given = copies(progress, size);
    (given > 0.0).then_some(progress.bill?.received / given)
}

/// How many times the content was given; padding counts on both sides, where peers send it.
pub(super) fn copies(progress: &JobProgress, size: u64) -> f64 {
    (progress.uploaded + progress.web) as f64 / size.max(progress.wanted).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use swarm_net::Bill;

    #[test]
    fn a_line_says_what_it_costs() {
        let progress = JobProgress { uploaded: 150, upload_rate: 1024, peers: 1, ..JobProgress::default() };
        let bill = |received| {
            let bill = Bill {
                given: 1.5,
                received,
                seeds: 0,
                relay_time: std::time::Duration::from_secs(1),
                fresh: 0,
                spread: 0,
                promised: 0,
                most_promised: 0,
                oldest_promise: None,
            };
            JobProgress { bill: Some(bill), ..progress }
        };
        let figures = ["1 peer", "1.00 KiB/s", "1.50 copies given (150 B)", "3.00 received, 2.0 for one"];
        for (progress, expected) in [
            (progress, &figures[..3]),
            (bill(3.0), &figures[..]),
            (
                JobProgress { uploaded: 100, web: 50, ..progress },
                &["1 peer", "1.00 KiB/s", "1.50 copies given (150 B, 50 B over HTTP)"],
            ),
            (JobProgress { checking: Some(10), ..progress }, &["checking: 10 B of 100 B"]),
        ] {
            let line = line("n", 100, &progress);
            assert_eq!(
                (line.name.as_str(), line.figures),
                ("n", expected.iter().map(ToString::to_string).collect())
            );
        }
    }
}
