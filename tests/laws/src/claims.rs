//! Answers of the claims system: any octets have a defined result, and only a complete answer about the requested user
//! is accepted.

use std::sync::{Arc, Mutex};

use platform::claims::ClaimsGateway;
use portal::claims::{Accepted, Authentication, RegisteredOffice, SecurityCodeCheck, Unavailable};
use portal::values::OfficeNumber;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The requested user.
pub const USER: &str = "KJ000000000001";

/// A claims system with a prepared answer.
pub struct System {
    answer: Arc<Mutex<Vec<u8>>>,
    gateway: ClaimsGateway,
}

impl System {
    /// A system on this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let answer: Arc<Mutex<Vec<u8>>> = Arc::default();
        let laid = answer.clone();
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                let laid = laid.clone();
                tokio::spawn(async move {
                    // The request is short and arrives at once; the answer does not depend on it.
                    let mut question = [0; 2_048];
                    let mut read = 0;
                    while !is_whole(&question[..read]) {
                        match connection.read(&mut question[read..]).await {
                            Ok(more @ 1..) => read += more,
                            _ => return,
                        }
                    }
                    let answer = laid.lock().expect("no test panics in here").clone();
                    drop(connection.write_all(&answer).await);
                    drop(connection.shutdown().await);
                });
            }
        });
        let gateway = ClaimsGateway::new(&format!("http://{address}")).expect("an address");
        Self { answer, gateway }
    }

    /// The law for the body of an answer.
    pub async fn of_any_body(&self, body: &[u8]) {
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        answer.extend_from_slice(body);
        self.of_any_answer(&answer).await;
    }

    /// The law for an answer, its head included.
    pub async fn of_any_answer(&self, answer: &[u8]) {
        *self.answer.lock().expect("no test panics in here") = answer.to_vec();
        let says = |text: &str| answer.windows(text.len()).any(|part| part == text.as_bytes());
        match self.gateway.authenticate(USER, "p").await {
            Ok(Authentication::Accepted(accepted)) => {
                assert!(says("accepted") && (says(USER) || says("\\u")));
                if let Accepted::Office(office) = accepted {
                    is_sound(&office);
                }
            }
            Ok(_) | Err(Unavailable::NotJudged | Unavailable::OutcomeUnknown) => {}
        }
        if let Ok(SecurityCodeCheck::Accepted(office)) = self.gateway.check_security_code(USER, "1").await {
            is_sound(&office);
        }
    }
}

fn is_sound(office: &RegisteredOffice) {
    assert_eq!(
        OfficeNumber::parse(office.number.as_str()).as_ref(),
        Some(&office.number)
    );
    assert!((1..=200).contains(&office.name.chars().count()));
    assert!(!office.name.contains(char::is_control));
    assert!(
        office
            .mail_address
            .as_ref()
            .is_none_or(|address| !address.trim().is_empty())
    );
}

fn is_whole(question: &[u8]) -> bool {
    let text = String::from_utf8_lossy(question);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse::<usize>()
            .ok()
    });
    length.is_none_or(|length| body.len() >= length)
}
