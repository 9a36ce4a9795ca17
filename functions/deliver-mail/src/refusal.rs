//! Why SES refused a mail, and the reaction. A pure function of SES's answer.

use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// The reaction to a refused mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SesRefusal {
    /// SES will never accept this mail; the screen says so. Sending it again would not help.
    Never(&'static str),
    /// SES is busy, broken or unreachable. The record is delivered again; no operator has to act.
    Busy(&'static str),
    /// An operator has to repair the account or its settings. The record is delivered again until then, or becomes a
    /// dead letter.
    Operator(&'static str),
    /// An unknown refusal: the record is delivered again, and an operator has to look.
    Unknown,
}

impl SesRefusal {
    /// The refusal in a failed call of `SendEmail`.
    pub(crate) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(service) => {
                let (said, status) = (service.err(), service.raw().status().as_u16());
                Self::judge(said.code(), said.message().unwrap_or(""), status)
            }
            SdkError::TimeoutError(_) => Self::Busy("time-out"),
            SdkError::DispatchFailure(_) => Self::Busy("not reached"),
            SdkError::ResponseError(_) => Self::Busy("unreadable answer"),
            SdkError::ConstructionFailure(_) => Self::Never("not a request"),
            _ => Self::Unknown,
        }
    }

    /// By the code of the error; where SES uses one code for several cases, by its message; by the status where SES
    /// does not document the code. The message may contain an address: it is inspected, and never logged.
    fn judge(code: Option<&str>, message: &str, status: u16) -> Self {
        match code {
            Some("MessageRejected") if message.contains("not verified") => {
                Self::Operator("identity not verified")
            }
            Some("MessageRejected") => Self::Never("rejected"),
            Some("BadRequestException" | "ValidationException" | "InvalidParameterValue") => {
                Self::Never("bad request")
            }
            Some("TooManyRequestsException" | "ThrottlingException" | "Throttling")
                if message.contains("Daily message quota") =>
            {
                Self::Operator("daily quota spent")
            }
            Some("TooManyRequestsException" | "ThrottlingException" | "Throttling") => {
                Self::Busy("throttled")
            }
            Some("LimitExceededException") => Self::Operator("limit exceeded"),
            Some("SendingPausedException") => Self::Operator("sending paused"),
            Some("AccountSuspendedException") => Self::Operator("account suspended"),
            Some("MailFromDomainNotVerifiedException") => Self::Operator("MAIL FROM domain not verified"),
            Some("NotFoundException") => Self::Operator("configuration set or identity not found"),
            Some("AccessDeniedException" | "AccessDenied" | "NotAuthorized" | "OptInRequired") => {
                Self::Operator("access denied")
            }
            Some(
                "UnrecognizedClientException"
                | "InvalidClientTokenId"
                | "InvalidSignatureException"
                | "SignatureDoesNotMatch"
                | "ExpiredTokenException"
                | "ExpiredToken"
                | "IncompleteSignature"
                | "MissingAuthenticationToken"
                | "RequestExpired",
            ) => Self::Operator("credentials not accepted"),
            Some(_) | None if status == 403 => Self::Operator("access denied"),
            Some(_) | None if status >= 500 => Self::Busy("SES is broken"),
            Some(_) | None => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_that_ses_documents_is_known_by_name() {
        let refusals = [
            (
                "MessageRejected",
                "Email address is not verified. The following identities failed",
                400,
                SesRefusal::Operator("identity not verified"),
            ),
            (
                "MessageRejected",
                "Message failed content checks",
                400,
                SesRefusal::Never("rejected"),
            ),
            (
                "BadRequestException",
                "Missing final '@domain'",
                400,
                SesRefusal::Never("bad request"),
            ),
            (
                "TooManyRequestsException",
                "Maximum sending rate exceeded.",
                429,
                SesRefusal::Busy("throttled"),
            ),
            (
                "TooManyRequestsException",
                "Daily message quota exceeded",
                429,
                SesRefusal::Operator("daily quota spent"),
            ),
            (
                "LimitExceededException",
                "",
                400,
                SesRefusal::Operator("limit exceeded"),
            ),
            (
                "SendingPausedException",
                "",
                400,
                SesRefusal::Operator("sending paused"),
            ),
            (
                "AccountSuspendedException",
                "",
                400,
                SesRefusal::Operator("account suspended"),
            ),
            (
                "MailFromDomainNotVerifiedException",
                "",
                400,
                SesRefusal::Operator("MAIL FROM domain not verified"),
            ),
            (
                "NotFoundException",
                "",
                404,
                SesRefusal::Operator("configuration set or identity not found"),
            ),
            (
                "AccessDeniedException",
                "is not authorized to perform: ses:SendEmail",
                403,
                SesRefusal::Operator("access denied"),
            ),
            (
                "ExpiredTokenException",
                "",
                403,
                SesRefusal::Operator("credentials not accepted"),
            ),
            ("SomethingNew", "", 403, SesRefusal::Operator("access denied")),
            (
                "InternalServiceErrorException",
                "",
                500,
                SesRefusal::Busy("SES is broken"),
            ),
            ("SomethingNew", "", 400, SesRefusal::Unknown),
        ];
        for (code, message, status, expected) in refusals {
            assert_eq!(
                SesRefusal::judge(Some(code), message, status),
                expected,
                "{code}: {message}"
            );
        }
        assert_eq!(
            SesRefusal::judge(None, "", 403),
            SesRefusal::Operator("access denied")
        );
        assert_eq!(
            SesRefusal::judge(None, "", 502),
            SesRefusal::Busy("SES is broken")
        );
        assert_eq!(SesRefusal::judge(None, "", 418), SesRefusal::Unknown);
    }
}
