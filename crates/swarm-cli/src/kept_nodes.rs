//! The nodes of the DHT that a tool keeps from one time to the next.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use cli_kit::{World, escape_path, io_cause, read_state, state_folder, write_state};
use swarm_net::{SAVED_NODES_MAX, read_saved_nodes, saved_nodes};

/// Where a tool keeps nodes, if anywhere.
pub fn place_of_nodes(world: &World) -> Option<PathBuf> {
    Some(state_folder(world, world.tool)?.join("dht-nodes"))
}

/// The nodes that were kept in a file. That they cannot be read is said, and no failure.
pub(crate) fn saved_nodes_at(path: &Path, world: &World) -> Vec<SocketAddr> {
    let why = match read_state(path, SAVED_NODES_MAX) {
        Ok(None) => return Vec::new(),
        Ok(Some(file)) => match read_saved_nodes(&file) {
            Ok(nodes) => return nodes,
            Err(error) => error.to_string(),
        },
        Err(error) => io_cause(&error),
    };
    world.note(format!("{}: {why}; the DHT begins without it", escape_path(path)));
    Vec::new()
}

/// Keeps nodes for the next time. That they cannot be kept is no harm.
pub fn keep_nodes(path: Option<&Path>, nodes: &[SocketAddr]) {
    if let (Some(path), Some(file)) = (path, saved_nodes(nodes)) {
        let _unkept = write_state(path, file.as_bytes());
    }
}
