//! Packets come and go over UDP: each is for whoever knows it.

use super::Session;
use crate::trackers::UdpTrackerStep;

impl Session {
    /// Reads the packets that have come. One that nobody knows is dropped.
    pub(super) fn read_udp(&mut self) {
        let Self { udp, udp_trackers, now, .. } = self;
        udp.receive(|from, packet| {
            // What is no answer of a tracker is for nobody else yet: here DHT and uTP follow.
            let _is_known = udp_trackers.receive(*now, from, packet);
        });
        self.go_on_with_udp_trackers();
    }

    /// Sends what trackers are to be asked over UDP, and takes what they answered.
    pub(super) fn go_on_with_udp_trackers(&mut self) {
        while let Some(step) = self.udp_trackers.poll() {
            match step {
                UdpTrackerStep::Send { to, packet } => {
                    if let Err(error) = self.udp.send(to, &packet) {
                        self.udp_trackers.unsent(self.now, to, &packet, error);
                    }
                }
                UdpTrackerStep::Announced { job, tracker, answer } => self.on_announced(job, tracker, answer),
            }
        }
    }
}
