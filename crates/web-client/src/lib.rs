//! HTTP for trackers, web seeds, torrents and feeds: blocking, for threads that do nothing else.
//!
//! A [`Client`] sends an [`HttpRequest`] and gives an [`HttpResponse`]. Redirects are followed here, not by the library
//! beneath, because at every hop it is checked whether the server may name that address ([`torrent_core::address`]). The check
//! is made on the very addresses that are then connected to. [`WebAccess`] is what the user says about proxies, headers and
//! certificates, [`Secrets`] what only some sites may know. Everything a server sends has a limit: redirects, the head, the body, and the time for each step.

mod access;
mod bound;
mod client;
mod current_request;
mod download;
mod earlier;
mod error;
mod names;
mod proxy;
mod redirect;
mod request;
mod resolver;
mod response;
mod secrets;
#[cfg(test)]
mod tests;

pub use access::{Header, WebAccess};
pub use client::Client;
pub use download::{Downloaded, download};
pub use error::HttpError;
pub use proxy::{BadProxy, Proxies};
pub use redirect::Redirect;
pub use request::{HttpRequest, PATIENCE};
pub use response::HttpResponse;
pub use secrets::{BadSecrets, Secrets};
pub use ureq::http::{HeaderMap, HeaderName, HeaderValue, header};
