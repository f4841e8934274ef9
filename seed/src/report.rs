//! What is printed: a magnet link for each offer that can have one, and where it is found; then a line of progress. JSON in `record`.

mod figures;
mod line;
mod record;
mod sentence;

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cli_kit::{
    Board, Exit, Failure, JsonBytes, Line, ProgressMode, World, escape, escape_path, hex, show_duration,
    show_size,
};
use swarm_net::{Damage, JobEvent, JobOutcome, JobProgress};
use torrent_core::layout::PieceIndex;
use torrent_core::redact::redact;

use self::line::line;
use self::record::{Event, Offered, Record, Standing};
use crate::link::Whereabouts;
use crate::offer::Offer;
use crate::plan::Plan;

/// Reports what happens to all offers.
pub(crate) struct Reporter<'w> {
    pub(crate) world: &'w mut World,
    plan: &'w Plan,
    board: Board,
    offers: Vec<OfferState>,
    /// Bytes given of offers whose places others have now: to peers, and over HTTP.
    given_before: (u64, u64),
    /// Standard output failed: nothing more can be printed.
    failure: Option<Failure>,
}

/// What is known of an offer.
struct OfferState {
    /// As messages call it.
    source: String,
    /// By which scrapers know it.
    info_hash: String,
    /// The torrent's name, escaped.
    name: String,
    /// Bytes of its files.
    size: u64,
    pieces: u64,
    /// Those of them that can be given.
    pieces_had: u64,
    /// What is to be said when peers are answered.
    offered: Option<Box<Offered>>,
    started: Instant,
    progress: JobProgress,
    /// The progress that the last JSON event reported, and when it did.
    last_event: Option<(Instant, JobProgress)>,
    has_ended: bool,
    /// Complaints that were printed already.
    complaints: HashSet<String>,
}

impl<'w> Reporter<'w> {
    pub(crate) fn new(world: &'w mut World, plan: &'w Plan) -> Self {
        let board = Board::start(world, &plan.flags);
        Self { world, plan, board, offers: Vec::new(), given_before: (0, 0), failure: None }
    }

    /// Says where others find us, all offers together.
    pub(crate) fn listening(&mut self, whereabouts: &Whereabouts) {
        let addresses: Vec<String> = whereabouts.addresses.iter().map(ToString::to_string).collect();
        if self.plan.flags.json {
            let page = whereabouts.site.as_deref();
            return self.print(&Record::new(None, None, Event::Listening { addresses, page }));
        }
        self.world.note(format!("peers find it at {}", addresses.join(", ")));
        if let Some(site) = &whereabouts.site {
            self.world.note(format!("all of it is at {site}"));
        }
    }

    /// Takes in an offer, which goes by the number that is given.
    pub(crate) fn take_in(&mut self, offer: &Offer, whereabouts: &Whereabouts) -> usize {
        let state = OfferState {
            source: offer.source.clone(),
            info_hash: offer.hashes().first().map(|hash| hex(hash)).unwrap_or_default(),
            name: escape(offer.metainfo.name()).into_owned(),
            size: offer.metainfo.files().content_length(),
            pieces: offer.metainfo.layout().piece_count(),
            pieces_had: 0,
            offered: Some(Box::new(Offered::of(self.plan, offer, whereabouts))),
            started: Instant::now(),
            progress: JobProgress::default(),
            last_event: None,
            has_ended: false,
            complaints: HashSet::new(),
        };
        // What is replaced again and again has one place.
        let before = self.offers.iter().position(|other| other.has_ended && other.source == state.source);
        let Some(number) = before else {
            self.offers.push(state);
            return self.offers.len() - 1;
        };
        let before = std::mem::replace(&mut self.offers[number], state).progress;
        self.given_before.0 += before.uploaded;
        self.given_before.1 += before.web;
        number
    }

    /// Tells what cannot be offered; gives the exit code that this means.
    pub(crate) fn refused(&mut self, failure: &Failure) -> Exit {
        if self.plan.flags.json {
            self.print(&Record::new(None, None, record::failed(failure)));
        }
        self.world.fail(failure);
        failure.exit
    }

    /// Tells that a torrent was named before.
    pub(crate) fn duplicate(&mut self, offer: &Offer, of: &str) {
        if self.plan.flags.json {
            self.print(&Record::new(None, Some(&offer.source), Event::Duplicate { of }));
        }
        self.world.note(format!("{}: is the torrent of {of}, and offered once", offer.source));
    }

    /// The end.
    ///
    /// # Errors
    /// Standard output's own failure.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        self.board.finish();
        self.failure.take().map_or(Ok(()), Err)
    }

    /// Tells what happened to an offer.
    pub(crate) fn on_event(&mut self, number: usize, event: JobEvent) {
        match event {
            JobEvent::Seeding { .. } => self.offered(number),
            JobEvent::Started { pieces_had, progress, .. } => {
                let offer = &mut self.offers[number];
                (offer.pieces_had, offer.progress) = (pieces_had as u64, progress);
            }
            JobEvent::Progress(progress) | JobEvent::Asleep(progress) => self.progress(number, progress),
            JobEvent::Tracker { url, message, way_out } => {
                self.complain(number, &url, &sentence::with_way_out(&message, way_out));
            }
            JobEvent::Warning { message } => self.warn(number, &message),
            JobEvent::Unread { error } => self.warn(number, &sentence::disk(&error)),
            JobEvent::Damaged { piece, paths, why } => self.damaged(number, piece, &paths, &why),
            JobEvent::Healed { paths } => self.healed(number, &paths),
            JobEvent::NothingLeft => {
                self.warn(number, "nothing of it is as the torrent says; it is looked at again and again");
            }
            JobEvent::Unreached { address, why } => {
                self.warn(number, &format!("peer {address}: {}", sentence::dial_error(why)));
            }
            JobEvent::Banned { ip, .. } if self.plan.flags.json => {
                self.tell(number, Event::Banned { ip: ip.to_string() });
            }
            _ => {}
        }
    }

    /// Peers are answered from now on.
    pub(crate) fn offered(&mut self, number: usize) {
        let Some(offered) = self.offers[number].offered.take() else { return };
        if self.plan.flags.json {
            return self.tell(number, Event::Offered(offered));
        }
        let offer = &self.offers[number];
        let mut size = show_size(offer.size);
        if offer.pieces_had < offer.pieces {
            size = format!("{} of {} pieces of {size}", offer.pieces_had, offer.pieces);
        }
        self.world.note(format!("{}: {size} is offered", offer.source));
        let Some(magnet) = offered.magnet else {
            return self
                .warn(number, "no magnet link, because it is private: others need the .torrent itself");
        };
        let printed = self.world.print(format!("{magnet}\n")).and_then(|()| self.world.flush());
        self.failure = self.failure.take().or(printed.err());
    }

    fn progress(&mut self, number: usize, progress: JobProgress) {
        self.offers[number].progress = progress;
        if self.offers[number].is_time_for_event() {
            self.report_progress(number);
        }
        self.draw();
    }

    fn report_progress(&mut self, number: usize) {
        let offer = &mut self.offers[number];
        offer.last_event = Some((Instant::now(), offer.progress));
        let standing = Standing::of(&offer.progress, offer.size);
        if self.plan.flags.progress == ProgressMode::Json {
            let record = Record::new(Some(number), Some(&offer.source), Event::Progress(standing));
            if let Ok(line) = serde_json::to_string(&record) {
                self.world.stderr.line(&line);
            }
        }
        if self.plan.flags.json {
            self.tell(number, Event::Progress(standing));
        }
    }

    /// A torrent is no longer offered. Gives the exit code that this means.
    pub(crate) fn ended(&mut self, number: usize, outcome: &JobOutcome) -> Exit {
        let offer = &mut self.offers[number];
        (offer.progress, offer.has_ended) = (outcome.progress, true);
        let failure = outcome.result.as_ref().err().and_then(|why| sentence::failure(&offer.source, why));
        let Some(failure) = failure else {
            self.tell_cost(number, "");
            return Exit::Yes;
        };
        if self.plan.flags.json {
            self.tell(number, record::failed(&failure));
        }
        self.world.fail(&failure);
        failure.exit
    }

    /// What was offered has gone, or is not as it was.
    pub(crate) fn dropped(&mut self, number: usize) {
        self.offers[number].has_ended = true;
        self.tell_cost(number, "is no longer offered; ");
    }

    /// Tells what an offer has cost that has ended.
    fn tell_cost(&mut self, number: usize, why: &str) {
        let offer = &self.offers[number];
        let (standing, seconds) = (Standing::of(&offer.progress, offer.size), offer.started.elapsed());
        if self.plan.flags.json {
            return self.tell(number, Event::Ended { seconds: seconds.as_secs_f64(), standing });
        }
        let given = line::given(&offer.progress, offer.size);
        let became = line::became(&offer.progress, offer.size);
        let cost = [Some(given), became].into_iter().flatten().collect::<Vec<_>>().join(", ");
        self.world.note(format!("{}: {why}{cost}, in {}", offer.source, show_duration(seconds.as_secs())));
    }

    /// A complaint is printed once, though trackers are asked again and again.
    fn complain(&mut self, number: usize, url: &str, message: &str) {
        let (url, message) = (masked(url), masked(message));
        if self.plan.flags.json {
            return self.tell(number, Event::Tracker { url: &url, message: &message });
        }
        let offer = &mut self.offers[number];
        let text = format!("{}: {url}: {message}", offer.source);
        if offer.complaints.len() < MOST_COMPLAINTS && offer.complaints.insert(text.clone()) {
            self.world.note(text);
        }
    }

    /// Data is not as the torrent says.
    fn damaged(&mut self, number: usize, piece: PieceIndex, paths: &[PathBuf], why: &Damage) {
        let message = sentence::damage(why);
        if self.plan.flags.json {
            let bytes = |path: &PathBuf| JsonBytes(path.as_os_str().as_bytes().to_vec());
            let paths = paths.iter().map(bytes).collect();
            return self.tell(number, Event::Damaged { piece: piece.into(), paths, message: &message });
        }
        let names: Vec<_> = paths.iter().map(|path| escape_path(path)).collect();
        let together = if names.len() > 1 { "one of " } else { "" };
        let text = format!("{together}{}: {message}; what it spoils is not given", names.join(", "));
        // Silence would hide that data is lost.
        self.world.fail(&Failure::of(Exit::LocalIo, &self.offers[number].source, text));
    }

    /// Damaged data is as the torrent says again.
    fn healed(&mut self, number: usize, paths: &[PathBuf]) {
        let names: Vec<_> = paths.iter().map(|path| escape_path(path)).collect();
        self.warn(number, &format!("{}: as the torrent says again, and given", names.join(", ")));
    }

    fn warn(&mut self, number: usize, message: &str) {
        match self.plan.flags.json {
            true => self.tell(number, Event::Warning { message }),
            false => self.world.note(format!("{}: {message}", self.offers[number].source)),
        }
    }

    /// Prints an event of an offer.
    fn tell(&mut self, number: usize, event: Event<'_>) {
        let source = self.offers[number].source.clone();
        self.print(&Record::new(Some(number), Some(&source), event));
    }

    fn print(&mut self, record: &Record<'_>) {
        // Programs wait for events.
        let printed = self.world.print_json(record).and_then(|()| self.world.flush());
        self.failure = self.failure.take().or(printed.err());
    }

    fn draw(&mut self) {
        if !self.board.is_due() {
            return;
        }
        let going = self.offers.iter().filter(|offer| !offer.has_ended);
        let busy = going.filter(|offer| offer.progress.peers > 0 || self.offers.len() <= MOST_LINES);
        let mut lines: Vec<Line> = busy.map(|offer| line(&offer.name, offer.size, &offer.progress)).collect();
        if lines.len() > MOST_LINES {
            let more = lines.len() - MOST_LINES;
            lines.truncate(MOST_LINES);
            lines.push(Line { name: format!("… and {more} more"), figures: Vec::new() });
        }
        self.board.show(&lines);
    }
}

impl OfferState {
    /// Whether there is progress to tell of, and it is time.
    fn is_time_for_event(&self) -> bool {
        self.last_event.is_none_or(|(at, progress)| at.elapsed() >= TOLD_EVERY && progress != self.progress)
    }
}

/// Words from outside, fit for a terminal, without secrets.
fn masked(text: &str) -> String {
    escape(&redact(text.as_bytes())).into_owned()
}

/// More would push the rest off the screen.
const MOST_LINES: usize = 16;
const MOST_COMPLAINTS: usize = 100;

/// How often a JSON event tells how far an offer is.
const TOLD_EVERY: Duration = Duration::from_millis(500);
