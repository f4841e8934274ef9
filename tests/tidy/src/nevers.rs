//! What must never be where: those rules of ARCHITECTURE.md that the names in a file can show.

use syn::visit::{self, Visit};

use crate::Source;
use crate::imports::{Imports, Path};

/// A rule: beneath the folder `within`, less the places `except`, no file names anything that begins with one of `paths`.
#[derive(Debug)]
pub struct Never {
    /// The rule in words.
    pub rule: &'static str,
    /// Beginning of the paths of the files that it holds for.
    pub within: &'static [&'static str],
    /// Beginnings of the paths of those it does not hold for.
    pub except: &'static [&'static str],
    /// What may not be named. `unsafe` is the keyword.
    pub paths: &'static [&'static str],
}

/// The nevers of ARCHITECTURE.md.
pub const NEVERS: &[Never] = &[
    Never {
        rule: "what is sans-IO has no sockets, clock, threads or files",
        within: &["crates/swarm/src/", "crates/serve/src/"],
        except: &[],
        paths: &[
            "std::net::TcpStream",
            "std::net::TcpListener",
            "std::net::UdpSocket",
            "std::fs",
            "std::thread",
            "std::sync::Mutex",
            "std::sync::RwLock",
            "std::sync::mpsc",
            "std::time::SystemTime::now",
            "std::time::Instant::now",
            "mio",
            "socket2",
            "rustix",
        ],
    },
    Never {
        rule: "the core has no sockets, clock or terminal",
        within: &["crates/torrent-core/src/", "crates/piece-hash/src/", "crates/feed/src/"],
        except: &[],
        paths: &[
            "std::net::TcpStream",
            "std::net::TcpListener",
            "std::net::UdpSocket",
            "std::time::SystemTime::now",
            "std::time::Instant::now",
            "std::io::stdout",
            "std::io::stderr",
            "println!",
            "eprintln!",
        ],
    },
    Never {
        rule: "unsafe code is in the hash kernels and the file mapping only",
        within: &[""],
        except: &["crates/piece-hash/src/", "crates/torrent-core/src/data/map/", "bench/baseline/"],
        paths: &["unsafe"],
    },
    Never {
        rule: "untrusted bytes reach serde_bencode behind the scanner only",
        within: &[""],
        except: &["crates/torrent-core/src/bencode/", "crates/torrent-core/src/metainfo/advisory.rs"],
        paths: &["serde_bencode::from_bytes", "serde_bencode::from_str", "serde_bencode::de"],
    },
    Never {
        rule: "a tool writes to the terminal through the world that it is given",
        within: &[
            "fetch/",
            "follow-feed/",
            "inspect-torrent/",
            "make-feed/",
            "make-torrent/",
            "seed/",
            "verify-data/",
        ],
        except: &[],
        paths: &[
            "println!",
            "eprintln!",
            "print!",
            "eprint!",
            "std::io::stdout",
            "std::io::stderr",
            "std::process::exit",
        ],
    },
];

/// Files that name what a rule forbids them.
pub fn broken_nevers(sources: &[Source], nevers: &[Never]) -> Vec<String> {
    let mut offences = Vec::new();
    for source in sources {
        let named = named(source);
        for never in nevers.iter().filter(|never| never.holds_for(&source.path)) {
            let forbidden =
                never.paths.iter().filter(|path| named.iter().any(|named| begins_with(named, path)));
            offences.extend(forbidden.map(|path| format!("{}: `{path}`, but {}", source.path, never.rule)));
        }
    }
    offences
}

impl Never {
    fn holds_for(&self, path: &str) -> bool {
        let begins = |places: &[&str]| places.iter().any(|place| path.starts_with(place));
        begins(self.within) && !begins(self.except)
    }
}

fn named(source: &Source) -> Vec<Path> {
    let mut paths: Vec<Path> = Imports::of(source).all().cloned().collect();
    let mut looked = Unsafe(false);
    looked.visit_file(&source.syntax);
    paths.extend(looked.0.then(|| vec!["unsafe".to_owned()]));
    paths
}

fn begins_with(named: &Path, path: &str) -> bool {
    path.split("::").zip(named).filter(|(wanted, part)| wanted == part).count() == path.split("::").count()
}

struct Unsafe(bool);

impl<'ast> Visit<'ast> for Unsafe {
    fn visit_expr_unsafe(&mut self, _: &'ast syn::ExprUnsafe) {
        self.0 = true;
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.0 |= matches!(signature.safety, syn::Safety::Unsafe(_));
        visit::visit_signature(self, signature);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.0 |= item.unsafety.is_some();
        visit::visit_item_impl(self, item);
    }
}
