//! A web server for tests: one answer a connection, on loopback.

use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A server that answers what a function says, and remembers what it was asked.
pub struct WebServer {
    /// The address where it listens.
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<(IpAddr, String)>>>,
}

impl WebServer {
    /// `answer` gets the head of a request and gives all the bytes of the answer.
    ///
    /// # Panics
    /// If there is no port for it.
    pub fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        Self::start_at("127.0.0.1", answer)
    }

    /// The same at another address of loopback, which is another host.
    ///
    /// # Panics
    /// If there is no port for it.
    pub fn start_at(ip: &str, answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).expect("loopback has a port");
        let address = listener.local_addr().expect("it listens");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let head = head(&mut stream);
                let answer = answer(&head);
                let peer = stream.peer_addr().expect("it is connected").ip();
                heard.lock().expect("no test panics with it").push((peer, head));
                // Whoever hangs up early has what it wanted.
                let _ = stream.write_all(&answer);
            }
        });
        Self { address, asked }
    }

    /// The URL of what it has at `target`, which begins with a slash.
    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    /// The heads of the requests so far.
    ///
    /// # Panics
    /// If `answer` panicked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test panics with it").iter().map(|(_, head)| head.clone()).collect()
    }

    /// Where they came from.
    ///
    /// # Panics
    /// If `answer` panicked.
    pub fn peers(&self) -> Vec<IpAddr> {
        self.asked.lock().expect("no test panics with it").iter().map(|(peer, _)| *peer).collect()
    }
}

/// An answer with a body and its length.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// The range that a request asks for: first and last byte.
pub fn range(head: &str) -> Option<(usize, usize)> {
    let line = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned))?;
    let (first, last) = line.split_once('-')?;
    Some((first.parse().ok()?, last.trim().parse().ok()?))
}

fn head(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("5 s is a timeout");
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}
