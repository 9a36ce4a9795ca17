//! A person who follows `docs/api.md` when an answer is missing, or is a 503.

use std::collections::BTreeSet;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use testkit::people::{OWN_PASSWORD, TestOffice, inquiry, profile};
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
    MyProfile,
    Prove,
    MyPassword,
    Sessions,
    EndOthers,
    Members,
    Add,
    ReissueColleague,
    ChangeRole,
    Disable,
    Enable,
    Remove,
    Inquire,
    AskAddress,
    ResendAddressCode,
    AddressProgress,
    AddressCode,
    AskTakeOver,
    Withdraw,
    /// A run of the schedule on the last business day.
    NoticeOfLastDay,
    /// A run of the schedule once the take-over is open.
    NoticeOfOpening,
    StopOnMyPage,
    StopByCode,
}

/// The password that is set in place of [`OWN_PASSWORD`].
const RESET_PASSWORD: &str = "みどりの丘と きいろい花 二〇二六";

/// The address of the colleague.
const COLLEAGUE: &str = "jiro@example.jp";

/// The address that the person takes.
const NEW_ADDRESS: &str = "kaigo@example.co.jp";

/// From a few minutes after a take-over was asked for to half a day before it opens.
const TO_THE_LAST_DAY: i64 = 5 * 86_400 + 3 * 3_600;

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
    /// The id of the colleague.
    colleague: String,
    /// The member of the office that the person proves, logged in, with the address.
    pub(crate) member: Option<(Clerk, &'static str)>,
    /// How many take-overs the person asked for.
    asked: u32,
    /// The password that is sent and not known to be set.
    sent: Option<String>,
    /// Earlier session cookies, which must not work after the log-out.
    left: BTreeSet<String>,
    /// A session whose new cookie was lost with its answer: it opens nothing, and ends by itself.
    orphans: u64,
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
            colleague: String::new(),
            member: None,
            asked: 0,
            sent: None,
            left: BTreeSet::new(),
            orphans: 0,
            arrivals: 0,
            setbacks: 0,
            calm: false,
        }
    }

    /// Arrives at マイページ, without faults.
    pub(crate) async fn has_logged_in(&mut self) {
        let email = self.email.clone();
        let arrived = self.clerk.arrives_at_my_page(&email).await;
        self.notes(&arrived);
        self.password = Some(OWN_PASSWORD.to_owned());
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
                        "{wanted:?} asks the person to wait though nothing is broken: {answer:?}"
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
                        let answer = Box::pin(self.requests(*step, &body)).await;
                        self.notes(&answer);
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
            Step::ResendCode
            | Step::ResendLoginCode
            | Step::ResendPassword
            | Step::ResendResetCode
            | Step::ResendAddressCode => {
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
            Step::AskTakeOver | Step::ReissueColleague => json!({}),
            Step::NoticeOfLastDay | Step::NoticeOfOpening => {
                let wait = match (step, tried) {
                    (_, true) => 60,
                    (Step::NoticeOfLastDay, false) => TO_THE_LAST_DAY,
                    (_, false) => 86_400,
                };
                self.world().wait(wait);
                Value::Null
            }
            Step::StopByCode => {
                json!({ "officeNumber": self.office.number, "stopCode": self.stop_code().await })
            }
            Step::AskAddress => json!({ "email": NEW_ADDRESS }),
            Step::AddressCode => json!({ "code": self.code(NEW_ADDRESS, "/me/email").await }),
            Step::Profile => profile(&self.email),
            Step::Inquire => inquiry(&self.email),
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
            Step::MyProfile => json!({ "department": "総務部" }),
            Step::Prove => json!({ "currentPassword": self.password }),
            Step::MyPassword => {
                let old = self.password.clone().unwrap();
                let new = if old == OWN_PASSWORD {
                    RESET_PASSWORD
                } else {
                    OWN_PASSWORD
                };
                if self.clerk.cookies.contains_key("__Host-session") {
                    self.sent = Some(new.to_owned());
                }
                json!({ "currentPassword": old, "newPassword": new })
            }
            Step::Add => profile(COLLEAGUE),
            Step::ChangeRole => json!({ "role": "manager" }),
            Step::Disable => json!({ "status": "disabled" }),
            Step::Enable => json!({ "status": "active" }),
            Step::Sessions
            | Step::EndOthers
            | Step::Members
            | Step::Remove
            | Step::Reissue
            | Step::Terms
            | Step::MyPage
            | Step::Session
            | Step::Progress
            | Step::LoginProgress
            | Step::LogOut
            | Step::ResetProgress
            | Step::AddressProgress
            | Step::Withdraw
            | Step::StopOnMyPage
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

    /// The newest stop code that the member was mailed.
    async fn stop_code(&self) -> String {
        let (_, email) = self.member.as_ref().expect("a member");
        let mails = self.world().mails_to(email).await;
        let code = mails.iter().find_map(|mail| line(&mail.text, "停止コード："));
        code.expect("a stop code")
    }

    async fn requests(&mut self, step: Step, body: &Value) -> Reply {
        let colleague = format!("/members/{}", self.colleague);
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
            Step::Inquire => {
                let key = self.key.clone();
                return self.clerk.keyed("POST", "/inquiries", &key, body).await;
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
            Step::MyProfile => ("PATCH", "/me"),
            Step::Prove => ("POST", "/me/proof"),
            Step::MyPassword => ("POST", "/me/password"),
            Step::Sessions => ("GET", "/sessions"),
            Step::EndOthers => ("DELETE", "/sessions"),
            Step::Members => ("GET", "/members"),
            Step::Add | Step::ReissueColleague => {
                let path = match step {
                    Step::Add => "/members".to_owned(),
                    _ => format!("{colleague}/initial-password"),
                };
                let key = self.key.clone();
                return self.clerk.keyed("POST", &path, &key, body).await;
            }
            Step::ChangeRole | Step::Disable | Step::Enable => ("PATCH", colleague.as_str()),
            Step::Remove => ("DELETE", colleague.as_str()),
            Step::AskTakeOver => {
                let key = format!("{}-{}", self.key, self.asked);
                let path = "/registration/take-over";
                return self.clerk.keyed("POST", path, &key, body).await;
            }
            Step::Withdraw => ("DELETE", "/registration/take-over"),
            Step::NoticeOfLastDay | Step::NoticeOfOpening => {
                let told = self.world().runs_the_schedule().await;
                return Reply {
                    status: if told.is_ok() { 200 } else { 500 },
                    headers: Vec::new(),
                    body: told.err().into(),
                };
            }
            Step::StopOnMyPage | Step::StopByCode => {
                let (member, _) = self.member.as_mut().expect("a member");
                return if step == Step::StopByCode {
                    member.json("POST", "/take-over/stop", body).await
                } else {
                    member.calls("DELETE", "/office/take-over").await
                };
            }
            Step::AskAddress => ("POST", "/me/email"),
            Step::ResendAddressCode => ("POST", "/me/email/otp/resend"),
            Step::AddressProgress => ("GET", "/me/email"),
            Step::AddressCode => ("POST", "/me/email/otp"),
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

    #[expect(clippy::too_many_lines, reason = "a list")]
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
            // The schedule runs again.
            (Step::NoticeOfLastDay | Step::NoticeOfOpening, 500, _) => {
                self.setbacks += 1;
                After::Again
            }
            (Step::Authenticate, _, "claims-lock-risk") if tried => {
                self.accepts_risk = true;
                After::Again
            }
            // The request with the lost answer has been executed.
            (
                Step::ResendCode
                | Step::ResendLoginCode
                | Step::ResendPassword
                | Step::ResendResetCode
                | Step::ResendAddressCode,
                _,
                "resend-too-early",
            )
            | (Step::Cancel, _, "no-flow")
            | (Step::Withdraw, _, "wrong-step")
            | (Step::Remove | Step::StopOnMyPage, _, "not-found")
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
            // The answer with the new cookie was lost: the person logs in with the new address.
            (Step::AddressCode, _, "no-session") if tried => {
                NEW_ADDRESS.clone_into(&mut self.email);
                self.orphans = 1;
                After::Detour(&[Step::LogIn, Step::LoginCode])
            }
            (Step::AddressCode, _, "wrong-step") if self.email == NEW_ADDRESS => After::Done,
            (Step::LoginCode | Step::Password, _, "wrong-step") if tried && next == "my-page" => {
                After::Instead(Step::Session)
            }
            // The other password was set, and the answer with the new cookie was lost.
            (Step::MyPassword, _, "no-session") if tried => {
                self.password = self.sent.take().or(self.password.take());
                After::Detour(&[Step::LogIn, Step::LoginCode])
            }
            (Step::Reissue, _, "wrong-step") if tried && next == "completed" => After::Done,
            // The code's step did not see that the office was registered; 登録する sees it, and shows the possible actions.
            (Step::Confirm, _, "organisation-already-registered") if self.saw_the_past() => {
                After::Detour(&[Step::Profile])
            }
            (Step::Reissue | Step::AskTakeOver, _, "wrong-step")
                if next == "profile" && self.saw_the_past() =>
            {
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
                Step::MyPassword => self.password = self.sent.take(),
                Step::Add => {
                    let id = answer.body["id"].as_str().expect("an id");
                    id.clone_into(&mut self.colleague);
                }
                Step::AskTakeOver => self.asked += 1,
                Step::AddressCode => NEW_ADDRESS.clone_into(&mut self.email),
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

    /// Whatever failed, and however often the schedule ran: each notice of a take-over was promised once to each.
    async fn counts_the_notices(&self, journey: &str) {
        let letters = self.world().items_of("LETTER").await;
        let told = |to: &str, news: &str| {
            let is_it = |letter: &&std::collections::HashMap<String, _>| {
                let text = format!("{letter:?}");
                text.contains(&format!("S({to:?})")) && text.contains(&format!("S({news:?})"))
            };
            letters.iter().filter(is_it).count()
        };
        if let Some((_, email)) = &self.member {
            let contact = self.office.mail_address;
            let asked = usize::try_from(self.asked).unwrap();
            assert_eq!(told(email, "asked"), asked, "{journey}: asked");
            assert_eq!(told(email, "reminder"), 1, "{journey}: on the last business day");
            assert_eq!(told(contact, "opened"), 1, "{journey}: that it is open");
            let ended = if journey == "take-over" { 0 } else { asked };
            assert_eq!(told(contact, "stopped"), ended, "{journey}: stopped");
        }
    }

    fn saw_the_past(&self) -> bool {
        let injected = self.world().faults.injected();
        injected.keys().any(|(_, kind)| *kind == "stale")
    }

    /// Asserts that a 503 reveals no internals.
    fn is_discreet(&self, answer: &Reply) {
        // The id of the request is random, and may spell any word.
        let id = answer.header("x-request-id").unwrap_or_default();
        let told = format!("{:?} {}", answer.headers, answer.body);
        let told = told.replace(id, "").to_lowercase();
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
        // Repeated or not, the request made one inquiry.
        let inquiries = world.items_of("INQUIRY").await.len();
        assert_eq!(
            inquiries,
            usize::from(journey == "inquiry"),
            "{journey}: inquiries"
        );
        let has_office = !["cancel", "inquiry"].contains(&journey);
        let is_member = has_office && journey != "take-over stopped";
        let emails = self.member.iter().map(|(_, email)| (*email).to_owned());
        let mut expected: Vec<String> = emails.chain(is_member.then(|| self.email.clone())).collect();
        expected.sort();
        let mut found: Vec<&String> = members
            .iter()
            .map(|member| member["email"].as_s().unwrap())
            .collect();
        found.sort();
        assert_eq!(
            found,
            expected.iter().collect::<Vec<_>>(),
            "{journey}: members of the office"
        );
        let offices = world.items_of("OFFICE").await;
        // The other office's claim is void, and its manager is told by one letter, whatever broke.
        let is_claimed = journey == "claimed";
        let expected = usize::from(has_office) + usize::from(is_claimed);
        assert_eq!(offices.len(), expected, "{journey}: offices");
        let letters = world.items_of("LETTER").await.len();
        assert!(!is_claimed || letters == 1, "{journey}: {letters} letters");
        let (own, others): (Vec<_>, Vec<_>) = members
            .iter()
            .partition(|member| member["email"].as_s().unwrap() == &self.email);
        for member in others {
            // A take-over that was stopped changed nothing of the member, and one that was completed disabled the member.
            let is_disabled = member
                .get("disabled")
                .is_some_and(|flag| flag.as_bool() == Ok(&true));
            assert_eq!(is_disabled, journey == "take-over", "{journey}: the member");
        }
        for member in own {
            let sessions = member
                .get("sessions")
                .and_then(|sessions| sessions.as_l().ok())
                .map_or(0, |sessions| sessions.len() as u64);
            let living = u64::from(self.clerk.cookies.contains_key("__Host-session"));
            assert!(
                (living..=living + self.orphans).contains(&sessions),
                "{journey}: {sessions} sessions"
            );
        }
        self.counts_the_notices(journey).await;
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
