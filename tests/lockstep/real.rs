//! The real handlers, stopped before each call to the table.

use std::collections::BTreeMap;

use model::items::Item;
use model::state::Scene;
use model::steps::{Call, Password, Typed};
use platform::store::{Attributes, Consistency, Item as Stored};
use portal::account::Account;
use portal::claims_record::ClaimsRecord;
use portal::login::{Login, SessionPointer};
use portal::mail::{Content, Promise};
use portal::office::Office;
use portal::registration::Registration;
use portal::values::{AccountKey, ClaimsUserId, FlowId, SessionId};
use serde_json::{Value, json};
use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE, SHARED_OFFICE, TestOffice, profile};
use testkit::{Answer, Asked, Clerk, Gate, Settings, World};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;

/// A request under way.
struct Flight {
    who: usize,
    task: JoinHandle<(Clerk, Answer)>,
    asked: Option<Asked>,
    ended: Option<(Clerk, Answer)>,
}

/// The world with its browsers and their requests.
pub(crate) struct Real {
    pub(crate) world: World,
    clerks: Vec<Clerk>,
    flights: Vec<Flight>,
    told: UnboundedReceiver<Asked>,
    next: usize,
    /// What was mailed, by what it is about and its number.
    secrets: BTreeMap<(String, u32), String>,
    seen: BTreeMap<String, usize>,
}

fn office(at: usize) -> &'static TestOffice {
    [&GUARDED_OFFICE, &PLAIN_OFFICE, &SHARED_OFFICE][at]
}

fn email(person: usize) -> String {
    format!("person{person}@example.jp")
}

/// Where a mail of the model goes here: an office's address is the simulator's.
fn address_of(model: &str) -> String {
    match model
        .strip_prefix("office")
        .and_then(|rest| rest.split('@').next()?.parse::<usize>().ok())
    {
        Some(at) => office(at).mail_address.to_owned(),
        None => model.to_owned(),
    }
}

fn name_of(content: &Content) -> (String, u32) {
    match content {
        Content::OneTimeCode {
            challenge, counter, ..
        } => (challenge.as_str().to_owned(), *counter),
        Content::InitialPassword { member, source } => (member.as_str().to_owned(), source.issue),
    }
}

impl Real {
    pub(crate) async fn start(scene: &Scene) -> Self {
        let (gate, told) = Gate::new();
        let mut settings = Settings {
            gate: Some(gate),
            ..Settings::default()
        };
        settings.limits = portal::limits::Limits {
            mail_requests_per_network: 0,
            hash_memory: portal::limits::Kibibytes::new(64),
            hash_passes: 1,
            ..scene.setup.limits.clone()
        };
        let world = World::with(settings).await;
        let clerks = scene.actors.iter().map(|_| world.clerk()).collect();
        Self {
            world,
            clerks,
            flights: Vec::new(),
            told,
            next: 0,
            secrets: BTreeMap::new(),
            seen: BTreeMap::new(),
        }
    }

    pub(crate) fn shares(&mut self, from: usize, to: usize) {
        self.clerks[to].cookies = self.clerks[from].cookies.clone();
        self.clerks[to].draft = self.clerks[from].draft.clone();
    }

    fn password(&self, password: &Password) -> String {
        match password {
            Password::Wrong => "a password of nobody here".to_owned(),
            Password::Own(own) => format!("あおい空と しろい雲 二〇二六 {own}"),
            Password::Initial(member, issue) => self.secrets[&(member.as_str().to_owned(), *issue)].clone(),
        }
    }

    fn code(&self, typed: &Typed) -> String {
        match typed {
            Typed::Mailed(_, challenge, counter) => {
                self.secrets[&(challenge.as_str().to_owned(), *counter)].clone()
            }
            // None that was mailed; that it is one of a mail under way is one in a million.
            Typed::Wrong => (0..1_000_000)
                .map(|n| format!("{n:06}"))
                .find(|code| !self.secrets.values().any(|other| other == code))
                .expect("a million codes"),
        }
    }

    pub(crate) async fn sends(&mut self, actor: usize, person: usize, call: &Call) {
        if matches!(call, Call::Confirm(_)) {
            // What is confirmed is what the screen shows; looking at it changes nothing.
            let mut looks = self.clerks[actor].clone();
            looks.calls("GET", "/registration").await;
            self.clerks[actor].draft = looks.draft;
        }
        let (method, path, key, body) = self.request(person, call);
        let mut clerk = self.clerks[actor].clone();
        let who = self.next;
        self.next += 1;
        let draft = clerk.draft.clone().unwrap_or_default();
        let task = tokio::spawn(Gate::stops(who, async move {
            let answer = match (key, body) {
                (Some(key), _) => clerk.keyed(method, path, &key, &json!({ "draft": draft })).await,
                (None, Some(body)) => clerk.json(method, path, &body).await,
                (None, None) => clerk.calls(method, path).await,
            };
            (clerk, answer)
        }));
        self.flights.push(Flight {
            who,
            task,
            asked: None,
            ended: None,
        });
        self.settles(self.flights.len() - 1).await;
    }

    fn request(
        &self,
        person: usize,
        call: &Call,
    ) -> (&'static str, &'static str, Option<String>, Option<Value>) {
        let plain = |method, path| (method, path, None, None);
        let with = |method, path, body: Value| (method, path, None, Some(body));
        match call {
            Call::Authenticate {
                office: at,
                right,
                accepts_risk,
            } => {
                let office = office(*at);
                let password = if *right { office.password } else { "Chigau9999" };
                let body = json!({
                    "userId": office.user_id,
                    "password": password,
                    "acceptLockRisk": accepts_risk,
                });
                with("POST", "/registration", body)
            }
            Call::EnterSecurityCode { right } => {
                let code = if *right {
                    office(0).security_code
                } else {
                    Some("chigau")
                };
                with(
                    "POST",
                    "/registration/security-code",
                    json!({ "securityCode": code }),
                )
            }
            Call::EnterRegistrationCode(typed) => {
                with("POST", "/registration/otp", json!({ "code": self.code(typed) }))
            }
            Call::ResendRegistrationCode => plain("POST", "/registration/otp/resend"),
            Call::EnterProfile(other) => with("PUT", "/registration/profile", profile(&email(*other))),
            Call::Confirm(key) => (
                "POST",
                "/registration/confirm",
                Some(format!("lockstep-key-{key:04}")),
                None,
            ),
            Call::ResendInitialPassword => plain("POST", "/registration/initial-password/resend"),
            Call::ReissueInitialPassword => plain("POST", "/registration/initial-password/reissue"),
            Call::CancelRegistration => plain("DELETE", "/registration"),
            Call::LogIn(other, password) => {
                let body = json!({ "email": email(*other), "password": self.password(password) });
                with("POST", "/login", body)
            }
            Call::EnterLoginCode(typed) => with("POST", "/login/otp", json!({ "code": self.code(typed) })),
            Call::ResendLoginCode => plain("POST", "/login/otp/resend"),
            Call::ShowTerms => {
                let version = portal::terms::PUBLISHED.version;
                with("POST", "/login/terms/shown", json!({ "version": version }))
            }
            Call::ChangePassword(own) => {
                let body = json!({
                    "newPassword": self.password(&Password::Own(*own)),
                    "agreedTerms": { "version": portal::terms::PUBLISHED.version },
                });
                let _ = person;
                with("POST", "/login/password", body)
            }
            Call::RenewSession => plain("POST", "/login/session"),
            Call::CancelLogin => plain("DELETE", "/login"),
            Call::LogOut => plain("POST", "/logout"),
            Call::ShowMyPage => plain("GET", "/me"),
        }
    }

    /// Waits until the request stands before the table again, or has ended.
    async fn settles(&mut self, at: usize) {
        let flight = &mut self.flights[at];
        tokio::select! {
            biased;
            asked = self.told.recv() => {
                let asked = asked.expect("the gate");
                assert_eq!(asked.who, flight.who, "only one goes on at a time");
                flight.asked = Some(asked);
            }
            ended = &mut flight.task => flight.ended = Some(ended.unwrap()),
        }
    }

    /// What the request is about to do.
    pub(crate) fn asks(&self, at: usize) -> Option<String> {
        self.flights[at].asked.as_ref().map(|asked| asked.what.clone())
    }

    /// Lets the request do what it is about to do.
    pub(crate) async fn goes_on(&mut self, at: usize) {
        self.flights[at].asked.take().expect("a call that waits").goes();
        self.settles(at).await;
    }

    /// The code of the refusal, or `yes`; nothing if the request has not ended.
    pub(crate) fn ends(&mut self, at: usize, actor: usize, is_lost: bool) -> Option<String> {
        self.flights[at].ended.as_ref()?;
        let (clerk, answer) = self.flights.remove(at).ended?;
        if !is_lost {
            let browser = &mut self.clerks[actor];
            for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
                let (pair, attributes) = line.split_once(';').expect("attributes");
                let (name, value) = pair.split_once('=').expect("a value");
                if attributes.contains("Max-Age=0") {
                    browser.cookies.remove(name);
                } else {
                    browser.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            browser.draft = clerk.draft.or(browser.draft.take());
        }
        Some(answer.body["code"].as_str().unwrap_or("yes").to_owned())
    }

    pub(crate) async fn dies(&mut self, at: usize) {
        let flight = self.flights.remove(at);
        flight.task.abort();
        assert!(flight.task.await.is_err_and(|error| error.is_cancelled()));
    }

    /// Delivers, and learns which secret is which.
    pub(crate) async fn delivers(&mut self, sent: &[Promise]) {
        self.world.deliver().await;
        for promise in sent {
            let address = address_of(promise.to.as_str());
            let mut mails = self.world.mails_to(&address).await;
            mails.reverse();
            let seen = self.seen.entry(address.clone()).or_default();
            let mail = mails
                .get(*seen)
                .unwrap_or_else(|| panic!("a mail to {address} that the model sent"));
            *seen += 1;
            let secret = mail.text.lines().find_map(|line| {
                line.strip_prefix("ワンタイムパスワード：")
                    .or_else(|| line.strip_prefix("初期パスワード："))
            });
            let secret = secret.expect("a secret").to_owned();
            let known = self.secrets.insert(name_of(&promise.content), secret.clone());
            assert!(
                known.is_none_or(|known| known == secret),
                "the same mail says the same"
            );
        }
        for (address, seen) in &self.seen {
            assert_eq!(
                self.world.mails_to(address).await.len(),
                *seen,
                "mails to {address}"
            );
        }
    }

    /// What every item of the table says.
    pub(crate) async fn sketches(&self) -> Vec<String> {
        let mut sketches = Vec::new();
        for item in self.world.items().await {
            sketches.push(self.item(&item).await.sketch());
        }
        sketches.sort();
        sketches
    }

    async fn item(&self, item: &Attributes) -> Item {
        let (kind, id) = item["pk"].as_s().unwrap().split_once('#').unwrap();
        match kind {
            "REGISTRATION" => self.get::<Registration>(FlowId::new(id)).await.into(),
            "LOGIN" => self.get::<Login>(FlowId::new(id)).await.into(),
            "ACCOUNT" => self.get::<Account>(AccountKey::new(id)).await.into(),
            "OFFICE" => self.get::<Office>(id.to_owned()).await.into(),
            "CLAIMS" => self
                .get::<ClaimsRecord>(ClaimsUserId::parse(id).unwrap())
                .await
                .into(),
            "SESSION" => self.get::<SessionPointer>(SessionId::new(id)).await.into(),
            other => panic!("an item of kind {other}"),
        }
    }

    async fn get<T: Stored>(&self, id: T::Id) -> T {
        let stored = self.world.table.get::<T>(&id, Consistency::Strong).await;
        stored.unwrap().expect("the item that was just seen").item
    }
}
