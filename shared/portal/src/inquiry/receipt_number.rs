//! 受付番号 — the number that a person quotes for an inquiry.

use sha2::{Digest, Sha256};

use crate::text;
use crate::values::RequestKey;

/// Letters and digits that are not mistaken for one another, on paper or on the telephone: no 0 O, 1 I, 2 Z, 5 S, 8 B, and
/// no vowel, so that no word appears. Their number is a prime, so that the check character finds every wrong character
/// and every swap.
const ALPHABET: &[u8; 23] = b"34679CDFGHJKLMNPQRTVWXY";
/// Its size.
const SIZE: u8 = 23;

/// Characters before the check character: 49 bits.
const DRAWN: usize = 11;
/// Characters of a group.
const GROUP: usize = 4;

/// 受付番号 — eleven characters that follow from the request and one that checks them, in groups of four:
/// `XK7M-3PWQ-4RTC`. It grants no access, and reveals nothing about other inquiries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptNumber(String);

impl ReceiptNumber {
    /// The number of the inquiry that this request makes at its `attempt`, counted from 0: a later one is used where
    /// the earlier ones are taken.
    ///
    /// The request decides it, so that two writes of one request meet at one item.
    pub fn of(request: &RequestKey, attempt: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"receipt-number");
        hash.update(attempt.to_be_bytes());
        hash.update(request.as_str());
        // The rest of 256 bits divided again and again: no character is likelier than another by more than 2^-200.
        let mut rest: [u8; 32] = hash.finalize().into();
        let mut digits = [0_u8; DRAWN];
        for digit in &mut digits {
            *digit = divide(&mut rest);
        }
        Self(written(&digits))
    }

    /// A number as typed: of any case and width, with or without hyphens and spaces; `None` if a character is wrong.
    pub fn parse(typed: &str) -> Option<Self> {
        let compact = text::compact(typed).to_ascii_uppercase();
        let digits: Vec<u8> = compact.bytes().map(digit_of).collect::<Option<_>>()?;
        let (check, digits) = digits.split_last()?;
        let is_right = digits.len() == DRAWN && *check == check_of(digits);
        is_right.then(|| Self(written(digits)))
    }

    /// The number, with its hyphens.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Divides the number by the size of the alphabet; the remainder.
fn divide(number: &mut [u8; 32]) -> u8 {
    let mut remainder = 0_u16;
    for octet in number {
        let part = remainder * 256 + u16::from(*octet);
        *octet = u8::try_from(part / u16::from(SIZE)).unwrap_or(u8::MAX);
        remainder = part % u16::from(SIZE);
    }
    u8::try_from(remainder).unwrap_or(0)
}

/// The sum of the digits, each times its place, modulo the size.
fn check_of(digits: &[u8]) -> u8 {
    let sum: usize = digits
        .iter()
        .enumerate()
        .map(|(place, digit)| (place + 1) * usize::from(*digit))
        .sum();
    u8::try_from(sum % usize::from(SIZE)).unwrap_or(0)
}

fn digit_of(letter: u8) -> Option<u8> {
    let place = ALPHABET.iter().position(|other| *other == letter)?;
    u8::try_from(place).ok()
}

fn written(digits: &[u8]) -> String {
    let check = [check_of(digits)];
    let mut text = String::with_capacity(DRAWN + 3);
    let letters = digits.iter().chain(&check);
    for (place, letter) in letters
        .filter_map(|digit| ALPHABET.get(usize::from(*digit)))
        .enumerate()
    {
        if place > 0 && place % GROUP == 0 {
            text.push('-');
        }
        text.push(char::from(*letter));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(request: u32, attempt: u32) -> ReceiptNumber {
        ReceiptNumber::of(&RequestKey::new(request.to_string()), attempt)
    }

    /// Numbers in the table and in people's mails must not change; the value was computed independently of this code.
    #[test]
    fn a_number_follows_from_its_request_and_its_attempt() {
        assert_eq!(number(7, 0).as_str(), "HLFH-YKKW-QQCK");
        assert_eq!(number(7, 1).as_str(), "XDCN-7NN7-DYX6");
    }

    #[test]
    fn a_number_is_twelve_unambiguous_characters_in_groups_of_four() {
        for request in 0..500 {
            let number = number(request, 0);
            let groups: Vec<&str> = number.as_str().split('-').collect();
            assert_eq!(groups.len(), 3, "{number:?}");
            for group in groups {
                assert_eq!(group.len(), 4);
                assert!(
                    group.bytes().all(|letter| ALPHABET.contains(&letter)),
                    "{number:?}"
                );
            }
        }
        assert_eq!(ALPHABET.len(), usize::from(SIZE));
    }

    #[test]
    fn no_two_of_many_requests_have_one_number() {
        let numbers: std::collections::BTreeSet<_> = (0..2_000).map(|request| number(request, 0)).collect();
        assert_eq!(numbers.len(), 2_000);
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        let number = number(1, 0);
        let text = number.as_str();
        let wide: String = text
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
            .collect();
        for typed in [
            text.to_owned(),
            text.replace('-', ""),
            text.to_lowercase(),
            text.replace('-', " "),
            format!("　{}　", text.replace('-', "ー")),
            wide,
        ] {
            assert_eq!(ReceiptNumber::parse(&typed).as_ref(), Some(&number), "{typed}");
        }
        for typed in ["", "XK7M", "XK7M-3PWQ-4RTC-9999", "日本語日本語日本語日本語"] {
            assert_eq!(ReceiptNumber::parse(typed), None, "{typed}");
        }
    }

    /// Every single wrong character, and every swap of two.
    #[test]
    fn the_check_character_finds_a_slip() {
        let right = number(3, 0).as_str().replace('-', "").into_bytes();
        let is_read = |typed: &[u8]| ReceiptNumber::parse(std::str::from_utf8(typed).unwrap()).is_some();
        assert!(is_read(&right));
        for place in 0..right.len() {
            for letter in ALPHABET {
                let mut typed = right.clone();
                typed[place] = *letter;
                assert_eq!(is_read(&typed), typed == right);
            }
            for other in 0..DRAWN {
                let mut typed = right.clone();
                typed.swap(place, other);
                if place < DRAWN {
                    assert_eq!(is_read(&typed), typed == right);
                }
            }
        }
    }
}
