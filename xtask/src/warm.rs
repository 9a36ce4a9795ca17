//! Sends a first request to every function: starting its process takes about a second, which the first click would wait.

use std::{
    collections::BTreeSet,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use anyhow::Result;

/// Two at a time: cargo checks the build of one function after the other anyway.
const AT_ONCE: usize = 2;
/// A function that must be compiled first answers late; one that does not compile, never.
const LIMIT: Duration = Duration::from_mins(2);

/// Calls every function once; returns those that did not answer, with the reason. `each` gets every answer, `check`
pub(crate) fn warm(
    functions: &BTreeSet<String>,
    port: u16,
    mut each: impl FnMut(usize, &str),
    mut check: impl FnMut() -> Result<()>,
) -> Result<Vec<(String, io::Error)>> {
    let waiting = Arc::new(Mutex::new(functions.clone()));
    let (answers, answered) = mpsc::channel();
    for _ in 0..AT_ONCE {
        let (waiting, answers) = (Arc::clone(&waiting), answers.clone());
        thread::spawn(move || {
            let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_first();
            while let Some(function) = next() {
                let status = get(port, &format!("/lambda-url/{function}/"));
                if answers.send((function, status)).is_err() {
                    return;
                }
            }
        });
    }
    drop(answers);

    let mut cold = Vec::new();
    let mut done = 0;
    loop {
        match answered.recv_timeout(Duration::from_millis(50)) {
            Ok((function, status)) => {
                done += 1;
                each(done, &function);
                // Any answer is sufficient: no function serves this path.
                cold.extend(status.err().map(|error| (function, error)));
            }
            Err(RecvTimeoutError::Timeout) => check()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(cold),
        }
    }
}

/// The status of one request, by a minimal HTTP client.
fn get(port: u16, path: &str) -> io::Result<u16> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    status_in(&line).ok_or_else(|| io::Error::other(format!("answered {line:?}")))
}

/// `HTTP/1.1 404 Not Found`
fn status_in(line: &str) -> Option<u16> {
    line.strip_prefix("HTTP/")?.split(' ').nth(1)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::Read as _,
        net::{Ipv4Addr, TcpListener},
    };

    #[test]
    fn a_status_is_read_from_its_line() {
        assert_eq!(status_in("HTTP/1.1 404 Not Found\r\n"), Some(404));
        assert_eq!(status_in("HTTP/1.0 200\r\n"), Some(200));
        assert_eq!(status_in("SSH-2.0"), None);
    }

    #[test]
    fn every_function_is_asked_once_and_the_silent_are_named() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 256];
                let length = stream.read(&mut request).unwrap();
                if request[..length].starts_with(b"GET /lambda-url/terms/ ") {
                    stream.write_all(b"HTTP/1.1 404 Not Found\r\n\r\n").unwrap();
                }
            }
        });
        let functions = BTreeSet::from(["login".to_owned(), "terms".to_owned()]);
        let mut asked = Vec::new();
        let cold = warm(
            &functions,
            port,
            |_, function| asked.push(function.to_owned()),
            || Ok(()),
        )
        .unwrap();
        asked.sort();
        assert_eq!(asked, ["login", "terms"]);
        assert_eq!(
            cold.into_iter().map(|(function, _)| function).collect::<Vec<_>>(),
            ["login"]
        );
    }
}
