//! How web servers are asked, from what the environment says: trackers over HTTP.

use std::sync::Arc;

use cli_kit::{Failure, World};
use web_client::{Proxies, WebAccess};

/// How web servers are asked.
pub(crate) fn access(world: &World) -> Result<WebAccess, Failure> {
    let var = |name: &str| world.var(name).and_then(|value| value.into_string().ok());
    let proxies = Proxies::from_env(var).map_err(|bad| Failure::usage(bad.to_string()))?;
    Ok(WebAccess { proxies: Arc::new(proxies), ..WebAccess::default() })
}
