//! 電子請求受付システム, as steps ask it.

mod answers;
mod gateway;

use futures_util::future::BoxFuture;
use portal::claims::{Authentication, SecurityCodeCheck, Unavailable};

pub use self::gateway::{ClaimsGateway, ClaimsGatewayError};

/// 電子請求受付システム, as steps ask it: [`ClaimsGateway`], or what stands for it in the model checker.
///
/// A question may count on the other side, so an implementation asks once.
pub trait ClaimsSystem: Send + Sync {
    /// 電子請求受付システム認証 — whether this is the office's password.
    fn authenticate<'a>(
        &'a self,
        user_id: &'a str,
        password: &'a str,
    ) -> BoxFuture<'a, Result<Authentication, Unavailable>>;

    /// セキュリティコード — whether this is the office's code.
    fn check_security_code<'a>(
        &'a self,
        user_id: &'a str,
        security_code: &'a str,
    ) -> BoxFuture<'a, Result<SecurityCodeCheck, Unavailable>>;
}
