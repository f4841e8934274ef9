//! A range of a torrent's bytes, read from the files of a web seed.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use swarm::wire::BlockAddress;
use swarm::{WebError, blocks_of};
use torrent_core::layout::Span;
use torrent_core::limits;

use super::body::Body;
use super::{Fetch, Means, Stop};
use crate::pool::Block;
use web_client::Client;

/// A request at work.
pub(super) struct RangeRequest<'a> {
    pub(super) fetch: &'a Fetch,
    pub(super) client: &'a mut Client,
    pub(super) means: &'a Means,
    pub(super) stop: &'a Stop,
    /// The file that is being read.
    pub(super) body: Option<Body>,
    /// A range came.
    pub(super) ranges: bool,
    /// A whole file came where a part was asked for.
    no_ranges: bool,
    /// Successive answers that ended before they had given a block.
    stubs: u32,
}

/// What comes of a request before it ends.
pub(super) enum Part {
    /// A block, filled with the bytes of its address.
    Block(BlockAddress, Block),
    /// So many bytes that nobody asked for.
    Skipped(u64),
}

type OnPart<'h> = &'h mut dyn FnMut(Part);

impl<'a> RangeRequest<'a> {
    /// A request that goes on with `body`, if that is of use.
    pub(super) fn new(
        fetch: &'a Fetch,
        client: &'a mut Client,
        means: &'a Means,
        stop: &'a Stop,
        body: Option<Body>,
    ) -> Self {
        Self { fetch, client, means, stop, body, ranges: false, no_ranges: false, stubs: 0 }
    }

    /// Reads what is asked for, cut into blocks; bytes between them are padding.
    pub(super) fn read(&mut self, on_part: OnPart<'_>) -> Result<(), WebError> {
        let metainfo = &self.fetch.metainfo;
        for piece in metainfo.layout().pieces_in(self.fetch.bytes.clone()) {
            for address in blocks_of(metainfo, piece) {
                let length = address.bytes();
                let mut block = self.block(length, on_part)?;
                let position = metainfo.layout().piece(piece).start + u64::from(address.offset);
                self.fill(position, &mut block.memory()[..length], on_part)?;
                block.set_length(length);
                on_part(Part::Block(address, block));
            }
        }
        if self.no_ranges { Err(WebError::NoRanges) } else { Ok(()) }
    }

    /// A block of the pool, when there is one, and the rate allows to fill it.
    fn block(&self, length: usize, on_part: OnPart<'_>) -> Result<Block, WebError> {
        let block = self.wait_for(|| self.means.pool.take(), on_part)?;
        self.means.download.take(length);
        Ok(block)
    }

    /// What `get` gives, when it does and the rate allows something. Now and then it is said that we wait, not the server.
    fn wait_for<T>(&self, get: impl Fn() -> Option<T>, on_part: OnPart<'_>) -> Result<T, WebError> {
        let Means { download, start, .. } = self.means;
        let mut since = Instant::now();
        loop {
            self.go_on()?;
            if download.has_ample_allowance(start.elapsed())
                && let Some(found) = get()
            {
                return Ok(found);
            }
            if since.elapsed() >= REPORT_EVERY {
                on_part(Part::Skipped(0));
                since = Instant::now();
            }
            thread::sleep(WAIT);
        }
    }

    /// Whether the request is still wanted.
    fn go_on(&self) -> Result<(), WebError> {
        match self.stop.load(Ordering::Relaxed) {
            true => Err(WebError::Failed("not wanted any more".to_owned())),
            false => Ok(()),
        }
    }

    /// Fills `into` with the bytes of the torrent from `position` on.
    fn fill(&mut self, position: u64, mut into: &mut [u8], on_part: OnPart<'_>) -> Result<(), WebError> {
        let fetch = self.fetch;
        for span in fetch.metainfo.layout().spans(position..position + into.len() as u64) {
            let length = usize::try_from(span.length()).unwrap_or(usize::MAX).min(into.len());
            let (part, rest) = into.split_at_mut(length);
            match span {
                Span::Zeros { .. } => part.fill(0),
                Span::Content { file, offset, .. } => self.fill_from(file, offset, part, on_part)?,
            }
            into = rest;
        }
        Ok(())
    }

    /// Fills `into` with what a file has at `offset`, with one answer after the other if they are shorter than that or break off. One that
    /// breaks off before it has given a block is no way to get the rest.
    fn fill_from(
        &mut self,
        file: usize,
        mut offset: u64,
        mut into: &mut [u8],
        on_part: OnPart<'_>,
    ) -> Result<(), WebError> {
        while !into.is_empty() {
            self.go_on()?;
            let mut body = self.reach(file, offset, on_part)?;
            match body.read(into) {
                Ok(count) => {
                    self.body = Some(body);
                    offset += count as u64;
                    into = &mut into[count..];
                }
                Err(_) if body.is_range() && body.has_given_a_block() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The file at `offset`: the one that is open, if that lies ahead in it. One that breaks off does not stay open.
    fn reach(&mut self, file: usize, offset: u64, on_part: OnPart<'_>) -> Result<Body, WebError> {
        let mut body = match self.body.take().filter(|body| body.leads_to(file, offset)) {
            Some(body) => body,
            None => self.open(file, offset)?,
        };
        self.ranges |= body.is_range();
        self.no_ranges |= body.ignores_range() && !self.fetch.whole_files;
        if self.no_ranges && body.offset() < offset {
            self.body = Some(body);
            return Err(WebError::NoRanges);
        }
        self.skip(&mut body, offset, on_part)?;
        Ok(body)
    }

    /// Asks for a file at `offset`. Many answers of next to nothing are no way to get it.
    fn open(&mut self, file: usize, offset: u64) -> Result<Body, WebError> {
        let body = Body::open(self.fetch, self.client, file, offset)?;
        self.stubs = if body.is_stub() { self.stubs + 1 } else { 0 };
        if self.stubs > STUBS {
            return Err(WebError::Failed("it sends only some bytes at a time".to_owned()));
        }
        Ok(body)
    }

    /// Reads over what is in front of `offset`, a block at a time.
    fn skip(&self, body: &mut Body, offset: u64, on_part: OnPart<'_>) -> Result<(), WebError> {
        let mut passed = Vec::new();
        while body.offset() < offset {
            let length = (offset - body.offset()).min(limits::BLOCK);
            let end = body.offset() + length;
            self.wait_for(|| Some(()), on_part)?;
            self.means.download.take(length as usize);
            while body.offset() < end {
                self.go_on()?;
                passed.resize((end - body.offset()) as usize, 0);
                body.read(&mut passed)?;
            }
            on_part(Part::Skipped(length));
        }
        Ok(())
    }
}

/// How often what a request waits for is looked at.
const WAIT: Duration = Duration::from_millis(1);

/// So many successive answers may have less than a block: one that ends where a cache cuts its files is no reason to give up.
const STUBS: u32 = 4;

/// How often it is said that we wait, not the server.
const REPORT_EVERY: Duration = Duration::from_secs(1);
