//! What is printed: a line for each torrent while it comes, its path when it is there; JSON in `record`.

mod line;
mod reason;
pub(crate) mod record;
mod sentence;
mod shortfall;
mod sources;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cli_kit::{
    Board, Exit, Failure, Interrupt, JsonBytes, Line, ProgressMode, World, escape, escape_path, show_size,
};
use swarm_net::disk::{DiskError, DiskSurvey};
use swarm_net::{Destination, DialError, JobEvent, JobProgress};
use torrent_core::address::{AddressError, WayOut};
use torrent_core::layout::{PieceIndex, Span};
use torrent_core::metainfo::Metainfo;

use self::line::{line, summary};
use self::record::{Event, Record, Standing, Torrent};
use self::sentence::sentence;
use crate::ended::Ended;
use crate::mask::masked;
use crate::plan::Plan;
use crate::source::{Opened, name_of};
use crate::switches::Switches;

/// Reports what happens to all jobs.
pub(crate) struct Reporter<'w> {
    pub(crate) world: &'w mut World,
    is_json: bool,
    /// `--progress json` was typed.
    is_progress_json: bool,
    board: Board,
    jobs: Vec<JobState>,
    destination: Destination,
    switches: Switches,
    /// Where peers find us.
    addresses: Vec<String>,
    /// How long complete torrents stay, in words.
    seeds_until: String,
    /// Standard output failed: nothing more can be printed.
    failure: Option<Failure>,
}

/// What is known of a job.
struct JobState {
    /// As it was typed, fit to be shown.
    source: String,
    started: Instant,
    metainfo: Option<Arc<Metainfo>>,
    progress: JobProgress,
    /// The progress that the last JSON event reported, and when it did.
    last_event: Option<(Instant, JobProgress)>,
    /// It is known how much is wanted.
    is_started: bool,
    is_complete: bool,
    /// Complaints that were printed already.
    complaints: HashSet<String>,
}

impl<'w> Reporter<'w> {
    /// For the sources of a plan, each of which is a job.
    pub(crate) fn new(world: &'w mut World, plan: &Plan) -> Self {
        let flags = &plan.flags;
        let board = Board::start(world, flags);
        let job = |input| JobState {
            source: name_of(input),
            started: Instant::now(),
            metainfo: None,
            progress: JobProgress::default(),
            last_event: None,
            is_started: false,
            is_complete: false,
            complaints: HashSet::new(),
        };
        Self {
            world,
            is_json: flags.json,
            is_progress_json: flags.progress == ProgressMode::Json,
            board,
            jobs: plan.inputs.iter().map(job).collect(),
            destination: plan.destination.clone(),
            switches: plan.switches,
            addresses: Vec::new(),
            seeds_until: sentence::seeds_until(plan.seed_time, plan.seed_ratio),
            failure: None,
        }
    }

    /// From now on, peers find us there.
    pub(crate) fn reached_at(&mut self, addresses: &[SocketAddr]) {
        self.addresses = addresses.iter().map(ToString::to_string).collect();
    }

    /// Tells that a job failed.
    pub(crate) fn failed(
        &mut self,
        job: usize,
        failure: &Failure,
        reason: &'static str,
        ended: Option<&Ended>,
    ) {
        if self.is_json {
            self.print(job, record::failed(failure, reason, ended));
        }
        self.world.fail(failure);
    }

    /// Tells why a job did not deliver; gives what that means.
    pub(crate) fn fell_short(&mut self, source: &Opened, ended: &Ended, interrupt: &Interrupt) -> Exit {
        match sentence(source, ended, self.switches) {
            Some((failure, reason)) => {
                self.failed(source.job, &failure, reason, Some(ended));
                failure.exit
            }
            None => {
                self.interrupted(source.job, interrupt);
                Exit::Interrupted
            }
        }
    }

    /// Tells that a signal ended a job. To people the end of all says it.
    pub(crate) fn interrupted(&mut self, job: usize, interrupt: &Interrupt) {
        if let (true, Err(failure)) = (self.is_json, interrupt.check()) {
            self.print(job, record::failed(&failure, "interrupted", None));
        }
    }

    /// Tells that another source is the same torrent.
    pub(crate) fn duplicate(&mut self, job: usize, of: usize) {
        if self.is_json {
            self.print(job, Event::Duplicate { of });
        }
        self.world.note(format!("{}: named twice, fetched once", self.jobs[job].source));
    }

    /// Tells what a fetch would do.
    pub(crate) fn surveyed(&mut self, job: usize, metainfo: &Metainfo, survey: &DiskSurvey) {
        for warning in &survey.warnings {
            self.world.note(warning);
        }
        if self.is_json {
            return self.print(job, record::surveyed(metainfo, survey));
        }
        let (wanted, done) = bytes_of(survey);
        let text = format!(
            "{}: {} to fetch of {}, {} to be written, {} free: {}\n",
            escape_path(&self.path_of(metainfo)),
            show_size(wanted - done),
            show_size(wanted),
            show_size(survey.needed),
            show_size(survey.free),
            if survey.needed <= survey.free { "it fits" } else { "it does not fit" },
        );
        self.result(text);
    }

    /// The end.
    ///
    /// # Errors
    /// Standard output's own failure.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.board.finish();
        self.failure.take().map_or(Ok(()), Err)
    }

    fn print(&mut self, job: usize, event: Event<'_>) {
        let printed = self.world.print_json(&Record::new(job, &self.jobs[job].source, event));
        // Programs wait for events.
        let printed = printed.and_then(|()| self.world.flush());
        self.failure = self.failure.take().or(printed.err());
    }

    fn result(&mut self, line: impl AsRef<[u8]>) {
        let printed = self.world.print(line).and_then(|()| self.world.flush());
        self.failure = self.failure.take().or(printed.err());
    }

    fn path_of(&self, metainfo: &Metainfo) -> PathBuf {
        // Whose names cannot be used has not come this far.
        self.destination.path_of(metainfo).unwrap_or_default()
    }

    fn completed(&mut self, job: usize, progress: &JobProgress) {
        let state = &mut self.jobs[job];
        state.is_complete = true;
        let Some(metainfo) = state.metainfo.clone() else { return };
        let (path, elapsed) = (self.path_of(&metainfo), self.jobs[job].started.elapsed());
        if self.is_json {
            let path = JsonBytes(path.as_os_str().as_bytes().to_vec());
            let standing = Standing::of(progress);
            self.jobs[job].last_event = Some((Instant::now(), *progress));
            return self.print(job, Event::Completed { path, seconds: elapsed.as_secs_f64(), standing });
        }
        self.world.note(format!("{}: {}", escape(metainfo.name()), summary(progress, elapsed)));
        let mut line = self.world.shown_path(&path);
        line.push(b'\n');
        self.result(line);
    }

    /// A complaint is printed once, though trackers are asked again and again.
    fn complain(&mut self, job: usize, url: &str, message: &str, event: fn(UrlAndMessage<'_>) -> Event<'_>) {
        let (url, message) = (masked(url), masked(message));
        if self.is_json {
            let source = self.jobs[job].source.clone();
            let record = Record::new(job, &source, event(UrlAndMessage { url: &url, message: &message }));
            let printed = self.world.print_json(&record).and_then(|()| self.world.flush());
            self.failure = self.failure.take().or(printed.err());
            return;
        }
        let state = &mut self.jobs[job];
        let text = format!("{}: {url}: {message}", state.source);
        if state.complaints.len() < MOST_COMPLAINTS && state.complaints.insert(text.clone()) {
            self.world.note(text);
        }
    }

    /// A peer that the user named cannot be reached.
    fn unreached(&mut self, job: usize, address: SocketAddr, why: DialError) {
        if self.is_json {
            let (address, reason) = (address.to_string(), reason::dial_error(why));
            return self.print(job, Event::Unreached { address, reason });
        }
        let text = format!("{}: peer {address}: {}", self.jobs[job].source, shortfall::dial_error(why));
        self.world.note(text);
    }

    fn seeding(&mut self, job: usize) {
        if self.is_json {
            let addresses = self.addresses.clone();
            return self.print(job, Event::Seeding { addresses });
        }
        let name = self.jobs[job].metainfo.as_ref().map(|metainfo| escape(metainfo.name()));
        let name = name.as_deref().unwrap_or(&self.jobs[job].source);
        let addresses = self.addresses.join(", ");
        self.world.note(format!("{name}: seeding at {addresses}, {}", self.seeds_until));
    }

    fn progress(&mut self, job: usize, progress: JobProgress) {
        self.jobs[job].progress = progress;
        if self.jobs[job].is_time_for_event() {
            self.report_progress(job);
        }
        self.draw();
    }

    /// A job is over; what came and went since the last event is reported.
    pub(crate) fn ended(&mut self, job: usize, progress: JobProgress) {
        let moved = |of: &JobProgress| (of.done, of.downloaded, of.uploaded);
        let reported = self.jobs[job].last_event.map(|(_, progress)| moved(&progress));
        self.jobs[job].progress = progress;
        if reported != Some(moved(&progress)) && (reported.is_some() || self.jobs[job].is_started) {
            self.report_progress(job);
        }
    }

    fn report_progress(&mut self, job: usize) {
        let progress = self.jobs[job].progress;
        self.jobs[job].last_event = Some((Instant::now(), progress));
        let standing = || match self.jobs[job].is_started {
            true => Standing::of(&progress),
            false => Standing::before(&progress),
        };
        let (standing, again) = (standing(), standing());
        if self.is_json {
            self.print(job, Event::Progress(standing));
        }
        if self.is_progress_json {
            let record = Record::new(job, &self.jobs[job].source, Event::Progress(again));
            if let Ok(line) = serde_json::to_string(&record) {
                self.world.stderr.line(&line);
            }
        }
    }

    fn draw(&mut self) {
        if !self.board.is_due() {
            return;
        }
        let going = self.jobs.iter().filter(|job| !job.is_complete || job.progress.peers > 0);
        let mut lines: Vec<Line> = going.map(JobState::line).collect();
        if lines.len() > MOST_LINES {
            lines
                .push(Line {
                    name: format!("… and {} more", lines.len() - MOST_LINES), figures: Vec::new()
                });
            lines.swap_remove(MOST_LINES);
            lines.truncate(MOST_LINES + 1);
        }
        self.board.show(&lines);
    }
}

/// What a tracker or web seed complains of.
struct UrlAndMessage<'a> {
    url: &'a str,
    message: &'a str,
}

impl Reporter<'_> {
    /// Tells what happened to a job.
    pub(crate) fn on_event(&mut self, job: usize, event: JobEvent) {
        match event {
            JobEvent::Metadata { metainfo } => {
                if self.is_json {
                    self.print(job, Event::Metadata(Torrent::of(&metainfo)));
                }
                self.jobs[job].metainfo = Some(metainfo);
            }
            JobEvent::Started { metainfo, pieces: pieces_wanted, pieces_had, progress } => {
                self.jobs[job].is_started = true;
                if self.is_json {
                    let (torrent, wanted, done) = (Torrent::of(&metainfo), progress.wanted, progress.done);
                    self.print(job, Event::Started { torrent, pieces_wanted, pieces_had, wanted, done });
                }
                self.jobs[job].metainfo = Some(metainfo);
            }
            JobEvent::Progress(progress) => self.progress(job, progress),
            JobEvent::Piece { piece } if self.is_json => {
                self.print(job, Event::Piece { piece: piece.into() })
            }
            JobEvent::BadPiece { piece } if self.is_json => {
                self.print(job, Event::BadPiece { piece: piece.into() })
            }
            JobEvent::Banned { ip, why } if self.is_json => {
                self.print(job, Event::Banned { ip: ip.to_string(), reason: reason::close_reason(why) });
            }
            JobEvent::Unreached { address, why } => self.unreached(job, address, why),
            JobEvent::Tracker { url, message, way_out } => {
                let message = with_way_out(&message, "--tracker", way_out);
                self.complain(job, &url, &message, |said| Event::Tracker {
                    url: said.url,
                    message: said.message,
                });
            }
            JobEvent::WebSeed { url, message, way_out } => {
                let message = with_way_out(&message, "--web-seed", way_out);
                self.complain(job, &url, &message, |said| Event::WebSeed {
                    url: said.url,
                    message: said.message,
                });
            }
            JobEvent::Refused { address, more, why } => self.warn(job, &refused_peers(address, more, &why)),
            JobEvent::Warning { message } => self.warn(job, &message),
            JobEvent::OnlyNear => self.warn(job, &sentence::only_near(self.switches)),
            JobEvent::Unread { error } => self.unread(job, &error),
            JobEvent::Completed(progress) => self.completed(job, &progress),
            JobEvent::Seeding { .. } => self.seeding(job),
            _ => {}
        }
    }

    fn unread(&mut self, job: usize, error: &DiskError) {
        let cause = sentence::disk(&self.jobs[job].source, error).0.message;
        self.warn(job, &format!("not all of it can be given to others: {cause}"));
    }

    fn warn(&mut self, job: usize, message: &str) {
        match self.is_json {
            true => self.print(job, Event::Warning { message }),
            false => self.world.note(format!("{}: {message}", self.jobs[job].source)),
        }
    }
}

/// What the user may do about a server that is not asked.
fn with_way_out(message: &str, option: &str, way_out: Option<WayOut>) -> String {
    let way_out = way_out.map(|way_out| match way_out {
        WayOut::Allow => "; `--allow-private` asks it all the same".to_owned(),
        WayOut::Name => format!("; `{option}` asks it all the same"),
    });
    format!("{message}{}", way_out.unwrap_or_default())
}

/// Peers that only the link names, and that are not dialled.
fn refused_peers(address: SocketAddr, more: usize, why: &AddressError) -> String {
    let more = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    let message = format!("peer {address}{more}: not dialled: {why}, and only the link names it");
    match why.way_out() {
        Some(WayOut::Allow) => format!("{message}; `--allow-private` dials it all the same"),
        Some(WayOut::Name) => format!("{message}; `--peer` dials it all the same"),
        None => message,
    }
}

impl JobState {
    /// Whether there is progress to tell of, and it is time.
    fn is_time_for_event(&self) -> bool {
        self.last_event.is_none_or(|(at, progress)| at.elapsed() >= TOLD_EVERY && progress != self.progress)
    }

    fn line(&self) -> Line {
        let name = self.metainfo.as_ref().map(|metainfo| escape(metainfo.name()));
        line(name.as_deref(), &self.source, &self.progress, self.is_complete)
    }
}

/// Bytes that are wanted, and bytes of them that are there.
pub(crate) fn bytes_of(survey: &DiskSurvey) -> (u64, u64) {
    let layout = survey.torrent.metainfo.layout();
    let content = |piece: PieceIndex| {
        let spans = layout.spans(layout.piece(piece));
        spans.filter(|span| matches!(span, Span::Content { .. })).map(Span::length).sum::<u64>()
    };
    let pieces = layout.pieces().unwrap_or_default();
    let wanted = pieces.into_iter().filter(|piece| survey.torrent.wanted[piece.index()]);
    wanted.fold((0, 0), |(wanted, done), piece| {
        let bytes = content(piece);
        (wanted + bytes, done + if survey.torrent.have[piece.index()] { bytes } else { 0 })
    })
}

/// More would push the rest off the screen.
const MOST_LINES: usize = 16;
const MOST_COMPLAINTS: usize = 100;

/// How often a JSON event tells how far a job is.
const TOLD_EVERY: Duration = Duration::from_millis(500);
