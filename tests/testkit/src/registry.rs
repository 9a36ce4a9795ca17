//! Every function, wired as in its `main.rs`, with the test world in place of AWS.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::claims::ClaimsSystem;
use platform::clock::Clock;
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::Edge;
use platform::passwords::{PasswordHasher, Passwords};
use platform::random::Random;
use platform::session::Sessions;
use platform::store::Table;
use portal::keys::KeyRing;
use portal::limits::Limits;
use portal::login::Login;
use portal::registration::Registration;
use portal::steps::Function;
use portal::terms::Terms;

use crate::world::{ORIGIN, Settings};

/// The dependencies of functions.
#[derive(Clone)]
pub(crate) struct Supplies {
    pub(crate) clock: Clock,
    pub(crate) limits: Limits,
    pub(crate) terms: &'static Terms,
    pub(crate) table: Table,
    pub(crate) keys: Arc<KeyRing>,
    pub(crate) claims: Arc<dyn ClaimsSystem>,
    pub(crate) passwords: Arc<dyn PasswordHasher>,
}

impl Supplies {
    pub(crate) fn of(
        settings: &Settings,
        clock: Clock,
        table: &Table,
        keys: &Arc<KeyRing>,
        claims: Arc<dyn ClaimsSystem>,
    ) -> Self {
        Self {
            clock,
            limits: settings.limits.clone(),
            terms: settings.terms,
            table: table.clone(),
            keys: keys.clone(),
            claims,
            passwords: Arc::new(Passwords::new(keys.clone(), &settings.limits).unwrap()),
        }
    }

    fn edge(&self, function: Function) -> Edge {
        Edge {
            function,
            clock: self.clock.clone(),
            random: Random::System,
            limits: Arc::new(self.limits.clone()),
            origins: vec![ORIGIN.to_owned(), "http://127.0.0.1:8080".to_owned()].into(),
            problem_base: "https://www.kaigo-kiban-portal.jp/problems/".into(),
        }
    }

    fn registrations(&self, function: Function) -> Flows<Registration> {
        Flows {
            edge: self.edge(function),
            table: self.table.clone(),
            context: (),
        }
    }

    fn logins(&self, function: Function) -> Flows<Login> {
        Flows {
            edge: self.edge(function),
            table: self.table.clone(),
            context: self.terms,
        }
    }

    fn sessions(&self, function: Function) -> Sessions {
        Sessions {
            edge: self.edge(function),
            table: self.table.clone(),
        }
    }

    /// The function's answer. Each future is boxed, so that the compiler need not lay out one that contains them all.
    pub(crate) async fn respond(&self, function: Function, request: Request) -> Response<Body> {
        match function {
            Function::ClaimsAuth => {
                let deps = claims_auth::Deps {
                    flows: self.registrations(function),
                    keys: self.keys.clone(),
                    claims: self.claims.clone(),
                };
                Box::pin(claims_auth::respond(&deps, request)).await
            }
            Function::SecurityCode => {
                let deps = security_code::Deps {
                    flows: self.registrations(function),
                    keys: self.keys.clone(),
                    claims: self.claims.clone(),
                };
                Box::pin(security_code::respond(&deps, request)).await
            }
            Function::RegistrationOtp => {
                let deps = registration_otp::Deps {
                    flows: self.registrations(function),
                    keys: self.keys.clone(),
                };
                Box::pin(registration_otp::respond(&deps, request)).await
            }
            Function::Profile => Box::pin(profile::respond(&self.registrations(function), request)).await,
            Function::Confirm => {
                let deps = confirm::Deps {
                    flows: self.registrations(function),
                    keys: self.keys.clone(),
                };
                Box::pin(confirm::respond(&deps, request)).await
            }
            Function::ResendInitialPassword => {
                let deps = resend_initial_password::Deps {
                    flows: self.registrations(function),
                    keys: self.keys.clone(),
                };
                Box::pin(resend_initial_password::respond(&deps, request)).await
            }
            Function::RegistrationProgress => {
                let flows = self.registrations(function);
                Box::pin(registration_progress::respond(&flows, request)).await
            }
            Function::Login => {
                let deps = login::Deps {
                    flows: self.logins(function),
                    passwords: self.passwords.clone(),
                    keys: self.keys.clone(),
                };
                Box::pin(login::respond(&deps, request)).await
            }
            Function::LoginOtp => {
                let deps = login_otp::Deps {
                    flows: self.logins(function),
                    keys: self.keys.clone(),
                };
                Box::pin(login_otp::respond(&deps, request)).await
            }
            Function::Terms => Box::pin(terms::respond(&self.logins(function), request)).await,
            Function::NewPassword => {
                let deps = new_password::Deps {
                    flows: self.logins(function),
                    passwords: self.passwords.clone(),
                    keys: self.keys.clone(),
                };
                Box::pin(new_password::respond(&deps, request)).await
            }
            Function::LoginProgress => {
                Box::pin(login_progress::respond(&self.logins(function), request)).await
            }
            Function::Logout => Box::pin(logout::respond(&self.sessions(function), request)).await,
            Function::MyPage => Box::pin(my_page::respond(&self.sessions(function), request)).await,
            Function::NotFound => Box::pin(not_found::respond(&self.edge(function), request)).await,
            Function::DeliverMail
            | Function::MailEvents
            | Function::KeepAudit
            | Function::ClaimsSimulator => panic!("{} serves no step", function.name()),
        }
    }
}

/// The environment variables of each function.
pub const fn needs(function: Function) -> &'static [Variable] {
    match function {
        Function::ClaimsAuth => claims_auth::NEEDS,
        Function::SecurityCode => security_code::NEEDS,
        Function::RegistrationOtp => registration_otp::NEEDS,
        Function::Profile => profile::NEEDS,
        Function::Confirm => confirm::NEEDS,
        Function::ResendInitialPassword => resend_initial_password::NEEDS,
        Function::RegistrationProgress => registration_progress::NEEDS,
        Function::Login => login::NEEDS,
        Function::LoginOtp => login_otp::NEEDS,
        Function::Terms => terms::NEEDS,
        Function::NewPassword => new_password::NEEDS,
        Function::LoginProgress => login_progress::NEEDS,
        Function::Logout => logout::NEEDS,
        Function::MyPage => my_page::NEEDS,
        Function::NotFound => not_found::NEEDS,
        Function::DeliverMail => deliver_mail::NEEDS,
        Function::MailEvents => mail_events::NEEDS,
        Function::KeepAudit => keep_audit::NEEDS,
        Function::ClaimsSimulator => claims_simulator::NEEDS,
    }
}
