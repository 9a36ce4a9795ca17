//! A caller for every reason to refuse a log-in, each with an account that can be restored.

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _, Response};
use platform::store::{Attributes, Consistency, Replacing};
use portal::account::Account;
use portal::limits::Limits;
use portal::values::{EmailAddress, NetworkTag};
use serde_json::json;
use testkit::people::{OWN_PASSWORD, TestOffice};
use testkit::{Clerk, Settings, World, only_member_mut};

/// The reason for which a log-in is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// An unknown address without earlier attempts.
    Unknown,
    /// An unknown address with earlier guesses.
    GuessedAt,
    /// An active member, and a wrong password.
    ActiveWrong,
    /// An active member whose password is locked out, and the right password.
    ActiveLockedOut,
    /// A pending member, and a wrong password.
    PendingWrong,
    /// A pending member whose password is locked out, and a wrong one: the right initial password never is.
    PendingLockedOut,
    /// A disabled member, and the right password.
    Disabled,
    /// An active member whose codes are stopped, and the right password.
    Stopped,
    /// A pending member whose seat has expired, and the right initial password.
    ExpiredSeat,
}

impl Class {
    /// All of them; the others are compared with the first.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::GuessedAt,
        Self::ActiveWrong,
        Self::ActiveLockedOut,
        Self::PendingWrong,
        Self::PendingLockedOut,
        Self::Disabled,
        Self::Stopped,
        Self::ExpiredSeat,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::GuessedAt => "unknown, guessed at",
            Self::ActiveWrong => "active, wrong password",
            Self::ActiveLockedOut => "active, locked out, right password",
            Self::PendingWrong => "pending, wrong password",
            Self::PendingLockedOut => "pending, locked out, wrong password",
            Self::Disabled => "disabled, right password",
            Self::Stopped => "codes stopped, right password",
            Self::ExpiredSeat => "expired seat, right password",
        }
    }
}

/// One caller: its input, and the account before the request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The reason for the refusal.
    pub class: Class,
    email: String,
    password: String,
    key: String,
    before: Option<Attributes>,
}

impl Caller {
    /// The address that it names.
    pub fn email(&self) -> &str {
        &self.email
    }
}

/// A portal with callers of every class.
pub struct Scene {
    /// The portal.
    pub world: World,
    callers: Vec<Vec<Caller>>,
    requests: u32,
}

/// A wrong password as long as [`OWN_PASSWORD`].
const WRONG_PASSWORD: &str = "あかい空と しろい雲 二〇二六";

impl Scene {
    /// A portal with these limits, and this number of accounts of each class.
    ///
    /// Several accounts, so that a difference belongs to the class and not to the position of one key in the table.
    pub async fn set(limits: Limits, accounts: usize) -> Self {
        let world = World::with(Settings {
            limits: limits.clone(),
            ..Settings::default()
        })
        .await;
        let mut callers = vec![Vec::new(); Class::ALL.len()];
        let mut stage = Stage { world, offices: 0 };
        // Members whose seats expire are registered two weeks before the others.
        for class in [Class::ExpiredSeat].into_iter().chain(
            Class::ALL
                .into_iter()
                .filter(|class| *class != Class::ExpiredSeat),
        ) {
            let row = Class::ALL.iter().position(|other| *other == class).unwrap();
            for _ in 0..accounts {
                let caller = stage.caller(class).await;
                callers.get_mut(row).unwrap().push(caller);
            }
            if class == Class::ExpiredSeat {
                stage
                    .world
                    .wait(i64::try_from(limits.pending_seat_life.count()).unwrap());
            }
        }
        // Guards are closed and stops take effect in this very second; from here the clock does not advance.
        for caller in callers.iter_mut().flatten() {
            stage.finish(caller).await;
        }
        Self {
            world: stage.world,
            callers,
            requests: 0,
        }
    }

    /// The caller of a class for this round.
    pub fn caller(&self, class: Class, round: usize) -> &Caller {
        let row = Class::ALL.iter().position(|other| *other == class).unwrap();
        let callers = self.callers.get(row).unwrap();
        callers.get(round % callers.len()).unwrap()
    }

    /// Restores an account. For a caller without one another item is written instead, so that the work is equal.
    pub async fn reset(&self, caller: &Caller) {
        let client = &self.world.dynamodb;
        let delete = client.delete_item().table_name("portal");
        let delete = delete.key("pk", text(&caller.key));
        delete.send().await.unwrap();
        let image = caller.before.clone().unwrap_or_else(|| {
            let pk = ("pk".to_owned(), text("REST#0"));
            let filling = ("text".to_owned(), text(&"x".repeat(800)));
            [pk, filling].into()
        });
        self.world.puts_back(&image).await;
    }

    /// Lets the account of a caller judge passwords again.
    pub async fn lift_lockout(&self, caller: &Caller) {
        let key = EmailAddress::parse(&caller.email).unwrap().key();
        let stored = self.world.table.get::<Account>(&key, Consistency::Strong).await;
        let stored = stored.unwrap().unwrap();
        let mut account = stored.item.clone();
        account.passwords.consecutive = 0;
        self.world.edits_by_hand(account, Replacing::Read(&stored)).await;
    }

    /// The request of a caller, from an address of its own: no network has spent its hour.
    pub fn request(&mut self, caller: &Caller) -> Request {
        self.requests += 1;
        let [_, a, b, c] = self.requests.to_be_bytes();
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.http.source_ip = Some(format!("10.{a}.{b}.{c}"));
        let body = json!({ "email": caller.email, "password": caller.password }).to_string();
        lambda_http::http::Request::builder()
            .method("POST")
            .uri("/api/v1/login")
            .header("origin", "http://localhost:8080")
            .header("content-type", "application/json")
            .body(Body::Text(body))
            .unwrap()
            .with_request_context(RequestContext::ApiGatewayV2(context))
    }
}

/// Asserts the common answer.
pub fn is_the_one_answer(response: &Response<Body>) -> bool {
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap_or_default();
    response.status() == 401 && body.get("code").is_some_and(|code| code == "wrong-credentials")
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

struct Stage {
    world: World,
    offices: usize,
}

impl Stage {
    /// All addresses have the same length.
    async fn caller(&mut self, class: Class) -> Caller {
        self.offices += 1;
        let email = format!("person{:03}@example.jp", self.offices);
        let key = EmailAddress::parse(&email).unwrap().key();
        let mut password = OWN_PASSWORD.to_owned();
        match class {
            Class::Unknown | Class::GuessedAt => {}
            Class::PendingWrong | Class::PendingLockedOut | Class::ExpiredSeat => {
                let clerk = self.registers(&email).await;
                password = clerk.mailed_password(&email).await;
            }
            Class::ActiveWrong | Class::ActiveLockedOut | Class::Disabled | Class::Stopped => {
                let mut clerk = self.registers(&email).await;
                clerk.arrives_at_my_page(&email).await;
                clerk.calls("POST", "/logout").await.is(204);
            }
        }
        match class {
            Class::ActiveWrong => WRONG_PASSWORD.clone_into(&mut password),
            // As long as an initial password, and none.
            Class::PendingWrong | Class::PendingLockedOut => {
                password = password.chars().rev().collect();
            }
            _ => {}
        }
        Caller {
            class,
            email,
            password,
            key: format!("ACCOUNT#{}", key.as_str()),
            before: None,
        }
    }

    async fn registers(&mut self, email: &str) -> Clerk {
        let at = self.offices;
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let office = TestOffice {
            user_id: leak(format!("KJ0000008{at:05}")),
            password: "Mihon9999",
            number: leak(format!("13799{at:05}")),
            name: "見本とけい事業所",
            mail_address: leak(format!("office{at:03}@example.jp")),
            security_code: None,
        };
        let body = json!({
            "officeNumber": office.number,
            "officeName": office.name,
            "mailAddress": office.mail_address,
            "password": office.password,
            "passwordExpired": false,
            "locked": false,
        });
        let path = format!("/_dev/offices/{}", office.user_id);
        let (status, told) = self.world.simulator("PUT", &path, Some(body)).await;
        assert_eq!(status, 204, "{told}");
        let mut clerk = self.world.clerk();
        // From a separate network, because each has thirty requests an hour.
        clerk.source_ip = format!("172.16.{}.{}", at / 256, at % 256);
        clerk.registers(&office, email).await;
        clerk
    }

    /// Brings the account into the state of its class, and keeps a copy.
    async fn finish(&self, caller: &mut Caller) {
        let (now, limits) = (self.world.now(), &self.world.settings.limits);
        let key = EmailAddress::parse(&caller.email).unwrap().key();
        let stored = self
            .world
            .table
            .get::<Account>(&key, Consistency::Strong)
            .await
            .unwrap();
        let mut account = stored
            .as_ref()
            .map_or_else(|| Account::unknown(key, now), |stored| stored.item.clone());
        match caller.class {
            Class::Unknown => {
                assert!(stored.is_none());
                return;
            }
            Class::GuessedAt => {
                let network = NetworkTag::new("elsewhere01");
                account.passwords = account.passwords.failed(&network, now, limits);
            }
            Class::ActiveWrong | Class::PendingWrong | Class::ExpiredSeat => {}
            Class::ActiveLockedOut | Class::PendingLockedOut => {
                account.passwords.consecutive = limits.wrong_passwords_before_lockout;
            }
            Class::Disabled => only_member_mut(&mut account).disabled = true,
            Class::Stopped => {
                let member = only_member_mut(&mut account);
                for _ in 0..limits.code_failures {
                    member.codes = member.codes.failed(now, limits);
                }
            }
        }
        let replacing = stored.as_ref().map_or(Replacing::Nothing, Replacing::Read);
        self.world.edits_by_hand(account, replacing).await;
        caller.before = self.world.item(&caller.key).await;
        assert!(caller.before.is_some());
    }
}
