//! The tracker of all torrents. It spreads what comes after the first announces over its interval, as if the torrents had been added
//! over half an hour.

use std::io::{self, BufRead, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// Prints the port, answers, and says how many it answered whenever it is asked.
pub(crate) fn run() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?.port());
    let heard = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who goes does not wait for the answer.
            let _ = answer(stream, &heard);
        }
    });
    for line in io::stdin().lock().lines() {
        line?;
        println!("{}", counted.load(Ordering::Relaxed));
    }
    Ok(())
}

fn answer(mut stream: TcpStream, heard: &AtomicU32) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    let (mut request, mut part) = (Vec::new(), [0; 2048]);
    while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        match stream.read(&mut part)? {
            0 => return Ok(()),
            length => request.extend_from_slice(&part[..length]),
        }
    }
    let number = heard.fetch_add(1, Ordering::Relaxed);
    let is_first = request.windows(13).any(|bytes| bytes == b"event=started");
    let interval = interval(is_first.then_some(number));
    let body = format!("d8:intervali{interval}e5:peers0:e");
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all((head + &body).as_bytes())
}

/// Seconds until the next announce: all of them the same, but after the first, whose `number` spreads them evenly.
fn interval(number: Option<u32>) -> u32 {
    number.map_or(INTERVAL, |number| {
        EARLIEST + number.wrapping_mul(GOLDEN) / (u32::MAX / (INTERVAL - EARLIEST))
    })
}

const INTERVAL: u32 = 1800;

/// Nobody asks sooner.
const EARLIEST: u32 = 30;

/// Multiples of it, modulo 2^32, are spread evenly.
const GOLDEN: u32 = 0x9e37_79b9;
