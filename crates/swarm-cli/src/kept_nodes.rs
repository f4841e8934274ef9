//! The nodes of the DHT that a tool keeps from one time to the next.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cli_kit::{World, escape_path, io_cause, read_state, state_folder, write_state};
use swarm_net::{SAVED_NODES_MAX, Settings, read_saved_nodes, saved_nodes};

/// The file in which a tool keeps nodes, if there is a place for it.
#[derive(Clone, Debug)]
pub struct KeptNodes(Option<PathBuf>);

impl KeptNodes {
    /// The file of this tool.
    pub fn of(world: &World) -> Self {
        Self(state_folder(world, world.tool).map(|folder| folder.join("dht-nodes")))
    }

    /// Lets the DHT, if it is used, begin with the nodes of the last time.
    ///
    /// # Errors
    /// Why they cannot be read, to be said: the DHT begins without them.
    pub fn lend(&self, settings: &mut Settings) -> Result<(), String> {
        if let (Some(path), Some(dht)) = (&self.0, &mut settings.dht) {
            let unread = |why| format!("{}: {why}; the DHT begins without it", escape_path(path));
            dht.saved = read(path).map_err(unread)?;
        }
        Ok(())
    }

    /// Keeps nodes for the next time. That they cannot be kept is no harm.
    pub fn keep(&self, nodes: &[SocketAddr]) {
        if let (Some(path), Some(file)) = (&self.0, saved_nodes(nodes)) {
            let _unkept = write_state(path, file.as_bytes());
        }
    }
}

fn read(path: &Path) -> Result<Vec<SocketAddr>, String> {
    match read_state(path, SAVED_NODES_MAX) {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(file)) => read_saved_nodes(&file).map_err(|error| error.to_string()),
        Err(error) => Err(io_cause(&error)),
    }
}
