//! A client of HTTP that says what it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// What was answered.
#[derive(Debug)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl HttpReply {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One connection to a server.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn new(stream: TcpStream) -> Self {
        Self(BufReader::new(stream))
    }

    pub(crate) fn get(&mut self, path: &str, fields: &[&str]) -> HttpReply {
        self.say(path, "GET", fields);
        self.hear(true).unwrap()
    }

    pub(crate) fn head(&mut self, path: &str) -> HttpReply {
        self.say(path, "HEAD", &[]);
        self.hear(false).unwrap()
    }

    fn say(&mut self, path: &str, method: &str, fields: &[&str]) {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        self.write(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").as_bytes());
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        // Who is hung up on finds that out when it reads.
        let _ = self.0.get_mut().write_all(bytes);
    }

    /// The next answer; `None` if the connection ends instead.
    pub(crate) fn hear(&mut self, has_body: bool) -> Option<HttpReply> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).ok().filter(|count| *count > 0)?;
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let status = lines[0].split(' ').nth(1)?.parse().ok()?;
        let fields = lines[1..].iter().filter_map(|line| line.split_once(": "));
        let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let mut reply = HttpReply { status, fields, body: Vec::new() };
        let length = reply.field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        reply.body.resize(if has_body { length } else { 0 }, 0);
        self.0.read_exact(&mut reply.body).ok()?;
        Some(reply)
    }

    /// Whether the other end closes it, and says nothing more before.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}
