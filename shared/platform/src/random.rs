//! The one place that draws random numbers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::fault::Fault;

fn draw<const N: usize>() -> Result<[u8; N], Fault> {
    let mut octets = [0_u8; N];
    #[expect(clippy::disallowed_methods, reason = "this is the one place that draws")]
    getrandom::fill(&mut octets).map_err(|_| Fault::NoRandomness)?;
    Ok(octets)
}

/// A cookie: 256 bits, as 43 characters.
pub fn cookie() -> Result<String, Fault> {
    Ok(URL_SAFE_NO_PAD.encode(draw::<32>()?))
}

/// Whether a text has the form of a cookie that [`cookie`] drew.
pub fn is_cookie(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'_')
}

/// An id: 128 bits, as 22 characters.
pub fn id() -> Result<String, Fault> {
    Ok(URL_SAFE_NO_PAD.encode(draw::<16>()?))
}

/// The salt of a hash: 128 bits.
pub fn salt() -> Result<[u8; 16], Fault> {
    draw()
}

/// Somewhere between nothing and `longest`.
pub fn pause(longest: Duration) -> Result<Duration, Fault> {
    let [octet] = draw::<1>()?;
    Ok(longest * u32::from(octet) / 255)
}
