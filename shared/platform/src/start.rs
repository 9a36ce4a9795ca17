//! The start of a Lambda: logging, configuration, clients, all before the first request.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_types::SdkConfig;
use lambda_http::{
    Adapter, Body, Error, LambdaEvent, Request, Response, Service as _, lambda_runtime, service_fn,
};
use portal::login::Login;
use portal::password_reset::PasswordReset;
use portal::registration::Registration;
use portal::steps::Function;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::audit::Archive;
use crate::aws;
use crate::claims::{CertificateSource, ClaimsGateway, ClaimsSystem};
use crate::clock::Clock;
use crate::config::{Config, LOCAL_KEYS, NONE, Variable};
use crate::flow::{Flow, Flows};
use crate::http::{self, Edge};
use crate::keys::{self, Keys};
use crate::passwords::{PasswordHasher, Passwords};
use crate::random::Random;
use crate::session::Sessions;
use crate::store::Table;
use crate::telemetry;

/// The parts with which a function starts.
pub struct Start {
    /// The function.
    pub function: Function,
    /// Its configuration.
    pub config: Config,
    /// The AWS configuration.
    pub aws: SdkConfig,
}

/// Reads all settings of a function, and reports all that are missing. A function has its package's name.
pub fn start(package: &str, needs: &[Variable]) -> Result<Start, Error> {
    telemetry::start();
    let function = Function::named(package)
        .ok_or_else(|| format!("{package} is not a function in shared/portal/src/steps/function.rs"))?;
    let config = Config::from_env(needs)?;
    let aws = aws::from_env()?;
    Ok(Start {
        function,
        config,
        aws,
    })
}

impl Start {
    /// The checks of requests of an HTTP function.
    pub fn edge(&self) -> Result<Edge, Error> {
        let origins = match self.config.get(Variable::PortalOrigins) {
            Ok(list) => list.split(',').map(|origin| origin.trim().to_owned()).collect(),
            // A function without steps refuses a request before it would check its origin.
            Err(_) => Vec::new(),
        };
        Ok(Edge {
            function: self.function,
            clock: Clock::System,
            random: Random::System,
            limits: Arc::new(self.config.limits.clone()),
            origins: origins.into(),
            problem_base: self.config.get(Variable::ProblemBase)?.into(),
            origin_secrets: self.config.origin_secrets()?,
        })
    }

    /// The table.
    pub fn table(&self) -> Result<Table, Error> {
        let name = self.config.get(Variable::PortalTable)?.to_owned();
        Ok(Table::new(
            aws_sdk_dynamodb::Client::new(&self.aws),
            name,
            self.config.limits.clone(),
        ))
    }

    /// The archive of acts: a table, or on a developer's machine a file.
    pub fn archive(&self) -> Result<Archive, Error> {
        if let Some(file) = self.config.local_audit() {
            return Ok(Archive::file(file.into()));
        }
        let name = self.config.get(Variable::AuditTable)?.to_owned();
        Ok(Archive::table(
            aws_sdk_dynamodb::Client::new(&self.aws),
            name,
            &self.config.limits,
        ))
    }

    /// The key ring: from Secrets Manager, or on a developer's machine from the environment.
    pub async fn keys(&self) -> Result<Keys, Error> {
        if let Some(json) = self.config.local_keys() {
            return Ok(Arc::new(
                keys::parse(json).ok_or_else(|| Config::malformed(LOCAL_KEYS))?,
            ));
        }
        let secret = self.config.get(Variable::PortalKeysSecret)?;
        let answer = aws_sdk_secretsmanager::Client::new(&self.aws)
            .get_secret_value()
            .secret_id(secret)
            .send()
            .await?;
        let ring = answer.secret_string().and_then(keys::parse);
        Ok(Arc::new(
            ring.ok_or_else(|| Config::malformed("PORTAL_KEYS_SECRET"))?,
        ))
    }

    /// The client of the claims system.
    pub fn claims(&self) -> Result<Arc<dyn ClaimsSystem>, Error> {
        let base = self.config.get(Variable::ClaimsBaseUrl)?;
        let budget = self.config.limits.claims_budget.duration();
        let secret = self.config.get(Variable::ClaimsCertificates)?;
        Ok(Arc::new(if secret == NONE {
            ClaimsGateway::with_budget(base, budget)?
        } else {
            ClaimsGateway::mutual(base, budget, self.certificates(secret), Clock::System)?
        }))
    }

    /// Reads the certificates for the claims system from their secret.
    fn certificates(&self, secret: &str) -> CertificateSource {
        let read = aws_sdk_secretsmanager::Client::new(&self.aws)
            .get_secret_value()
            .secret_id(secret);
        Arc::new(move || {
            let read = read.clone();
            Box::pin(async move {
                let answer = read.send().await;
                let answer = answer.inspect_err(|error| {
                    let error = DisplayErrorContext(error);
                    tracing::error!(%error, "the secret with the certificates cannot be read");
                });
                Some(Zeroizing::new(answer.ok()?.secret_string()?.to_owned()))
            })
        })
    }

    /// The password hasher.
    pub fn passwords(&self, keys: Keys) -> Result<Arc<dyn PasswordHasher>, Error> {
        Ok(Arc::new(Passwords::new(keys, &self.config.limits)?))
    }

    /// The parts of a step of 初回利用登録.
    pub fn registrations(&self) -> Result<Flows<Registration>, Error> {
        self.flows(())
    }

    /// The parts of a step of ログイン.
    pub fn logins(&self) -> Result<Flows<Login>, Error> {
        self.flows(&portal::terms::PUBLISHED)
    }

    /// What a step of パスワードの再設定 touches.
    pub fn password_resets(&self) -> Result<Flows<PasswordReset>, Error> {
        self.flows(())
    }

    fn flows<F: Flow>(&self, context: F::Context) -> Result<Flows<F>, Error> {
        Ok(Flows {
            edge: self.edge()?,
            table: self.table()?,
            context,
        })
    }

    /// The parts of a step for a logged-in person.
    pub fn sessions(&self) -> Result<Sessions, Error> {
        Ok(Sessions {
            edge: self.edge()?,
            table: self.table()?,
        })
    }
}

type Responding<'a> = Pin<Box<dyn Future<Output = Response<Body>> + Send + 'a>>;

/// Answers requests until the Lambda environment ends.
pub async fn run<F, A>(respond: F) -> Result<(), Error>
where
    F: Fn(Request) -> A + Send + Sync,
    A: Future<Output = Response<Body>> + Send,
{
    serve(&|request| Box::pin(respond(request))).await
}

/// The same for every function, so that it is compiled once and not with each of them.
async fn serve<'a>(respond: &'a (dyn Fn(Request) -> Responding<'a> + Send + Sync)) -> Result<(), Error> {
    let answer = move |event: LambdaEvent<Value>| async move {
        let request = http::request_of(&event.payload)?;
        let answer = |request: Request| async move { Ok::<_, Infallible>(respond(request).await) };
        let mut adapter = Adapter::from(service_fn(answer));
        let answered = adapter.call(LambdaEvent::new(request, event.context)).await;
        Ok::<_, Error>(answered?)
    };
    lambda_runtime::run(service_fn(answer)).await
}
