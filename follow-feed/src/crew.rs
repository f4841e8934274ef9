//! A few threads that ask feeds, each one at a time. What they have found out is heard one after the other, and nobody begins
//! with another feed before that: so as many feeds as threads, and one, are in memory.

use std::io;
use std::sync::mpsc::sync_channel;
use std::thread::{self, Builder};

use crate::queue::Queue;

/// Asks all feeds of a queue. Each thread makes a worker for itself, which is given the places of feeds.
///
/// # Errors
/// There is no thread.
pub(crate) fn ask_all<W: FnMut(usize) -> T, T: Send>(
    queue: &Queue<'_>,
    size: usize,
    worker: impl Fn() -> W + Sync,
    mut hear: impl FnMut(T),
) -> io::Result<()> {
    thread::scope(|scope| {
        let (tell, told) = sync_channel(0);
        for at in 0..size {
            let (tell, worker) = (tell.clone(), &worker);
            let work = move || {
                let mut ask = worker();
                while let Some(turn) = queue.next() {
                    let asked = ask(turn.place);
                    // Its host is free while this one waits to be heard.
                    drop(turn);
                    if tell.send(asked).is_err() {
                        break;
                    }
                }
            };
            match Builder::new().name("crew".to_owned()).spawn_scoped(scope, work) {
                Ok(_) => {}
                Err(error) if at == 0 => return Err(error),
                // Fewer do it as well.
                Err(_) => break,
            }
        }
        drop(tell);
        told.into_iter().for_each(&mut hear);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use follow::Hosts;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn urls(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("http://host-{at}/")).collect()
    }

    /// Hosts that answer only once all of them were asked: one after the other they would never answer.
    #[test]
    fn all_are_asked_at_a_time() {
        let (hosts, urls, all) = (Hosts::default(), urls(8), Barrier::new(8));
        let queue = Queue::new(urls.iter().map(String::as_str), &hosts, &|| false);
        let mut heard = Vec::new();
        let ask = |place| {
            all.wait();
            place
        };
        ask_all(&queue, 8, || ask, |place| heard.push(place)).unwrap();
        heard.sort_unstable();
        assert_eq!(heard, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn no_more_are_in_memory_than_there_are_threads_and_one() {
        let (hosts, urls, held) = (Hosts::default(), urls(100), AtomicUsize::new(0));
        let queue = Queue::new(urls.iter().map(String::as_str), &hosts, &|| false);
        let mut count = 0;
        let ask = |_| held.fetch_add(1, Ordering::SeqCst);
        let hear = |_| {
            assert!(held.fetch_sub(1, Ordering::SeqCst) <= 5);
            count += 1;
        };
        ask_all(&queue, 4, || ask, hear).unwrap();
        assert_eq!(count, 100);
    }
}
