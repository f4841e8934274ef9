//! The words by which programs know what became of a peer.

/// The word for how a dial failed.
pub(super) fn dial_error(why: swarm_net::DialError) -> &'static str {
    use swarm_net::DialError as Why;
    match why {
        Why::Refused => "refused",
        Why::Unanswered => "unanswered",
        Why::Unreachable => "unreachable",
        Why::HungUp => "hung-up",
        Why::Silent => "silent",
        Why::Strange => "strange",
    }
}

/// The word for why a peer was cut off.
pub(super) fn close_reason(why: swarm_net::CloseReason) -> &'static str {
    use swarm_net::CloseReason as Why;
    match why {
        Why::NothingToDo => "nothing-to-do",
        Why::NotNeeded => "not-needed",
        Why::Silent => "silent",
        Why::Stalled => "stalled",
        Why::Duplicate => "duplicate",
        Why::Protocol => "protocol",
        Why::Poison => "poison",
        Why::BadMetadata => "bad-metadata",
        Why::BadHashes => "bad-hashes",
        Why::Flood => "flood",
        Why::Stopping => "stopping",
        _ => "other",
    }
}
