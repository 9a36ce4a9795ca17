//! The interface of 電子請求受付システム for the steps.

mod answers;
mod gateway;
mod mutual_tls;

use futures_util::future::BoxFuture;
use portal::claims::{Authentication, SecurityCodeCheck, Unavailable};

pub use self::gateway::{ClaimsGateway, ClaimsGatewayError};
pub use self::mutual_tls::CertificateSource;

/// 電子請求受付システム: [`ClaimsGateway`], or the model checker's simulation.
///
/// A question may count on the other side, so an implementation sends it once.
pub trait ClaimsSystem: Send + Sync {
    /// 電子請求受付システム認証 — whether the password of the user id is right.
    fn authenticate<'a>(
        &'a self,
        user_id: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Authentication, Unavailable>>;

    /// セキュリティコード — whether the security code of the user id is right.
    fn check_security_code<'a>(
        &'a self,
        user_id: &'a str,
        security_code: &'a str,
    ) -> BoxFuture<'a, Result<SecurityCodeCheck, Unavailable>>;
}
