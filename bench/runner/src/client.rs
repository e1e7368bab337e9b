//! A client that costs next to nothing: one connection, a request in one write, an answer by its length.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use httparse::{EMPTY_HEADER, Response, Status};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer<'a> {
    pub status: u16,
    /// Whether it says when to try again.
    pub retry_after: bool,
    pub body: &'a [u8],
}

impl Client {
    pub fn connect(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, bytes: Vec::new() })
    }

    /// Sends a request as it is, and reads its answer whole.
    pub fn ask(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.stream.write_all(request)?;
        self.bytes.clear();
        let head = loop {
            if let Some(head) = Head::read(&self.bytes)? {
                break head;
            }
            self.more()?;
        };
        let end = head.length + head.body;
        while self.bytes.len() < end {
            self.more()?;
        }
        let Head { status, retry_after, .. } = head;
        Ok(Answer { status, retry_after, body: &self.bytes[head.length..end] })
    }

    fn more(&mut self) -> io::Result<()> {
        let before = self.bytes.len();
        self.bytes.resize(before + 64 * 1024, 0);
        let read = self.stream.read(&mut self.bytes[before..])?;
        self.bytes.truncate(before + read);
        if read == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

/// What the first lines of an answer say.
struct Head {
    status: u16,
    retry_after: bool,
    length: usize,
    body: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [EMPTY_HEADER; 48];
        let mut response = Response::new(&mut headers);
        let Status::Complete(length) = response.parse(bytes).map_err(io::Error::other)? else {
            return Ok(None);
        };
        let header = |name: &str| {
            let mut all = response.headers.iter();
            all.find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
        };
        let body = header("content-length")
            .and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok())
            .ok_or_else(|| io::Error::other("an answer without a length"))?;
        let retry_after = header("retry-after").is_some();
        Ok(Some(Self { status: response.code.unwrap_or_default(), retry_after, length, body }))
    }
}

/// A request of JSON, ready to be sent again and again.
#[must_use]
pub fn request(path: &str, token: Option<&str>, body: &serde_json::Value) -> Vec<u8> {
    let body = body.to_string();
    let bearer =
        token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Accept: application/json\r\n{bearer}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
