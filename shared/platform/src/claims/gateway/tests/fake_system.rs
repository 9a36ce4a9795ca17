//! A claims system in the test, with connections that stall, end early or answer anything.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{BUDGET, ClaimsGateway};

/// A claims system that gives the same answer to every question, and records the questions.
pub(super) struct FakeSystem {
    pub(super) address: String,
    questions: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
pub(super) enum Behaviour {
    Answers(Vec<u8>),
    /// Sends this, then nothing, with the connection open.
    Stalls(Vec<u8>),
    /// Sends this, then closes the connection.
    HangsUp(Vec<u8>),
    /// Accepts the connection and does not even read.
    NeverReads,
}

impl FakeSystem {
    pub(super) async fn that(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let questions = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&questions);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, behaviour.clone(), Arc::clone(&asked)));
            }
        });
        Self { address, questions }
    }

    pub(super) async fn that_answers(body: &str) -> Self {
        Self::that(Behaviour::Answers(json_answer(
            "200 OK",
            "application/json",
            body,
        )))
        .await
    }

    pub(super) fn gateway(&self) -> ClaimsGateway {
        // Twice the real budget, so that a busy machine does not look like a slow claims system.
        self.gateway_with(2 * BUDGET)
    }

    pub(super) fn gateway_with(&self, budget: Duration) -> ClaimsGateway {
        ClaimsGateway::with_budget(&format!("http://{}/claims/", self.address), budget).unwrap()
    }

    pub(super) fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap().clone()
    }
}

async fn serve(mut connection: TcpStream, behaviour: Behaviour, asked: Arc<Mutex<Vec<String>>>) {
    if matches!(behaviour, Behaviour::NeverReads) {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let mut question = Vec::new();
    while !is_whole(&question) {
        let mut part = [0; 1024];
        match connection.read(&mut part).await {
            Ok(length @ 1..) => question.extend_from_slice(&part[..length]),
            _ => return,
        }
    }
    asked.lock().unwrap().push(String::from_utf8(question).unwrap());
    match behaviour {
        Behaviour::Answers(answer) | Behaviour::HangsUp(answer) => {
            // The reader may have seen enough before all is written.
            let _ = connection.write_all(&answer).await;
        }
        Behaviour::Stalls(answer) => {
            connection.write_all(&answer).await.unwrap();
            tokio::time::sleep(Duration::from_mins(1)).await;
        }
        Behaviour::NeverReads => {}
    }
}

fn is_whole(question: &[u8]) -> bool {
    let text = String::from_utf8_lossy(question);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")
            .map(|length| length.trim().to_owned())
    });
    length.is_none_or(|length| body.len() >= length.parse().unwrap())
}

pub(super) fn json_answer(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}
