//! Every function, wired as its `main.rs` wires it, with whatever stands in for AWS. For tests only: the journeys and
//! the model checker run the steps by way of this one table.

use std::sync::Arc;

use lambda_http::{Body, Request, Response};
use platform::claims::ClaimsSystem;
use platform::config::Variable;
use platform::flow::Flows;
use platform::http::{Answer, Call, Edge};
use platform::keys::Keys;
use platform::passwords::PasswordHasher;
use platform::session::Sessions;
use platform::store::Table;
use portal::login::Login;
use portal::password_reset::PasswordReset;
use portal::problem::Kind;
use portal::registration::Registration;
use portal::steps::Function;
use portal::terms::Terms;

/// What functions are wired with.
#[derive(Clone)]
pub struct Wiring {
    /// The HTTP edge; its function is replaced by the one that is run.
    pub edge: Edge,
    /// The portal's table.
    pub table: Table,
    /// The terms in force.
    pub terms: &'static Terms,
    /// The key ring.
    pub keys: Keys,
    /// The claims system.
    pub claims: Arc<dyn ClaimsSystem>,
    /// Hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
}

impl Wiring {
    fn edge(&self, function: Function) -> Edge {
        Edge {
            function,
            ..self.edge.clone()
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

    fn password_resets(&self, function: Function) -> Flows<PasswordReset> {
        Flows {
            edge: self.edge(function),
            table: self.table.clone(),
            context: (),
        }
    }

    fn sessions(&self, function: Function) -> Sessions {
        Sessions {
            edge: self.edge(function),
            table: self.table.clone(),
        }
    }
}

/// Each future is boxed, so that the compiler need not lay out one that holds them all.
macro_rules! functions {
    (
        $wiring:ident, $serving:ident;
        steps { $($function:ident = $library:ident, $deps:expr;)* }
        background { $($other:ident = $other_library:ident;)* }
    ) => {
        impl Wiring {
            /// Runs the step of the call.
            pub async fn step(&self, call: Call) -> Answer {
                let ($wiring, $serving) = (self, call.step.function);
                match $serving {
                    $(Function::$function => {
                        let deps = $deps;
                        Box::pin($library::step(&deps, call)).await
                    })*
                    Function::NotFound $(| Function::$other)* => Err(Kind::NotFound.into()),
                }
            }

            /// What the function answers to a request.
            pub async fn respond(&self, function: Function, request: Request) -> Response<Body> {
                let ($wiring, $serving) = (self, function);
                match $serving {
                    $(Function::$function => {
                        let deps = $deps;
                        Box::pin($library::respond(&deps, request)).await
                    })*
                    Function::NotFound => {
                        let edge = self.edge(function);
                        Box::pin(not_found::respond(&edge, request)).await
                    }
                    $(Function::$other)|* => panic!("{} answers no request of the API", function.name()),
                }
            }
        }

        /// What each function needs of its environment.
        pub const fn needs(function: Function) -> &'static [Variable] {
            match function {
                $(Function::$function => $library::NEEDS,)*
                Function::NotFound => not_found::NEEDS,
                $(Function::$other => $other_library::NEEDS,)*
            }
        }
    };
}

functions! {
    wiring, function;
    steps {
        ClaimsAuth = claims_auth, claims_auth::Deps {
            flows: wiring.registrations(function),
            keys: wiring.keys.clone(),
            claims: wiring.claims.clone(),
        };
        SecurityCode = security_code, security_code::Deps {
            flows: wiring.registrations(function),
            keys: wiring.keys.clone(),
            claims: wiring.claims.clone(),
        };
        RegistrationOtp = registration_otp, registration_otp::Deps {
            flows: wiring.registrations(function),
            keys: wiring.keys.clone(),
        };
        Profile = profile, wiring.registrations(function);
        Confirm = confirm, confirm::Deps {
            flows: wiring.registrations(function),
            keys: wiring.keys.clone(),
        };
        ResendInitialPassword = resend_initial_password, resend_initial_password::Deps {
            flows: wiring.registrations(function),
            keys: wiring.keys.clone(),
        };
        TakeOver = take_over, take_over::Deps {
            flows: wiring.registrations(function),
            keys: wiring.keys.clone(),
        };
        RegistrationProgress = registration_progress, wiring.registrations(function);
        Login = login, login::Deps {
            flows: wiring.logins(function),
            passwords: wiring.passwords.clone(),
            keys: wiring.keys.clone(),
        };
        LoginOtp = login_otp, login_otp::Deps {
            flows: wiring.logins(function),
            keys: wiring.keys.clone(),
        };
        Terms = terms, wiring.logins(function);
        NewPassword = new_password, new_password::Deps {
            flows: wiring.logins(function),
            passwords: wiring.passwords.clone(),
            keys: wiring.keys.clone(),
        };
        LoginProgress = login_progress, wiring.logins(function);
        PasswordReset = password_reset, password_reset::Deps {
            flows: wiring.password_resets(function),
            keys: wiring.keys.clone(),
        };
        PasswordResetPassword = password_reset_password, password_reset_password::Deps {
            flows: wiring.password_resets(function),
            passwords: wiring.passwords.clone(),
            keys: wiring.keys.clone(),
        };
        Logout = logout, wiring.sessions(function);
        MyPage = my_page, wiring.sessions(function);
        MyProfile = my_profile, wiring.sessions(function);
        MyPassword = my_password, my_password::Deps {
            sessions: wiring.sessions(function),
            passwords: wiring.passwords.clone(),
            keys: wiring.keys.clone(),
        };
        MyEmail = my_email, my_email::Deps {
            sessions: wiring.sessions(function),
            keys: wiring.keys.clone(),
        };
        Sessions = sessions, wiring.sessions(function);
        Members = members, wiring.sessions(function);
        MemberAdd = member_add, member_add::Deps {
            sessions: wiring.sessions(function),
            keys: wiring.keys.clone(),
        };
        MemberChange = member_change, wiring.sessions(function);
        Inquiry = inquiry, inquiry::Deps {
            edge: wiring.edge(function),
            table: wiring.table.clone(),
            keys: wiring.keys.clone(),
        };
        StopTakeOver = stop_take_over, stop_take_over::Deps {
            sessions: wiring.sessions(function),
            keys: wiring.keys.clone(),
        };
    }
    background {
        DeliverMail = deliver_mail;
        MailEvents = mail_events;
        TakeOverNotices = take_over_notices;
        KeepAudit = keep_audit;
        ClaimsSimulator = claims_simulator;
    }
}
