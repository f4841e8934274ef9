//! A session that does what it is told, one command a line.
//!
//! `add FIRST END` adds the torrents of these numbers as seeds, `sleep FIRST END` adds them asleep; `remove FIRST END` lets them go; `turn SECONDS` does nothing else for so
//! long; `seed NAME` gives the torrent of that name to others; `fetch NAME FOLDER PORT` gets it from somebody at that port. Each is done
//! when what it asks for has come about.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use piece_hash::Backend;
use swarm_net::{Check, Goal, Job, JobEvent, JobId, RecordReader, Session, Settings, Source};
use torrent_core::address::Namer;
use torrent_core::magnet::Peer;
use torrent_core::metainfo::Metainfo;
use web_client::WebAccess;

use crate::figures::Begun;

#[derive(Args, Debug)]
pub(crate) struct Asked {
    /// The folder of the torrents and of their content
    folder: PathBuf,
    /// Bytes for payload and for what is kept of torrents
    #[arg(long)]
    memory: u64,
}

/// The session, and the torrents that it was told to add.
struct Bench<'a> {
    folder: &'a Path,
    session: Session,
    ids: BTreeMap<String, JobId>,
}

impl Asked {
    /// Does each line until standard input ends.
    pub(crate) fn run(&self) -> io::Result<()> {
        swarm_net::raise_descriptor_limit();
        let settings = Settings {
            memory: self.memory,
            port: None,
            bind: Some([127, 0, 0, 1].into()),
            access: WebAccess::default(),
            max_download: None,
            max_upload: None,
            threads: std::thread::available_parallelism()?.get(),
            backend: Backend::best(),
            ..Settings::default()
        };
        let session = Session::new(settings).map_err(io::Error::other)?;
        let mut bench = Bench { folder: &self.folder, session, ids: BTreeMap::new() };
        for line in io::stdin().lock().lines() {
            let begun = Begun::now();
            let port = bench.obey(&line?, &begun)?;
            let mut figures = begun.figures()?;
            figures["port"] = port.into();
            println!("{figures}");
        }
        Ok(())
    }
}

impl Bench<'_> {
    /// Does what a line says; gives where peers find us, if that was said.
    fn obey(&mut self, line: &str, begun: &Begun) -> io::Result<Option<u16>> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["add", first, end] => self.add_all(number(first)?..number(end)?),
            ["sleep", first, end] => self.sleep_all(number(first)?..number(end)?),
            ["remove", first, end] => self.remove_all(number(first)?..number(end)?),
            ["turn", seconds] => self.turn_for(Duration::from_secs(number(seconds)?), begun),
            ["seed", name] => {
                self.add(name, self.folder, &[])?;
                self.turn_until_seeding(1)
            }
            ["fetch", name, to, port] => self.fetch(name, Path::new(to), port),
            _ => Err(io::Error::other(format!("what is {line:?}?"))),
        }
    }

    fn add_all(&mut self, numbers: std::ops::Range<u64>) -> io::Result<Option<u16>> {
        let count = numbers.end - numbers.start;
        for number in numbers {
            self.add(&number.to_string(), self.folder, &[])?;
        }
        self.turn_until_seeding(count)
    }

    /// Adds torrents as records; gives where peers find us.
    fn sleep_all(&mut self, numbers: std::ops::Range<u64>) -> io::Result<Option<u16>> {
        let folder = self.folder.to_owned();
        let make = move |_: &Path, metainfo| {
            let goal = Goal::Offer(Check::Lazy);
            Ok(Job { goal, ..job(Source::Torrent(metainfo), &folder, &[]) })
        };
        let reader = Arc::new(RecordReader { max_size: 1 << 20, memory: 1 << 20, make: Box::new(make) });
        let paths = numbers.map(|number| self.folder.join(format!("{number}.torrent"))).collect();
        for (path, record) in reader.read_all(paths, std::thread::available_parallelism()?.get()) {
            let record = record.map_err(|why| io::Error::other(format!("{}: {why}", path.display())))?;
            let id = self.session.add_asleep(record).map_err(io::Error::other)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            self.ids.insert(name, id);
        }
        Ok(self.session.addresses().first().map(std::net::SocketAddr::port))
    }

    /// Adds a torrent whose content lies in `folder` or is to come there from `peers`.
    fn add(&mut self, name: &str, folder: &Path, peers: &[Peer]) -> io::Result<()> {
        let torrent = std::fs::read(self.folder.join(format!("{name}.torrent")))?;
        let metainfo =
            Metainfo::parse(torrent).map_err(|why| io::Error::other(format!("{name}: {why}")))?.metainfo;
        let id = self.session.add(job(Source::Torrent(Arc::new(metainfo)), folder, peers));
        self.ids.insert(name.to_owned(), id);
        Ok(())
    }

    fn turn_until_seeding(&mut self, mut count: u64) -> io::Result<Option<u16>> {
        let mut at = None;
        while count > 0 {
            for (id, event) in self.session.turn(PATIENCE) {
                match event {
                    JobEvent::Seeding { port } => {
                        count -= 1;
                        at = Some(port);
                    }
                    JobEvent::Ended(outcome) => {
                        return Err(io::Error::other(format!("{id:?}: {:?}", outcome.result)));
                    }
                    _ => {}
                }
            }
        }
        Ok(at)
    }

    fn remove_all(&mut self, numbers: std::ops::Range<u64>) -> io::Result<Option<u16>> {
        let left = self.session.len() - (numbers.end - numbers.start) as usize;
        for number in numbers {
            self.ids.remove(&number.to_string()).into_iter().for_each(|id| self.session.remove(id));
        }
        while self.session.len() > left {
            self.session.turn(PATIENCE);
        }
        Ok(None)
    }

    fn turn_for(&mut self, time: Duration, begun: &Begun) -> io::Result<Option<u16>> {
        while begun.passed() < time {
            self.session.turn(time.saturating_sub(begun.passed()));
        }
        Ok(None)
    }

    fn fetch(&mut self, name: &str, to: &Path, port: &str) -> io::Result<Option<u16>> {
        let port = number(port)? as u16;
        self.add(name, to, &[Peer { host: "127.0.0.1".to_owned(), port }])?;
        let id = self.ids.remove(name);
        loop {
            for (of, event) in self.session.turn(PATIENCE) {
                if let (true, JobEvent::Ended(outcome)) = (Some(of) == id, event) {
                    return outcome.result.map(|()| None).map_err(io::Error::other);
                }
            }
        }
    }
}

/// A torrent whose content is in `folder`, and stays, or is to come there from `peers`.
fn job(source: Source, folder: &Path, peers: &[Peer]) -> Job {
    Job {
        peers: peers.to_vec(),
        came_from: Some(Namer::at(Ipv4Addr::LOCALHOST.into())),
        seed_time: peers.is_empty().then_some(Duration::MAX),
        ..Job::new(source, folder)
    }
}

fn number(word: &str) -> io::Result<u64> {
    word.parse().map_err(|_| io::Error::other(format!("what is {word:?}?")))
}

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(60);
