//! What is being asked right now, which the resolver holds addresses against.

use std::net::IpAddr;

use ureq::http::Uri;

use crate::request::HttpRequest;

/// What was asked, and where that led.
#[derive(Debug)]
pub(crate) struct CurrentRequest {
    pub(crate) request: HttpRequest,
    /// The proxy that is asked in its place: whoever that is, the user named it.
    pub(crate) proxy: Option<Uri>,
    /// The address that reaches farthest of those that were allowed.
    pub(crate) farthest: Option<IpAddr>,
}
