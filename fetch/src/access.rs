//! How web servers are asked, from what was typed and what the environment says.

use std::sync::Arc;

use cli_kit::{Failure, World, escape};
use torrent_core::address::Url;
use web_client::{Header, Proxies, WebAccess};

use crate::args::Args;

/// How web servers are asked. What `--header` says goes to sites that were typed, and to no others.
pub(crate) fn access(args: &Args, world: &World) -> Result<WebAccess, Failure> {
    let var = |name: &str| world.var(name).and_then(|value| value.into_string().ok());
    let proxies = Proxies::from_env(var).map_err(|bad| Failure::usage(bad.to_string()))?;
    let headers = args.header.iter().map(|text| header(text)).collect::<Result<_, _>>()?;
    let user_agent = args
        .user_agent
        .as_ref()
        .map(|text| Header::user_agent(text).ok_or_else(|| Failure::usage("`--user-agent`: not plain text")));
    let sources = args.sources.iter().filter_map(|source| source.to_str());
    let typed = sources.chain(args.tracker.iter().chain(&args.web_seed).map(String::as_str));
    let sites = typed.filter_map(|url| Some(Url::parse(url.as_bytes()).ok()?.site())).collect();
    Ok(WebAccess {
        proxies: Arc::new(proxies),
        headers: Arc::new(headers),
        sites: Arc::new(sites),
        user_agent: user_agent.transpose()?,
        ..WebAccess::default()
    })
}

/// What it says may be secret, so that it is not shown.
fn header(text: &str) -> Result<Header, Failure> {
    let name = text.split(':').next().unwrap_or_default();
    Header::parse(text).ok_or_else(|| {
        Failure::usage(format!("`--header {}`: not a header that can be set", escape(name.as_bytes())))
            .hint("write `Name: value`; those that say how a request is to be read, such as `Range`, are not yours to set")
    })
}
