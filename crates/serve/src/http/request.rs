//! What a head asks for. Whatever two readers could take for two things is refused.

use torrent_core::address::Authority;

use super::{ByteRange, Conditions, Method, Status};

/// A request, which has no content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// Where, as the client wrote it: begins with `/`, printable ASCII.
    pub path: Vec<u8>,
    /// What stands behind the `?`, as the client wrote it.
    pub query: Option<Vec<u8>>,
    /// The host and port that the client means us by, if it said so.
    pub host: Option<String>,
    /// What its answer depends on.
    pub conditions: Conditions,
    /// The version that it speaks.
    pub version: HttpVersion,
    /// Whether other requests may come after this one.
    pub goes_on: bool,
}

/// The versions that are spoken here, the older first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HttpVersion {
    /// HTTP/1.0: a connection is for one request, if nothing is said about it.
    V1_0,
    /// HTTP/1.1: a connection is for many, if nothing is said about it.
    V1_1,
}

impl Request {
    /// Reads a head, with the empty line at its end and nothing behind.
    ///
    /// # Errors
    /// What is answered instead.
    pub(super) fn parse(head: &[u8]) -> Result<Self, Status> {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS];
        let mut parsed = httparse::Request::new(&mut fields);
        match parsed.parse(head) {
            Ok(httparse::Status::Complete(length)) if length == head.len() => {}
            Ok(_) => return Err(Status::BadRequest),
            Err(httparse::Error::TooManyHeaders) => return Err(Status::HeaderFieldsTooLarge),
            Err(httparse::Error::Version) => return Err(wrong_version(head)),
            Err(_) => return Err(Status::BadRequest),
        }
        let version = if parsed.version == Some(1) { HttpVersion::V1_1 } else { HttpVersion::V1_0 };
        let fields = Fields(parsed.headers);
        fields.refuse_content()?;
        let method = Method::parse(parsed.method.unwrap_or_default())?;
        let (named, target) = target(parsed.path.unwrap_or_default())?;
        let host = named.or(fields.host(version)?);
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query.as_bytes().to_vec())),
            None => (target, None),
        };
        let (conditions, goes_on) = (fields.conditions(), fields.goes_on(version));
        Ok(Self { method, path: path.into(), query, host, conditions, version, goes_on })
    }
}

/// The fields of a head.
struct Fields<'a>(&'a [httparse::Header<'a>]);

impl<'a> Fields<'a> {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
        let of_name = self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        of_name.map(|field| field.value)
    }

    /// A field that stands once. Of one that stands more than once, nobody knows which is meant.
    fn single(&self, name: &'static str) -> Option<Vec<u8>> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none()).map(<[u8]>::to_vec)
    }

    /// A field that may stand more than once: a list, in any case.
    fn list(&self, name: &'static str) -> Option<Vec<u8>> {
        let values: Vec<&[u8]> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(&b", "[..]))
    }

    /// Refuses a request that has content, or with which it cannot be told.
    fn refuse_content(&self) -> Result<(), Status> {
        if self.all("transfer-encoding").next().is_some() {
            return Err(Status::NotImplemented);
        }
        let mut lengths = self.all("content-length");
        match (lengths.next(), lengths.next()) {
            (None, _) | (Some(b"0"), None) => Ok(()),
            (Some(digits), None) if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                Err(Status::ContentTooLarge)
            }
            _ => Err(Status::BadRequest),
        }
    }

    /// Whom the client means. HTTP/1.1 has to say it, once and plainly.
    fn host(&self, version: HttpVersion) -> Result<Option<String>, Status> {
        let mut hosts = self.all("host");
        match (hosts.next(), hosts.next()) {
            (Some(host), None) => authority(host).map(Some),
            (None, _) if version == HttpVersion::V1_0 => Ok(None),
            _ => Err(Status::BadRequest),
        }
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            if_match: self.list("if-match"),
            if_none_match: self.list("if-none-match"),
            if_range: self.single("if-range"),
            range: self.single("range").and_then(|range| ByteRange::parse(&range)),
        }
    }

    fn goes_on(&self, version: HttpVersion) -> bool {
        let options = self.list("connection").unwrap_or_default();
        let has = |wanted: &[u8]| {
            options.split(|byte| *byte == b',').any(|option| option.trim_ascii().eq_ignore_ascii_case(wanted))
        };
        !has(b"close") && (version == HttpVersion::V1_1 || has(b"keep-alive"))
    }
}

/// A head whose first line does not end in a version that is spoken here: another version of HTTP, or no HTTP at all.
fn wrong_version(head: &[u8]) -> Status {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let last = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    let number = last.strip_prefix(b"HTTP/").unwrap_or_default();
    let is_version =
        matches!(number, [major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit());
    if is_version || last == b"HTTP/2" { Status::VersionNotSupported } else { Status::BadRequest }
}

/// The path and query; before them the host, where the client wrote a whole URL (RFC 9112, 3.2.2). That host counts then.
fn target(target: &str) -> Result<(Option<String>, &str), Status> {
    if !target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return Err(Status::BadRequest);
    }
    if target.starts_with('/') {
        return Ok((None, target));
    }
    let is_absolute = target.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
    let rest = is_absolute.then(|| &target[7..]).ok_or(Status::BadRequest)?;
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let is_path = path.starts_with('/');
    is_path.then_some(()).ok_or(Status::BadRequest)?;
    Ok((Some(authority(host.as_bytes())?), path))
}

/// A host and a port, as they stand in a URL.
fn authority(text: &[u8]) -> Result<String, Status> {
    match Authority::parse(text) {
        Ok((Authority { user: None, host, port }, b"")) if !text.contains(&b'@') => Ok(match port {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        }),
        _ => Err(Status::BadRequest),
    }
}

/// Fields that a head may have.
const FIELDS: usize = 100;
