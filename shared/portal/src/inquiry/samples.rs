//! Samples for the tests of お問い合わせ.

use super::{Incoming, InquiryForm, Question};
use crate::form::Problems;
use crate::steps::Field;
use crate::values::{BodyDigest, RequestKey};

/// What 介護 太郎 typed.
pub(crate) const TYPED: [(Field, &str); 9] = [
    (Field::UserKind, "medical-institution"),
    (Field::OrganisationName, "見本医院"),
    (Field::Name, "介護 太郎"),
    (Field::NameKana, "カイゴ タロウ"),
    (Field::ReplyEmail, "taro@example.jp"),
    (Field::Phone, "0312345678"),
    (Field::Category, "other"),
    (Field::Subcategory, "id-request"),
    (Field::Message, "IDの発行をお願いします。"),
];

/// The same with these fields in place of those of the same name.
pub(crate) fn with(others: &[(Field, &'static str)]) -> Vec<(Field, &'static str)> {
    others.iter().copied().chain(TYPED).collect()
}

pub(crate) fn question() -> Question {
    let text = |field: Field| {
        TYPED
            .iter()
            .find(|(other, _)| *other == field)
            .map(|(_, text)| *text)
    };
    InquiryForm::of(text).parse(Problems::default()).unwrap()
}

pub(crate) fn incoming(request: &str, body: &str) -> Incoming {
    Incoming {
        request: RequestKey::new(request),
        body: BodyDigest::new(body),
        question: question(),
    }
}
