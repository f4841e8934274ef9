//! What is served over HTTP at the port of peers; the URLs that others know it by are those of `link`.

use std::net::SocketAddr;

use cli_kit::Failure;
use swarm_net::Serve;
use torrent_core::address::{Scheme, Url};

use crate::args::{Args, PublicAddress};

/// What is to be served, if anything is.
///
/// # Errors
/// `--url` is no URL of a server.
pub(crate) fn serve(args: &Args) -> Result<Option<Serve>, Failure> {
    let host = args.url.as_deref().map(host_of).transpose()?;
    let base = args.url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let with_port = |told: &PublicAddress| Some(SocketAddr::new(told.ip, told.port.or(args.swarm.port)?));
    let addresses = args.address.iter().filter_map(with_port).collect();
    let serve = Serve { open_tracker: args.open_tracker, addresses, host, base, max_rate: args.max_web };
    Ok(args.serve.then_some(serve))
}

fn host_of(url: &str) -> Result<String, Failure> {
    let wrong = |why: &str| Failure::usage(format!("`--url`: {why}"));
    let parsed = Url::parse(url.as_bytes()).map_err(|error| wrong(&error.to_string()))?;
    if parsed.scheme() == Scheme::Udp {
        return Err(wrong("not a URL of http, https"));
    }
    if url.contains(['?', '#', '@']) {
        return Err(wrong("paths are put behind it: no query, no fragment, no user"));
    }
    Ok(parsed.host().to_owned())
}
