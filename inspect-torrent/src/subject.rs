//! What is inspected: a torrent or a magnet link, read within limits.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;

use cli_kit::{Exit, Failure, escape, escape_path};
use torrent_core::magnet::{self, Magnet, Peer, link_in};
use torrent_core::metainfo::{Advisory, Metainfo, Parsed, ReadError, Refusal, open_torrent, read_torrent};
use torrent_core::path::{RawPath, UnsafeName};
use torrent_core::redact::redact;
use torrent_core::typed::Typed;

use crate::plan::{Input, Mode, Plan};

/// A torrent or magnet link. What may hold a passkey is masked here if that is wanted, so that nobody else need think of it.
pub(crate) enum Subject {
    Torrent(Box<Torrent>),
    Link(Box<magnet::ParsedLink>),
}

pub(crate) struct Torrent {
    pub(crate) parsed: Parsed,
    /// With `--redact` only: a copy may be as large as the torrent.
    masked: Option<Advisory>,
    magnet: OnceCell<Magnet>,
    unsafe_names: OnceCell<Vec<UnsafeName>>,
}

/// Why there is no subject.
pub(crate) enum Trouble {
    Unreadable(io::Error),
    Refused(Refusal),
    NoLink(String),
    /// A name that `--strict` does not accept.
    Unsafe(UnsafeName),
    /// A link that `--strict` does not accept.
    OddLink(magnet::LinkWarning),
}

/// The bytes of an input; of a link, the link.
pub(crate) fn bytes_of(input: &Input, stdin: &mut dyn Read, max_size: u64) -> Result<Vec<u8>, Trouble> {
    let read = match input {
        Input::File(path) => open_torrent(path, max_size),
        Input::Stdin => read_torrent(stdin, max_size),
        Input::Link(link) => Ok(link.clone().into_bytes()),
    };
    read.map_err(|error| match error {
        ReadError::Io(error) => Trouble::Unreadable(error),
        ReadError::Refused(refusal) => Trouble::Refused(refusal),
    })
}

impl Subject {
    pub(crate) fn read(plan: &Plan, input: &Input, stdin: &mut dyn Read) -> Result<Self, Trouble> {
        let bytes = bytes_of(input, stdin, plan.max_size)?;
        if let Some(link) = link_in(&bytes) {
            return Self::read_link(plan, &link);
        }
        let parsed = Metainfo::parse(bytes).map_err(Trouble::Refused)?;
        let torrent = Torrent::new(parsed, plan.redact);
        // The linter says all of it; --strict makes warnings count there.
        if plan.strict && !matches!(plan.mode, Mode::Check) {
            torrent.refuse_warnings()?;
        }
        Ok(Self::Torrent(Box::new(torrent)))
    }

    fn read_link(plan: &Plan, link: &str) -> Result<Self, Trouble> {
        let mut link = Magnet::read(link).map_err(|error| Trouble::NoLink(error.to_string()))?;
        if plan.redact {
            link.magnet = masked_magnet(link.magnet);
        }
        match link.warnings.first() {
            Some(warning) if plan.strict && !matches!(plan.mode, Mode::Check) => {
                Err(Trouble::OddLink(warning.clone()))
            }
            _ => Ok(Self::Link(Box::new(link))),
        }
    }
}

impl Subject {
    /// What the parser warned of, and names that cannot be file paths: a code and a sentence each.
    pub(crate) fn warnings(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Torrent(torrent) => torrent.warnings(),
            Self::Link(link) => {
                link.warnings.iter().map(|warning| (warning.code(), warning.to_string())).collect()
            }
        }
    }
}

impl Torrent {
    fn new(parsed: Parsed, is_redacted: bool) -> Self {
        let masked = is_redacted.then(|| masked_advisory(parsed.metainfo.advisory().clone()));
        Self { parsed, masked, magnet: OnceCell::new(), unsafe_names: OnceCell::new() }
    }

    pub(crate) fn advisory(&self) -> &Advisory {
        self.masked.as_ref().unwrap_or_else(|| self.metainfo().advisory())
    }

    /// The link to it.
    pub(crate) fn magnet(&self) -> &Magnet {
        self.magnet.get_or_init(|| {
            let magnet = Magnet::of(self.metainfo());
            if self.masked.is_some() { masked_magnet(magnet) } else { magnet }
        })
    }

    pub(crate) fn metainfo(&self) -> &Metainfo {
        &self.parsed.metainfo
    }

    pub(crate) fn warnings(&self) -> Vec<(&'static str, String)> {
        let parsed = self.parsed.warnings.iter().map(|warning| (warning.code(), warning.to_string()));
        let names = self.unsafe_names().iter().map(|name| (UnsafeName::CODE, name.to_string()));
        let masked = |text: String| String::from_utf8_lossy(&self.masked(text.as_bytes())).into_owned();
        parsed.chain(names).map(|(code, message)| (code, masked(message))).collect()
    }

    /// Any text of the torrent as it may be printed.
    pub(crate) fn masked<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        if self.masked.is_some() { redact(text) } else { Cow::Borrowed(text) }
    }

    /// The same of a path: each name in it by itself, as a folder may be called `announce`.
    pub(crate) fn masked_path(&self, path: RawPath<'_>) -> Vec<u8> {
        path_as_printed(path, self.masked.is_some())
    }

    fn refuse_warnings(&self) -> Result<(), Trouble> {
        self.parsed.refuse_warnings().map_err(Trouble::Refused)?;
        self.unsafe_names().first().map_or(Ok(()), |name| Err(Trouble::Unsafe(*name)))
    }

    /// What keeps its names from being file paths: that of the torrent, and the first file's.
    pub(crate) fn unsafe_names(&self) -> &[UnsafeName] {
        self.unsafe_names.get_or_init(|| self.metainfo().unsafe_names().collect())
    }

    /// The DHT nodes as `HOST:PORT`.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = String> {
        self.advisory().nodes.iter().map(|(host, port)| {
            let host = String::from_utf8_lossy(host).into_owned();
            Peer { host, port: *port }.to_string()
        })
    }
}

fn masked_advisory(advisory: Advisory) -> Advisory {
    let text = |text: Option<Vec<u8>>| text.map(|text| redact(&text).into_owned());
    Advisory {
        trackers: advisory.trackers.into_iter().map(masked).collect(),
        announce: text(advisory.announce),
        web_seeds: masked(advisory.web_seeds),
        http_seeds: masked(advisory.http_seeds),
        comment: text(advisory.comment),
        created_by: text(advisory.created_by),
        source: text(advisory.source),
        update_url: text(advisory.update_url),
        collections: masked(advisory.collections),
        nodes: advisory.nodes.into_iter().map(|(host, port)| (redact(&host).into_owned(), port)).collect(),
        ..advisory
    }
}

fn masked_magnet(magnet: Magnet) -> Magnet {
    Magnet {
        name: magnet.name.map(|name| redact(&name).into_owned()),
        trackers: masked(magnet.trackers),
        web_seeds: masked(magnet.web_seeds),
        torrents: masked(magnet.torrents),
        ..magnet
    }
}

fn masked(urls: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    urls.iter().map(|url| redact(url).into_owned()).collect()
}

/// The names of a path, joined.
pub(crate) fn path_as_printed(path: RawPath<'_>, is_redacted: bool) -> Vec<u8> {
    match is_redacted {
        true => path.components().map(redact).collect::<Vec<_>>().join(&b'/'),
        false => path.joined(),
    }
}

impl Input {
    /// How it is called in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            // A URL or link is no file; what it holds is nobody's business.
            Self::File(path) if Typed::of(path).is_some() => {
                escape(&redact(path.as_os_str().as_bytes())).into_owned()
            }
            Self::File(path) => escape_path(path).into_owned(),
            Self::Stdin => "stdin".to_owned(),
            Self::Link(_) => "magnet link".to_owned(),
        }
    }

    /// What to type where a file could not be read.
    fn hint(&self, error: &io::Error) -> Option<String> {
        let Self::File(path) = self else { return None };
        if error.kind() == io::ErrorKind::IsADirectory {
            let folder = escape_path(path);
            return Some(format!(
                "it is a folder: name the .torrent files in it, such as `{}/*.torrent`",
                folder.trim_end_matches('/')
            ));
        }
        let typed = Typed::of(path)?;
        let hint = match &typed {
            Typed::Url(_) => Some(URL_HINT),
            Typed::Magnet(text) => Some(Typed::hint_of_link(text)),
            typed => typed.hint_of_path(),
        };
        hint.map(str::to_owned)
    }
}

const URL_HINT: &str = "nothing is downloaded here: `fetch --print-torrent URL | inspect-torrent -`";

impl Trouble {
    pub(crate) fn failure(&self, input: &Input) -> Failure {
        match self {
            Self::Unreadable(error) => {
                let failure = Failure::of(Exit::LocalIo, input.name(), cli_kit::io_cause(error));
                failure.hint_if(input.hint(error).as_deref())
            }
            Self::Refused(refusal) => {
                Failure::unacceptable(input.name(), refusal, refusal.code()).hint_if(refusal.hint())
            }
            Self::Unsafe(name) => {
                let cause = format!("not accepted by --strict: {name}");
                Failure::unacceptable(input.name(), cause, UnsafeName::CODE)
            }
            Self::OddLink(warning) => {
                let cause = format!("not accepted by --strict: {warning}");
                Failure::unacceptable(input.name(), cause, warning.code())
            }
            Self::NoLink(cause) => Failure::of(Exit::Unacceptable, input.name(), cause),
        }
    }
}
