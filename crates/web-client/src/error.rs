//! Why there is no answer, or not all of it.

use std::io;

use torrent_core::address::{AddressError, Namer};
use ureq::Timeout;

use crate::redirect::REDIRECTS;

/// Why there is no answer, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address may not be asked.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// It redirects to what it may not name.
    #[error("its redirect is not followed: {0}")]
    Redirect(AddressError),
    /// It redirects to this magnet link, which may name what the server may.
    #[error("a redirect to a magnet link")]
    Magnet(Vec<u8>, Namer),
    /// It redirects to nothing but itself: its `Location` is empty, or a place on the same page.
    #[error("a redirect whose `Location` names no other page")]
    NoLocation,
    /// It redirects again and again.
    #[error("more than {REDIRECTS} redirects")]
    Redirects,
    /// The answer is no success.
    #[error("HTTP status {0}")]
    Status(u16),
    /// It took longer than it may, though something may have come all the time.
    #[error("not all of it came in time")]
    TooSlow,
    /// The body has more bytes than it may.
    #[error("the answer is longer than {0} bytes")]
    TooLong(u64),
    /// Its certificate is signed by an authority that is not known here.
    #[error("its certificate is signed by an unknown authority, of which `SSL_CERT_FILE` can name the file")]
    UnknownIssuer,
    /// The server, or something on the way to it, ended the connection in the middle: another try may do.
    #[error("{0}")]
    Reset(String),
    /// No connection, or no answer in time.
    #[error("{0}")]
    Silent(String),
    /// No answer that makes sense.
    #[error("{0}")]
    Failed(String),
    /// The same, where a redirect leads: whoever was asked has answered.
    #[error("{0}")]
    Elsewhere(String),
}

impl HttpError {
    /// Whoever redirected names the address where the redirect leads, and has answered.
    pub(crate) fn of_redirect(self) -> Self {
        match self {
            Self::Address(refused) => Self::Redirect(refused),
            Self::Silent(_) | Self::Failed(_) | Self::TooSlow => Self::Elsewhere(self.to_string()),
            error => error,
        }
    }
}

/// In words without the URL, which may hold secrets.
impl From<ureq::Error> for HttpError {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Other(inner) => match inner.downcast::<AddressError>() {
                Ok(refused) => Self::Address(*refused),
                Err(inner) => Self::Failed(inner.to_string()),
            },
            ureq::Error::Timeout(Timeout::Global) => Self::TooSlow,
            ureq::Error::Timeout(_) => Self::Silent("no answer in time".to_owned()),
            ureq::Error::HostNotFound => Self::Silent("the host has no address".to_owned()),
            ureq::Error::Io(error) if is_unknown_issuer(&error) => Self::UnknownIssuer,
            ureq::Error::Io(error) if is_reset(&error) => Self::Reset(error.to_string()),
            ureq::Error::Io(error) if is_unreachable(&error) => Self::Silent(error.to_string()),
            ureq::Error::Io(error) => Self::Failed(error.to_string()),
            ureq::Error::ConnectionFailed => Self::Silent("no connection".to_owned()),
            ureq::Error::BadUri(_) => Self::Failed("the URL is malformed".to_owned()),
            error => Self::Failed(error.to_string()),
        }
    }
}

fn is_reset(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), ConnectionReset | ConnectionAborted | BrokenPipe)
}

fn is_unreachable(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable, TimedOut};
    matches!(error.kind(), ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable | TimedOut)
}

/// rustls reports a handshake that failed as an error of reading or writing.
fn is_unknown_issuer(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)))
}
