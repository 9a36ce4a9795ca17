//! A person who follows `docs/api.md` when an answer is missing, or is a 503.

use std::collections::BTreeSet;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, TestOffice, profile};
use testkit::{Clerk, Death, Reply, World};

/// One request of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    Authenticate,
    SecurityCode,
    ResendCode,
    Code,
    Profile,
    Confirm,
    ResendPassword,
    Reissue,
    LogIn,
    ResendLoginCode,
    LoginCode,
    Terms,
    TermsShown,
    Password,
    MyPage,
    Session,
    Progress,
    LoginProgress,
    LogOut,
    Cancel,
    AskReset,
    ResendResetCode,
    ResetCode,
    ResetProgress,
    ResetPassword,
}

/// The password that is set in place of [`OWN_PASSWORD`].
const RESET_PASSWORD: &str = "みどりの丘と きいろい花 二〇二六";

/// The number of attempts before the person gives up.
const ROUNDS: u32 = 12;

/// Internal words that no answer may contain.
const INSIDE: [&str; 9] = [
    "dynamo",
    "throttl",
    "exception",
    "transaction",
    "sqlite",
    "panick",
    "127.0.0.1",
    "rustc",
    "item",
];

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Counts panics of the product, because it answers them like faults.
pub(crate) fn counts_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let of_the_product = info.location().is_some_and(|place| {
                ["functions/", "shared/platform/", "shared/portal/"]
                    .iter()
                    .any(|part| place.file().contains(part))
            });
            if of_the_product {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
    });
}

/// A person on a journey, with their knowledge.
pub(crate) struct Person {
    pub(crate) clerk: Clerk,
    pub(crate) office: TestOffice,
    pub(crate) email: String,
    /// The 照合記号 on the screen.
    label: Option<String>,
    password: Option<String>,
    terms: String,
    accepts_risk: bool,
    key: String,
    /// Earlier session cookies, which must not work after the log-out.
    left: BTreeSet<String>,
    /// Log-ins that reached my page.
    pub(crate) arrivals: u64,
    /// 503 answers, and requests without an answer.
    pub(crate) setbacks: u64,
    /// Whether all faults are over: then a 503 is an error.
    pub(crate) calm: bool,
}

/// The person's reaction to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Done,
    Again,
    Instead(Step),
    /// Send these first, with any result, and then repeat the request.
    Detour(&'static [Step]),
}

impl Person {
    pub(crate) fn new(world: &World, office: TestOffice, email: &str) -> Self {
        counts_panics();
        Self {
            clerk: world.clerk(),
            office,
            email: email.to_owned(),
            label: None,
            password: None,
            terms: String::new(),
            accepts_risk: false,
            key: "faults-0123456789".to_owned(),
            left: BTreeSet::new(),
            arrivals: 0,
            setbacks: 0,
            calm: false,
        }
    }

    fn world(&self) -> &World {
        &self.clerk.world
    }

    /// Repeats a step until it succeeds. Each of the first requests gets one of the planned deaths.
    pub(crate) async fn takes(&mut self, step: Step, deaths: &[Death]) {
        let mut wanted = step;
        let mut tried = false;
        for round in 0..ROUNDS {
            let body = Box::pin(self.prepares(wanted, tried)).await;
            let death = deaths.get(usize::try_from(round).unwrap()).copied();
            let faults = self.world().faults.clone();
            let request = Box::pin(self.requests(wanted, &body));
            let answer = match death {
                None => Some(request.await),
                Some(death) => death.of(request, &faults).await,
            };
            let after = match &answer {
                None => {
                    self.setbacks += 1;
                    After::Again
                }
                Some(answer) => self.reads(wanted, answer, tried),
            };
            match after {
                After::Done => return,
                After::Again => {
                    assert!(
                        !self.calm || death.is_some(),
                        "{wanted:?} asks for patience though nothing is broken: {answer:?}"
                    );
                    if death.is_some() && round + 1 >= u32::try_from(deaths.len()).unwrap() {
                        self.world().faults.clear();
                    }
                    tried = true;
                }
                After::Instead(other) => {
                    wanted = other;
                    tried = true;
                }
                After::Detour(steps) => {
                    for step in steps {
                        let body = Box::pin(self.prepares(*step, true)).await;
                        Box::pin(self.requests(*step, &body)).await;
                    }
                    tried = true;
                }
            }
        }
        panic!("{step:?} did not come to an end in {ROUNDS} rounds");
    }

    /// Waits where necessary, and reads the mail.
    async fn prepares(&mut self, step: Step, tried: bool) -> Value {
        match step {
            Step::Authenticate => {
                let mut body = json!({ "userId": self.office.user_id, "password": self.office.password });
                if self.accepts_risk {
                    body["acceptLockRisk"] = true.into();
                }
                body
            }
            Step::SecurityCode => json!({ "securityCode": self.office.security_code }),
            Step::ResendCode | Step::ResendLoginCode | Step::ResendPassword | Step::ResendResetCode => {
                if !tried {
                    self.world().wait(30);
                }
                Value::Null
            }
            Step::Code => json!({ "code": self.code(self.office.mail_address, "/registration").await }),
            Step::LoginCode => {
                let email = self.email.clone();
                json!({ "code": self.code(&email, "/login").await })
            }
            Step::AskReset => json!({ "email": self.email }),
            Step::ResetCode => {
                let email = self.email.clone();
                json!({ "code": self.code(&email, "/password-reset").await })
            }
            Step::ResetPassword => json!({ "newPassword": RESET_PASSWORD }),
            Step::Profile => profile(&self.email),
            Step::Confirm => json!({ "draft": self.clerk.draft }),
            Step::LogIn => {
                let password = match &self.password {
                    Some(password) => password.clone(),
                    None => self.initial_password().await,
                };
                json!({ "email": self.email, "password": password })
            }
            Step::TermsShown => json!({ "version": self.terms }),
            Step::Password => {
                json!({ "newPassword": OWN_PASSWORD, "agreedTerms": { "version": self.terms } })
            }
            Step::Reissue
            | Step::Terms
            | Step::MyPage
            | Step::Session
            | Step::Progress
            | Step::LoginProgress
            | Step::LogOut
            | Step::ResetProgress
            | Step::Cancel => Value::Null,
        }
    }

    /// The code of the mail with the 照合記号 of the screen; if SES refused it, of the next one.
    async fn code(&mut self, address: &str, flow: &str) -> String {
        for _ in 0..4 {
            let label = format!("照合記号：{}", self.label.clone().unwrap_or_default());
            let mails = self.world().mails_to(address).await;
            let code = mails
                .iter()
                .filter(|mail| mail.text.lines().any(|line| line == label))
                .find_map(|mail| line(&mail.text, "ワンタイムパスワード："));
            if let Some(code) = code {
                return code;
            }
            let shown = self.clerk.calls("GET", flow).await;
            let otp = &shown.body["otp"];
            // A reset does not say what became of its mail.
            assert!(
                otp["delivery"] == "failed" || flow == "/password-reset",
                "no mail with {label} to {address}, and the screen does not say why: {}",
                shown.body
            );
            self.world()
                .wait(otp["resendAfterSeconds"].as_i64().unwrap_or(0) + 1);
            let again = self.clerk.calls("POST", &format!("{flow}/otp/resend")).await;
            self.notes(&again);
        }
        panic!("no code came to {address}");
    }

    async fn initial_password(&mut self) -> String {
        for _ in 0..4 {
            let mails = self.world().mails_to(&self.email).await;
            let found = mails.iter().find_map(|mail| line(&mail.text, "初期パスワード："));
            if let Some(found) = found {
                return found;
            }
            let shown = self.clerk.calls("GET", "/registration").await;
            let mail = &shown.body["initialPassword"];
            assert_eq!(mail["delivery"], "failed", "no initial password: {}", shown.body);
            self.world()
                .wait(mail["resendAfterSeconds"].as_i64().unwrap_or(0) + 1);
            self.clerk
                .calls("POST", "/registration/initial-password/resend")
                .await;
        }
        panic!("no initial password came");
    }

    async fn requests(&mut self, step: Step, body: &Value) -> Reply {
        let (method, path) = match step {
            Step::Authenticate => ("POST", "/registration"),
            Step::SecurityCode => ("POST", "/registration/security-code"),
            Step::ResendCode => ("POST", "/registration/otp/resend"),
            Step::Code => ("POST", "/registration/otp"),
            Step::Profile => ("PUT", "/registration/profile"),
            Step::Confirm => {
                let key = self.key.clone();
                return self
                    .clerk
                    .keyed("POST", "/registration/confirm", &key, body)
                    .await;
            }
            Step::ResendPassword => ("POST", "/registration/initial-password/resend"),
            Step::Reissue => ("POST", "/registration/initial-password/reissue"),
            Step::LogIn => ("POST", "/login"),
            Step::ResendLoginCode => ("POST", "/login/otp/resend"),
            Step::LoginCode => ("POST", "/login/otp"),
            Step::Terms => ("GET", "/terms"),
            Step::TermsShown => ("POST", "/login/terms/shown"),
            Step::Password => ("POST", "/login/password"),
            Step::MyPage => ("GET", "/me"),
            Step::Session => ("POST", "/login/session"),
            Step::Progress => ("GET", "/registration"),
            Step::LoginProgress => ("GET", "/login"),
            Step::LogOut => ("POST", "/logout"),
            Step::Cancel => ("DELETE", "/registration"),
            Step::AskReset => ("POST", "/password-reset"),
            Step::ResendResetCode => ("POST", "/password-reset/otp/resend"),
            Step::ResetCode => ("POST", "/password-reset/otp"),
            Step::ResetProgress => ("GET", "/password-reset"),
            Step::ResetPassword => ("POST", "/password-reset/password"),
        };
        if body.is_null() {
            self.clerk.calls(method, path).await
        } else {
            self.clerk.json(method, path, body).await
        }
    }

    fn notes(&mut self, answer: &Reply) {
        if let Some(label) = answer.body.pointer("/otp/label").and_then(Value::as_str) {
            self.label = Some(label.to_owned());
        }
        if let Some(session) = self.clerk.cookies.get("__Host-session") {
            self.left.insert(session.clone());
        }
    }

    fn reads(&mut self, step: Step, answer: &Reply, tried: bool) -> After {
        let code = answer.body["code"].as_str().unwrap_or("");
        if answer.status == 503 {
            self.setbacks += 1;
            self.is_discreet(answer);
            if let Some(wait) = answer.header("retry-after") {
                self.world().wait(wait.parse().expect("seconds"));
            } else {
                // Only an outage of the claims system has no known end.
                assert_eq!(
                    code, "claims-unavailable",
                    "503 without Retry-After: {}",
                    answer.body
                );
            }
            return After::Again;
        }
        self.notes(answer);
        let next = answer
            .body
            .pointer("/progress/next")
            .and_then(Value::as_str)
            .unwrap_or("");
        let after = match (step, answer.status, code) {
            (_, 200..=299, _) => After::Done,
            (_, 409, "try-again") => After::Again,
            (Step::Authenticate, _, "claims-lock-risk") if tried => {
                self.accepts_risk = true;
                After::Again
            }
            // The request with the lost answer has been executed.
            (
                Step::ResendCode | Step::ResendLoginCode | Step::ResendPassword | Step::ResendResetCode,
                _,
                "resend-too-early",
            )
            | (Step::Cancel, _, "no-flow")
                if tried =>
            {
                After::Done
            }
            (Step::SecurityCode, _, "wrong-step") if tried && next == "otp" => After::Instead(Step::Progress),
            (Step::Code, _, "wrong-step") if tried && ["profile", "already-registered"].contains(&next) => {
                After::Done
            }
            (Step::LoginCode | Step::ResetCode, _, "wrong-step") if tried && next == "new-password" => {
                After::Done
            }
            (Step::ResetPassword, _, "wrong-step") if tried && next == "done" => After::Done,
            (Step::LoginCode | Step::Password, _, "wrong-step") if tried && next == "my-page" => {
                After::Instead(Step::Session)
            }
            (Step::Reissue, _, "wrong-step") if tried && next == "completed" => After::Done,
            // The code's step did not see that the office was registered; 登録する sees it, and shows the possible actions.
            (Step::Confirm, _, "organisation-already-registered") if self.saw_the_past() => {
                After::Detour(&[Step::Profile])
            }
            (Step::Reissue, _, "wrong-step") if next == "profile" && self.saw_the_past() => {
                After::Detour(&[Step::Profile, Step::Confirm])
            }
            _ => panic!("{step:?} (again: {tried}): {} {}", answer.status, answer.body),
        };
        if after == After::Done {
            match step {
                Step::Terms => {
                    answer.body["version"]
                        .as_str()
                        .expect("a version")
                        .clone_into(&mut self.terms);
                }
                Step::Password => self.password = Some(OWN_PASSWORD.to_owned()),
                Step::ResetPassword => self.password = Some(RESET_PASSWORD.to_owned()),
                Step::Confirm => assert_eq!(answer.body["next"], "completed"),
                _ => {}
            }
            if answer.body["next"] == "my-page" {
                self.arrivals += 1;
                self.password.get_or_insert_with(|| OWN_PASSWORD.to_owned());
            }
        }
        after
    }

    fn saw_the_past(&self) -> bool {
        let injected = self.world().faults.injected();
        injected.keys().any(|(_, kind)| *kind == "stale")
    }

    /// Asserts that a 503 reveals no internals.
    fn is_discreet(&self, answer: &Reply) {
        let told = format!("{:?} {}", answer.headers, answer.body).to_lowercase();
        for word in INSIDE {
            assert!(!told.contains(word), "{word:?} in {told}");
        }
        assert!(!told.contains(&self.email) && !told.contains(self.office.password));
    }

    /// Asserts the invariants at the end of a journey.
    pub(crate) async fn looks_back(&mut self, journey: &str) {
        let world = self.world().clone();
        world.faults.clear();
        world.faults.settle().await;
        let violations = world.violations().await;
        assert!(violations.is_empty(), "{journey}: {violations:#?}");
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "a function panicked");

        let members: Vec<_> = world
            .items_of("ACCOUNT")
            .await
            .into_iter()
            .filter_map(|account| {
                Some(
                    account
                        .get("holders")?
                        .as_m()
                        .ok()?
                        .values()
                        .cloned()
                        .collect::<Vec<_>>(),
                )
            })
            .flatten()
            .filter_map(|member| member.as_m().ok().cloned())
            .filter(|member| member["office"].as_m().unwrap()["number"].as_s().unwrap() == self.office.number)
            .collect();
        let registered = u64::from(journey != "cancel");
        assert_eq!(
            members.len() as u64,
            registered,
            "{journey}: members of the office"
        );
        let offices = world.items_of("OFFICE").await;
        assert_eq!(offices.len() as u64, registered, "{journey}: offices");
        for member in &members {
            assert_eq!(member["email"].as_s().unwrap(), &self.email);
            let sessions = member
                .get("sessions")
                .and_then(|sessions| sessions.as_l().ok())
                .map_or(0, |sessions| sessions.len() as u64);
            let living = u64::from(self.clerk.cookies.contains_key("__Host-session"));
            assert_eq!(sessions, living, "{journey}: sessions");
        }
        // No cookie that a log-out, or a new session, has ended grants access.
        let now = self.clerk.cookies.get("__Host-session").cloned();
        for old in self.left.iter().filter(|old| Some(*old) != now.as_ref()) {
            let mut stranger = world.clerk();
            stranger.cookies.insert("__Host-session".to_owned(), old.clone());
            stranger.calls("GET", "/me").await.is_told("no-session");
        }
    }
}

fn line(text: &str, beginning: &str) -> Option<String> {
    text.lines()
        .find_map(|line| line.strip_prefix(beginning))
        .map(str::to_owned)
}
