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
    /// メールアドレスの変更
    AddressChange,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Login => "login",
            Self::Reset => "reset",
            Self::AddressChange => "address-change",
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
    /// The label of a challenge's first code; derived independently of the code, so that it reveals nothing about it.
    pub fn first(ring: &KeyRing, key: &KeyId, challenge: &ChallengeId) -> Result<Self, UnknownKey> {
        let octets = ring.derive(key, &["label", challenge.as_str(), "0"])?;
        let [first, second, ..] = *octets;
        Ok(Self::at(usize::from(first), usize::from(second)))
    }

    /// The label of the challenge's next code. It differs from the 153 before it: of two mails of one challenge, which
    /// lie side by side in a mailbox, only one has the label on the screen.
    #[must_use]
    pub fn next(&self) -> Self {
        let mut characters = self.0.bytes();
        let mut place = |set: &[u8]| {
            let character = characters.next();
            set.iter().position(|one| Some(*one) == character).unwrap_or(0)
        };
        let (letter, digit) = (place(LABEL_LETTERS), place(LABEL_DIGITS));
        // Steps that share no factor with 22 and 7, which share none either: every pair has its turn.
        Self::at(letter + 5, digit + 3)
    }

    fn at(letter: usize, digit: usize) -> Self {
        let pick = |set: &[u8], place: usize| char::from(set.get(place % set.len()).copied().unwrap_or(b'A'));
        Self(
            [pick(LABEL_LETTERS, letter), pick(LABEL_DIGITS, digit)]
                .iter()
                .collect(),
        )
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
    use std::collections::HashSet;

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
        let label = Label::first(&ring(), &KeyId::new("k1"), &ChallengeId::new("a")).unwrap();
        let mut chars = label.as_str().chars();
        assert!(chars.next().unwrap().is_ascii_uppercase());
        assert!(chars.next().unwrap().is_ascii_digit());
        assert_eq!(chars.next(), None);
    }

    #[test]
    fn no_two_codes_of_a_challenge_have_the_same_label() {
        let first = Label::first(&ring(), &KeyId::new("k1"), &ChallengeId::new("a")).unwrap();
        let all: HashSet<_> = std::iter::successors(Some(first), |label| Some(label.next()))
            .take(154)
            .collect();
        assert_eq!(all.len(), 154);
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
        let label = Label::first(&ring, &key, &challenge).unwrap();
        assert_eq!(label.as_str(), "X3");
        assert_eq!(OneTimeCode::parse(" \u{3000}-").unwrap_err(), FieldCode::Required);
    }
}
