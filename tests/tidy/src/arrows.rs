//! Which crate may import which: the arrows of ARCHITECTURE.md.

use std::process::Command;

use serde_json::Value;

use crate::repository;

/// A crate and those of the workspace that it imports, tests apart.
#[derive(Debug, PartialEq)]
pub struct Manifest {
    /// Name of the crate.
    pub name: String,
    /// Names of the crates of this workspace among its dependencies.
    pub imports: Vec<String>,
}

/// What each crate may import. Who is not in it imports nothing of ours.
pub const ALLOWED: &[(&str, &[&str])] = &[
    ("torrent-core", &["piece-hash"]),
    ("swarm", &["piece-hash", "torrent-core"]),
    ("web-client", &["torrent-core"]),
    ("publish", &["feed", "piece-hash", "torrent-core"]),
    ("follow", &["feed", "signature", "torrent-core", "web-client"]),
    ("serve", &["feed", "publish", "torrent-core"]),
    ("swarm-net", &["piece-hash", "serve", "swarm", "torrent-core", "web-client"]),
    ("swarm-cli", &["cli-kit", "piece-hash", "swarm-net", "torrent-core"]),
    ("make-torrent", &["cli-kit", "piece-hash", "torrent-core"]),
    ("inspect-torrent", &["cli-kit", "piece-hash", "torrent-core"]),
    ("verify-data", &["cli-kit", "piece-hash", "torrent-core"]),
    ("fetch", &["cli-kit", "signature", "swarm", "swarm-cli", "swarm-net", "torrent-core", "web-client"]),
    (
        "follow-feed",
        &["cli-kit", "feed", "follow", "signature", "swarm-cli", "swarm-net", "torrent-core", "web-client"],
    ),
    ("make-feed", &["cli-kit", "feed", "publish", "signature", "torrent-core"]),
    ("seed", &["cli-kit", "swarm-cli", "swarm-net", "torrent-core", "web-client"]),
];

/// Crates that are no part of a tool: they may import what they test or measure.
const FOR_TESTS: [&str; 5] = ["bench-baseline", "bench-idle", "fuzz", "test-kit", "tidy"];

/// The manifests of the workspace, as cargo reads them.
///
/// # Panics
///
/// If cargo cannot read them.
pub fn manifests() -> Vec<Manifest> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--locked"])
        .current_dir(repository())
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    packages.iter().map(manifest).collect()
}

fn manifest(package: &Value) -> Manifest {
    let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
    let ours = dependencies
        .iter()
        .filter(|dependency| dependency["path"].is_string() && dependency["kind"] != "dev");
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    Manifest { name: name(package), imports: ours.map(name).collect() }
}

/// Imports that no line of `allowed` has.
pub fn wrong_arrows(manifests: &[Manifest], allowed: &[(&str, &[&str])]) -> Vec<String> {
    let mut offences = Vec::new();
    for Manifest { name, imports } in
        manifests.iter().filter(|manifest| !FOR_TESTS.contains(&&*manifest.name))
    {
        let allowed = allowed.iter().find(|(of, _)| of == name).map_or(&[][..], |(_, allowed)| allowed);
        let wrong = imports.iter().filter(|import| !allowed.contains(&import.as_str()));
        offences.extend(wrong.map(|import| format!("{name} imports {import}")));
    }
    offences
}
