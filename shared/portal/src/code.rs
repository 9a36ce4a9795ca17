//! ワンタイムパスワード and 照合記号 — derived, never stored.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::keys::{KeyId, KeyRing, UnknownKey};
use crate::text;
use crate::values::{ChallengeId, FieldCode};

/// The purpose of a code; a code for one purpose is wrong for every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// 初回利用登録
    Registration,
    /// ログイン
    Login,
    /// パスワードの再設定
    Reset,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Reset => "reset",
        }
    }
}

/// ワンタイムパスワード — six digits, leading zeros kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OneTimeCode([u8; 6]);

impl OneTimeCode {
    /// Normalises full-width digits, spaces and hyphens. Anything but six digits is refused as such and costs no try,
    /// and so are six digits with an invisible character among them.
    pub fn parse(typed: &str) -> Result<Self, FieldCode> {
        let digits = text::compact(typed);
        if digits.is_empty() {
            return Err(FieldCode::Required);
        }
        if digits.chars().any(text::hides) {
            let seen: String = digits.chars().filter(|c| !text::hides(*c)).collect();
            return Err(Self::parse(&seen).map_or_else(|why| why, |_| FieldCode::ForbiddenCharacter));
        }
        let octets: [u8; 6] = digits
            .as_bytes()
            .try_into()
            .map_err(|_| FieldCode::NotSixDigits)?;
        if octets.iter().all(u8::is_ascii_digit) {
            Ok(Self(octets))
        } else {
            Err(FieldCode::NotSixDigits)
        }
    }

    /// The code with this number in this challenge.
    ///
    /// HOTP (RFC 4226) with a separate key for each challenge and purpose, so every holder of the key ring can check
    /// and mail a code, and no code is stored.
    pub fn derive(
        ring: &KeyRing,
        key: &KeyId,
        purpose: Purpose,
        challenge: &ChallengeId,
        counter: u32,
    ) -> Result<Self, UnknownKey> {
        let secret = ring.derive(key, &["one-time-code", purpose.label(), challenge.as_str()])?;
        Ok(Self(hotp(secret.as_slice(), u64::from(counter))))
    }

    /// The six digits, for the mail.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }

    /// Whether both are the same code, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Drop for OneTimeCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(******)")
    }
}

/// HOTP with six digits (RFC 4226, 5.3).
fn hotp(secret: &[u8], counter: u64) -> [u8; 6] {
    // HMAC pads a key to its block with zeros; doing so here leaves no key length that could be refused.
    let mut block = Zeroizing::new([0_u8; 64]);
    block.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha1>::new((&*block).into());
    mac.update(&counter.to_be_bytes());
    let tag = mac.finalize().into_bytes();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let number = tag
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |number, octet| (number << 8) | u32::from(*octet))
        & 0x7fff_ffff;
    let mut digits = [0_u8; 6];
    // The last six digits, by repeated division.
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    digits
}

/// 照合記号 — two characters in the mail and on the screen that show which mail is the valid one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label(String);

/// Letters that are not mistaken for another letter or digit.
const LABEL_LETTERS: &[u8; 22] = b"ACDEFGHJKLMNPQRTUVWXYZ";
const LABEL_DIGITS: &[u8; 7] = b"3456789";

impl Label {
    /// The label of the code with this number in this challenge; derived independently of the code, so that it
    /// reveals nothing about it.
    pub fn derive(
        ring: &KeyRing,
        key: &KeyId,
        challenge: &ChallengeId,
        counter: u32,
    ) -> Result<Self, UnknownKey> {
        let octets = ring.derive(key, &["label", challenge.as_str(), &counter.to_string()])?;
        let pick = |set: &[u8], octet: u8| {
            char::from(set.get(usize::from(octet) % set.len()).copied().unwrap_or(b'A'))
        };
        let [first, second, ..] = *octets;
        Ok(Self(
            [pick(LABEL_LETTERS, first), pick(LABEL_DIGITS, second)]
                .iter()
                .collect(),
        ))
    }

    /// A label from storage.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The two characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::ring;

    #[test]
    fn codes_are_hotp_codes() {
        // RFC 4226, appendix D.
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (counter, code) in expected.iter().enumerate() {
            let digits = hotp(b"12345678901234567890", u64::try_from(counter).unwrap());
            assert_eq!(std::str::from_utf8(&digits).unwrap(), *code);
        }
    }

    #[test]
    fn a_code_may_be_typed_the_way_people_type_it() {
        for typed in [
            "012345",
            "０１２３４５",
            " 012 345 ",
            "012-345",
            "０１２－３４５\n",
            "012\u{3000}345",
        ] {
            assert_eq!(
                OneTimeCode::parse(typed).unwrap().digits(),
                "012345",
                "typed {typed:?}"
            );
        }
        for typed in ["12345", "1234567", "12345a", "一二三四五六"] {
            assert_eq!(
                OneTimeCode::parse(typed).unwrap_err(),
                FieldCode::NotSixDigits,
                "typed {typed:?}"
            );
        }
    }

    #[test]
    fn a_code_belongs_to_its_challenge_purpose_and_number() {
        let ring = ring();
        let (key, a, b) = (KeyId::new("k1"), ChallengeId::new("a"), ChallengeId::new("b"));
        let code = |purpose, challenge: &ChallengeId, counter| {
            OneTimeCode::derive(&ring, &key, purpose, challenge, counter).unwrap()
        };
        let first = code(Purpose::Login, &a, 0);
        assert!(first.matches(&code(Purpose::Login, &a, 0)));
        let others = [
            code(Purpose::Registration, &a, 0),
            code(Purpose::Login, &b, 0),
            code(Purpose::Login, &a, 1),
        ];
        assert!(others.iter().all(|other| !first.matches(other)));
        assert_eq!(format!("{first:?}"), "OneTimeCode(******)");
    }

    #[test]
    fn a_label_is_a_letter_and_a_digit() {
        let label = Label::derive(&ring(), &KeyId::new("k1"), &ChallengeId::new("a"), 0).unwrap();
        let mut chars = label.as_str().chars();
        assert!(chars.next().unwrap().is_ascii_uppercase());
        assert!(chars.next().unwrap().is_ascii_digit());
        assert_eq!(chars.next(), None);
    }

    /// A code must stay right on another machine a moment later; the expected values were computed independently of
    /// this code.
    #[test]
    fn codes_and_labels_are_derived_as_they_always_were() {
        let (ring, key, challenge) = (ring(), KeyId::new("k1"), ChallengeId::new("c"));
        for (purpose, counter, digits) in [
            (Purpose::Registration, 0, "902157"),
            (Purpose::Registration, 1, "850953"),
            (Purpose::Login, 0, "801465"),
            (Purpose::Login, 1, "027103"),
        ] {
            let code = OneTimeCode::derive(&ring, &key, purpose, &challenge, counter).unwrap();
            assert_eq!(code.digits(), digits);
        }
        for (counter, label) in (0..).zip(["X3", "L8", "W4", "Z3"]) {
            let derived = Label::derive(&ring, &key, &challenge, counter).unwrap();
            assert_eq!(derived.as_str(), label);
        }
        assert_eq!(OneTimeCode::parse(" \u{3000}-").unwrap_err(), FieldCode::Required);
    }
}
