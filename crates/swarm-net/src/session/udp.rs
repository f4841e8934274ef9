//! Packets come and go over UDP: each is for whoever knows it.

use super::Session;
use super::our_tracker::take_request;
use crate::trackers::UdpTrackerStep;

impl Session {
    /// Reads the packets that have come. One that nobody knows is dropped.
    pub(super) fn read_udp(&mut self) {
        let Self { udp, udp_trackers, tracker, dht, now, .. } = self;
        let mut answers = Vec::new();
        udp.receive(|from, packet| {
            // What is neither an answer of a tracker nor a request to ours may be of the DHT: here uTP follows.
            if udp_trackers.receive(*now, from, packet)
                || take_request(tracker.as_mut(), packet, from, *now, &mut answers)
            {
                return;
            }
            dht.iter_mut().for_each(|dht| dht.receive(*now, from, packet));
        });
        self.send_tracker_answers(answers);
        self.go_on_with_dht();
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
