//! What was typed, understood: every mistake of the command line is found here, before anything is read or written.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use cli_kit::{Failure, Flags, World, escape};
use feed::{About, Channel, Feed, FeedReader, FeedWindow, Field, Format};
use percent_encoding::utf8_percent_encode;
use publish::{Attached, clean};
use signature::PublicKey;
use torrent_core::address::{AddressError, Scheme, TARGET, Url};

use crate::args::{Args, FormatArg, ReaderArg};
use crate::mistaken;
use crate::words::Words as ItemWords;

/// What is to be done.
pub(crate) enum Plan {
    Make(Box<Make>),
    Check(Check),
    Explain(String),
}

/// A feed to make or to update.
pub(crate) struct Make {
    pub(crate) inputs: Vec<Input>,
    pub(crate) output: Output,
    pub(crate) force: bool,
    pub(crate) format: Option<Format>,
    pub(crate) words: Words,
    pub(crate) attached: Attached,
    /// What is said of the one torrent.
    pub(crate) item: ItemWords,
    /// The value of `--date` or `SOURCE_DATE_EPOCH`.
    pub(crate) date: Option<i64>,
    /// Now, or `--date` if that is later: a torrent that says it was made after this does not know.
    pub(crate) latest: i64,
    pub(crate) window: FeedWindow,
    pub(crate) superseded: Vec<String>,
    pub(crate) signing: Option<Signing>,
    pub(crate) strict: bool,
    pub(crate) flags: Flags,
}

/// Who signs the feed.
pub(crate) struct Signing {
    /// The secret key, or the name of a credential.
    pub(crate) file: PathBuf,
    pub(crate) next: Option<PublicKey>,
    /// The key that has signed until now.
    pub(crate) before: Option<PublicKey>,
    /// The value of `--date` or `SOURCE_DATE_EPOCH`, else now.
    pub(crate) now: i64,
}

/// The feeds that are judged (`--check`).
pub(crate) struct Check {
    pub(crate) feeds: Vec<Input>,
    /// None if the feed is to decide.
    pub(crate) readers: Vec<FeedReader>,
    /// Who must have signed them.
    pub(crate) key: Option<PublicKey>,
    pub(crate) seen: bool,
    pub(crate) all: bool,
    pub(crate) strict: bool,
    pub(crate) flags: Flags,
}

/// Where torrents, or feeds, come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Input {
    /// A file, or a folder.
    Path(PathBuf),
    Stdin,
}

/// Where the feed goes.
pub(crate) enum Output {
    Stdout,
    /// The feed becomes a new file.
    File(PathBuf),
    /// A feed that may be there.
    Update(PathBuf),
}

/// What the user says of the channel; what is not said stays as it is.
pub(crate) struct Words {
    title: Option<String>,
    link: Option<String>,
    description: Option<String>,
    self_url: Option<String>,
    hub: Option<String>,
    ttl: Option<u32>,
    about: About,
}

impl Plan {
    pub(crate) fn new(args: &Args, world: &World) -> Result<Self, Failure> {
        if let Some(rule) = &args.explain {
            return Ok(Self::Explain(rule.clone()));
        }
        let inputs = inputs(args, world)?;
        if args.check {
            return Ok(Self::Check(check(args, inputs)?));
        }
        let date = args.date.map_or_else(|| cli_kit::source_date_epoch(world), |date| Ok(Some(date)))?;
        let output = output(args)?;
        let format = args.format.map(format_of);
        Ok(Self::Make(Box::new(Make {
            inputs,
            output,
            force: args.force,
            format,
            words: words(args)?,
            attached: attached(args)?,
            item: item_words(args)?,
            date,
            latest: date.unwrap_or_default().max(clock()),
            window: window(args, date)?,
            superseded: superseded(&args.supersedes)?,
            signing: signing(args, date, world)?,
            strict: args.strict,
            flags: args.flags,
        })))
    }
}

impl Make {
    /// The channel as it was, with what is said now.
    pub(crate) fn channel(&self, old: Option<&Channel>, format: Format) -> Result<Channel, Failure> {
        self.check_format(format)?;
        let mut channel = self.words.over(old, format)?;
        self.words.about.write_into(&mut channel, format, self.is_podcast());
        Ok(channel)
    }

    /// A podcast is updated as one, whether or not it is called so: its torrents stand beside the media.
    pub(crate) fn keep_form(&mut self, old: &Feed) {
        let stays = old.is_podcast() && self.format.unwrap_or(old.format) == Format::Rss;
        if let (true, Attached::Torrent(base)) = (stays, &self.attached) {
            self.attached = Attached::Podcast { base: base.clone(), force: self.force };
        }
    }

    fn is_podcast(&self) -> bool {
        matches!(self.attached, Attached::Podcast { .. })
    }

    /// Refuses options that this format has no place for.
    fn check_format(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Rss if self.words.about.author.is_some() && !self.is_podcast() => {
                Err(Failure::usage("RSS has no place for `--author` without `--podcast`"))
            }
            Format::Rss => Ok(()),
            _ if self.is_podcast() => Err(Failure::usage("`--podcast` is for `--format rss`")),
            Format::Atom if self.words.ttl.is_some() => Err(Failure::usage("Atom has no place for `--ttl`")),
            _ => Ok(()),
        }
    }
}

impl Output {
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Stdout => None,
            Self::File(path) | Self::Update(path) => Some(path),
        }
    }

    /// The feed that is to be updated.
    pub(crate) fn updated(&self) -> Option<&Path> {
        match self {
            Self::Update(path) => Some(path),
            Self::Stdout | Self::File(_) => None,
        }
    }
}

impl Words {
    /// The channel as it was, with what every format has a field for.
    fn over(&self, old: Option<&Channel>, format: Format) -> Result<Channel, Failure> {
        let mut channel = old.cloned().unwrap_or_default();
        let of = if old.is_none() { "for a new feed" } else { "for a feed that has none" };
        let needed = |option: &str| Failure::usage(format!("`{option}` is needed {of}"));
        if let Some(title) = &self.title {
            channel.title.clone_from(title);
        }
        if let Some(link) = &self.link {
            channel.link.clone_from(link);
        }
        if channel.title.is_empty() {
            return Err(needed("--title"));
        }
        // Atom may go without a page if it has an id, and JSON Feed may.
        let is_linked = !channel.link.is_empty()
            || match format {
                Format::Rss => false,
                Format::Atom => old.is_some() && !channel.identity().is_empty(),
                Format::Json => old.is_some(),
            };
        if !is_linked {
            return Err(needed("--link"));
        }
        match &self.description {
            Some(description) => channel.description.clone_from(description),
            // RSS demands one.
            None if channel.description.is_empty() && (old.is_none() || format == Format::Rss) => {
                channel.description.clone_from(&channel.title);
            }
            None => {}
        }
        let said = [
            (Field::Title, self.title.is_some()),
            (Field::Link, self.link.is_some()),
            (Field::Description, self.description.is_some()),
            (Field::SelfUrl, self.self_url.is_some()),
            (Field::Hub, self.hub.is_some()),
            (Field::Ttl, self.ttl.is_some()),
        ];
        let said: Vec<Field> =
            said.into_iter().filter_map(|(field, is_said)| is_said.then_some(field)).collect();
        channel.extras.forget(&said);
        channel.self_url = self.self_url.clone().or(channel.self_url);
        channel.hub = self.hub.clone().or(channel.hub);
        channel.ttl = self.ttl.or(channel.ttl);
        Ok(channel)
    }
}

fn inputs(args: &Args, world: &World) -> Result<Vec<Input>, Failure> {
    let input =
        |path: &PathBuf| if path.as_os_str() == "-" { Input::Stdin } else { Input::Path(path.clone()) };
    let inputs: Vec<Input> = args.inputs.iter().map(input).collect();
    if inputs.iter().filter(|input| **input == Input::Stdin).count() > 1 {
        return Err(Failure::usage("`-` can be read once only"));
    }
    let known = if args.check { mistaken::check_feed } else { mistaken::check_torrent };
    args.inputs.iter().try_for_each(|path| known(path))?;
    match inputs.is_empty() {
        false => Ok(inputs),
        true if args.check => {
            Err(Failure::usage("`--check` needs a feed").hint("`make-feed --check feed.xml`"))
        }
        true if !world.stdin_is_terminal => Ok(vec![Input::Stdin]),
        // A feed can be trimmed without new torrents.
        true if args.update.is_some() => Ok(Vec::new()),
        true => Err(Failure::usage("there are no torrents").hint("`make-feed FILE.torrent…`, or a folder")),
    }
}

fn check(args: &Args, feeds: Vec<Input>) -> Result<Check, Failure> {
    let readers = args.reader.iter().map(|reader| reader_of(*reader)).collect();
    let key = key(&args.key, "--key")?;
    Ok(Check { feeds, readers, key, seen: args.seen, all: args.all, strict: args.strict, flags: args.flags })
}

fn reader_of(reader: ReaderArg) -> FeedReader {
    match reader {
        ReaderArg::QBittorrent => FeedReader::QBittorrent,
        ReaderArg::FlexGet => FeedReader::FlexGet,
        ReaderArg::Sonarr => FeedReader::Sonarr,
        ReaderArg::Autobrr => FeedReader::Autobrr,
        ReaderArg::TransmissionRss => FeedReader::TransmissionRss,
        ReaderArg::Podcast => FeedReader::Podcast,
    }
}

fn format_of(format: FormatArg) -> Format {
    match format {
        FormatArg::Rss => Format::Rss,
        FormatArg::Atom => Format::Atom,
        FormatArg::Json => Format::Json,
    }
}

fn output(args: &Args) -> Result<Output, Failure> {
    args.update.iter().try_for_each(|path| mistaken::check_place("--update", path))?;
    args.output.iter().try_for_each(|path| mistaken::check_place("--output", path))?;
    let stdout = |path: &PathBuf| path.as_os_str() == "-";
    match (&args.update, &args.output) {
        (Some(path), _) if stdout(path) => Err(Failure::usage("`--update` needs a file")),
        (Some(path), _) => Ok(Output::Update(path.clone())),
        (None, Some(path)) if !stdout(path) => Ok(Output::File(path.clone())),
        _ if args.flags.json => {
            Err(Failure::usage("`--json` and the feed both want standard output").hint("`-o FILE`"))
        }
        _ => Ok(Output::Stdout),
    }
}

/// The key that signs: where nobody names one, the environment may, so that a password or a path need not be typed.
fn signing(args: &Args, date: Option<i64>, world: &World) -> Result<Option<Signing>, Failure> {
    let variable = world.var("MINISIGN_KEY_FILE").filter(|file| !file.is_empty()).map(PathBuf::from);
    let (next, before) = (key(&args.next_key, "--next-key")?, key(&args.key, "--key")?);
    match args.sign.clone().or(variable) {
        Some(file) => Ok(Some(Signing { file, next, before, now: date.unwrap_or_else(clock) })),
        None if next.is_some() || before.is_some() => {
            Err(Failure::usage("`--key` and `--next-key` are for `--sign`, and `--key` is for `--check`"))
        }
        None => Ok(None),
    }
}

fn key(text: &Option<String>, option: &str) -> Result<Option<PublicKey>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let wrong = |why| Failure::typed(format_args!("{option} {text}"), why).hint(PublicKey::WHERE);
    PublicKey::parse(text).map(Some).map_err(wrong)
}

fn words(args: &Args) -> Result<Words, Failure> {
    let url = |text: &Option<String>, option: &str| text.as_ref().map(|text| url(text, option)).transpose();
    Ok(Words {
        title: args.title.as_deref().map(clean),
        link: url(&args.link, "--link")?,
        description: args.description.as_deref().map(clean),
        self_url: url(&args.self_url, "--self-url")?,
        hub: url(&args.hub, "--hub")?,
        ttl: args.ttl,
        about: about(args)?,
    })
}

fn about(args: &Args) -> Result<About, Failure> {
    let text = |text: &Option<String>| text.as_deref().map(clean);
    Ok(About {
        language: text(&args.language),
        copyright: text(&args.copyright),
        categories: args.category.iter().map(|category| clean(category)).collect(),
        image: args.image.as_ref().map(|image| url(image, "--image")).transpose()?,
        author: text(&args.author),
        explicit: args.explicit,
    })
}

fn item_words(args: &Args) -> Result<ItemWords, Failure> {
    Ok(ItemWords {
        title: args.item_title.clone(),
        comment: args.item_description.clone(),
        page: args.item_link.as_ref().map(|page| url(page, "--item-link")).transpose()?,
        attach: args.attach.clone(),
    })
}

fn attached(args: &Args) -> Result<Attached, Failure> {
    let base = args.base_url.as_ref().map(|text| base(text)).transpose()?;
    match (base, args) {
        (_, Args { magnet: true, .. }) => Ok(Attached::Magnet),
        (Some(base), Args { podcast: true, .. }) => Ok(Attached::Podcast { base, force: args.force }),
        (Some(base), _) => Ok(Attached::Torrent(base)),
        // Only where no torrent needs it.
        (None, Args { update: Some(_), .. }) => Ok(Attached::Nowhere),
        (None, _) => {
            let cause = "nothing says where the .torrent files will be";
            Err(Failure::usage(cause).hint("`--base-url URL`, or `--magnet`"))
        }
    }
}

/// A URL that names are appended to: of a folder, or of a script that takes them in its query.
fn base(text: &str) -> Result<String, Failure> {
    let base = url(text, "--base-url")?;
    if base.contains('#') {
        return Err(Failure::usage(format!(
            "`--base-url {base}`: names behind a `#` never reach the server"
        )));
    }
    Ok(if base.contains('?') || base.ends_with('/') { base } else { base + "/" })
}

/// A URL with nothing in it that would have to be escaped, as it was typed.
pub(crate) fn url(text: &str, option: &str) -> Result<String, Failure> {
    let wrong = |cause: &str| Failure::usage(format!("`{option} {}`: {cause}", escape(text.as_bytes())));
    let is_escaped = utf8_percent_encode(text, TARGET).to_string() == text;
    match Url::parse(text.as_bytes()) {
        Err(AddressError::Scheme) => Err(wrong(NO_URL)),
        Ok(url) if url.scheme() == Scheme::Udp => Err(wrong(NO_URL)),
        _ if !is_escaped => Err(wrong("holds a character that URLs must escape")),
        Err(error) => Err(wrong(&error.to_string())),
        Ok(_) => Ok(text.to_owned()),
    }
}

const NO_URL: &str = "not a URL of http or https";

/// Which items stay. The clock counts only if nothing else says what time it is.
fn window(args: &Args, date: Option<i64>) -> Result<FeedWindow, Failure> {
    if args.keep == Some(0) {
        return Err(Failure::usage("`--keep 0` would remove all items").hint("`--keep 1` keeps the newest"));
    }
    let age = args.max_age.as_deref().map(age).transpose()?;
    let since = age.map(|age| date.unwrap_or_else(clock).saturating_sub_unsigned(age));
    Ok(FeedWindow { keep: args.keep, since, per: args.keep_per.clone() })
}

/// Seconds. Elsewhere a bare number is seconds, but ages of feeds are days to people: it would empty their feed.
fn age(text: &str) -> Result<u64, Failure> {
    let wrong = |cause: String| Failure::usage(format!("`--max-age {}`: {cause}", escape(text.as_bytes())));
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("days, hours or seconds?".to_owned()).hint(format!("`{text}d` is {text} days")));
    }
    let hint = "an age is such as `90d`, `12h` or `30m`";
    cli_kit::parse_duration(text)
        .map(|age| age.as_secs())
        .map_err(|_| wrong("not a duration".to_owned()).hint(hint))
}

fn clock() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64)
}

/// An info hash as the names that items may have.
fn superseded(hashes: &[String]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for hash in hashes {
        let digits = hash.to_ascii_lowercase();
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match digits.len() {
            40 if is_hex => names.push(digits),
            64 if is_hex => names.push(format!("urn:btmh:1220{digits}")),
            _ => {
                let cause = format!("`--supersedes {}`: not an info hash", escape(hash.as_bytes()));
                return Err(Failure::usage(cause).hint(
                    "40 or 64 hexadecimal digits, as `inspect-torrent --print info-hash` prints them",
                ));
            }
        }
    }
    Ok(names)
}
