//! The only place that draws random numbers.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::fault::Fault;

/// The length of a cookie: 256 bits in URL-safe Base64.
pub const COOKIE_LENGTH: usize = 43;

/// Another source of random octets than the operating system: for tests and the model checker.
pub trait RandomSource: Debug + Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, octets: &mut [u8]) -> Result<(), Fault>;
}

/// Draws cookies, ids and salts.
#[derive(Debug, Clone)]
pub enum Random {
    /// The operating system's generator.
    System,
    /// Another source.
    Other(Arc<dyn RandomSource>),
}

impl Random {
    fn draw<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut octets = [0_u8; N];
        match self {
            Self::System => {
                #[expect(clippy::disallowed_methods, reason = "this is the one place that draws")]
                getrandom::fill(&mut octets).map_err(|_| Fault::NoRandomness)?;
            }
            Self::Other(source) => source.fill(&mut octets)?,
        }
        Ok(octets)
    }

    /// A cookie: 256 bits, in URL-safe Base64.
    pub fn cookie(&self) -> Result<String, Fault> {
        Ok(URL_SAFE_NO_PAD.encode(self.draw::<32>()?))
    }

    /// An id: 128 bits, as 22 characters.
    pub fn id(&self) -> Result<String, Fault> {
        Ok(URL_SAFE_NO_PAD.encode(self.draw::<16>()?))
    }

    /// The salt of a hash: 128 bits.
    pub fn salt(&self) -> Result<[u8; 16], Fault> {
        self.draw()
    }

    /// A time between zero and `longest`.
    pub fn pause(&self, longest: Duration) -> Result<Duration, Fault> {
        let [octet] = self.draw::<1>()?;
        Ok(longest * u32::from(octet) / 255)
    }
}

/// Whether a text has the form of a cookie from [`Random::cookie`].
pub fn is_cookie(text: &str) -> bool {
    text.len() == COOKIE_LENGTH
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
}
