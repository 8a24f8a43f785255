//! As much HTTP/1.1 as the measured programs speak, with one blocking thread for each connection: nothing here takes
//! time that the next run would not take too.

use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// One request.
pub(crate) struct Request {
    pub(crate) method: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// One answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, headers: vec![("content-type", kind.to_owned())], body: body.into() }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// Serves a port of 127.0.0.1 until the program ends, with TLS when there is a configuration; returns the port. A
/// handler that answers nothing ends its connection.
pub(crate) fn serve(
    tls: Option<Arc<ServerConfig>>,
    handler: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static,
) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let handler = Arc::new(handler);
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let (tls, handler) = (tls.clone(), handler.clone());
            // A program that is killed resets its connections: no error of ours.
            thread::spawn(move || {
                let _reset = converse(socket, tls, &*handler);
            });
        }
    });
    Ok(port)
}

fn converse(
    socket: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    handler: &dyn Fn(&Request) -> Option<Answer>,
) -> io::Result<()> {
    socket.set_nodelay(true)?;
    match tls {
        None => exchange(socket, handler),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            exchange(StreamOwned::new(connection, socket), handler)
        }
    }
}

fn exchange(stream: impl Read + Write, handler: &dyn Fn(&Request) -> Option<Answer>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream)? {
        if request.header("expect") == "100-continue" {
            stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let request = with_body(request, &mut stream)?;
        let Some(answer) = handler(&request) else { return Ok(()) };
        let mut head = format!("HTTP/1.1 {} Answer\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in &answer.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(answer.body);
        stream.get_mut().write_all(&bytes)?;
        stream.get_mut().flush()?;
    }
    Ok(())
}

fn read(stream: &mut BufReader<impl Read>) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let method = line.split_whitespace().next().unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim().split_once(':') {
            Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
            None => return Ok(Some(Request { method, headers, body: Vec::new() })),
        }
    }
}

fn with_body(mut request: Request, stream: &mut BufReader<impl Read>) -> io::Result<Request> {
    if request.header("transfer-encoding") == "chunked" {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk)?;
            if size == 0 {
                return Ok(request);
            }
            request.body.extend(&chunk[..size]);
        }
    }
    request.body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut request.body)?;
    Ok(request)
}
