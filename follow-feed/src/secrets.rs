//! How servers are asked: proxies, who we are, and what only some of them may know.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use cli_kit::{Exit, Failure, World, escape_path};
use web_client::{BadSecrets, Header, Proxies, Secrets, WebAccess};

use crate::args::Args;

/// How web servers are asked, at this time.
pub(crate) fn access(args: &Args, world: &World, now: i64) -> Result<WebAccess, Failure> {
    let var = |name: &str| world.var(name).and_then(|value| value.into_string().ok());
    let proxies = Proxies::from_env(var).map_err(|bad| Failure::usage(bad.to_string()))?;
    let user_agent = args
        .user_agent
        .as_ref()
        .map(|text| Header::user_agent(text).ok_or_else(|| Failure::usage("`--user-agent`: not plain text")));
    let mut secrets = Secrets::default();
    for path in &args.cookie_file {
        add(path, |text| secrets.add_cookies(text, now))?;
    }
    if let Some(path) = &args.netrc {
        add(path, |text| secrets.add_netrc(text))?;
    }
    for path in &args.header_file {
        add(path, |text| secrets.add_headers(text))?;
    }
    let user_agent = user_agent.transpose()?;
    let (proxies, secrets) = (Arc::new(proxies), Arc::new(secrets));
    Ok(WebAccess { proxies, secrets, user_agent, ..WebAccess::default() })
}

fn add(path: &Path, read: impl FnOnce(&str) -> Result<(), BadSecrets>) -> Result<(), Failure> {
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|error| Failure::io(path, &error))?;
    file.take(LONGEST).read_to_string(&mut text).map_err(|error| Failure::io(path, &error))?;
    read(&text).map_err(|bad| Failure::of(Exit::Usage, escape_path(path), bad))
}

/// Bytes of a file of secrets.
const LONGEST: u64 = 4 << 20;
