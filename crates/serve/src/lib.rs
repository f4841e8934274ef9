//! What a small swarm needs of a server: HTTP, a site of torrents, a tracker. No sockets, clock, threads or files; whoever has them
//! passes in bytes, the time and randomness, and is told what to answer.

pub mod http;
pub mod site;
pub mod tracker;
