//! お問い合わせ — a question that anybody may send without a log-in, and its receipt (R-08 to R-11, R-71, R-72).
//!
//! An inquiry is one item: the question, the request that made it, and the promised receipt. Its number follows from the
//! request's Idempotency-Key, so that two writes of one request meet at one item: one of them is the first, and the other
//! answers with the same number.

mod categories;
mod form;
mod handling;
mod message;
mod organisation;
mod receipt_number;
#[cfg(test)]
pub(crate) mod samples;

use jiff::Timestamp;

pub use self::categories::{CATEGORIES, Category, ID_REQUEST, OTHER, Subcategory, Topic};
pub use self::form::InquiryForm;
pub use self::handling::{
    Entry, EntryKind, Handling, InquiryState, MOST_ENTRIES, Move, MoveKind, Moved, NotMoved, Reply,
};
pub use self::message::{MESSAGE_LONGEST, Message};
pub use self::organisation::{
    InstitutionKind, NUMBER_LONGEST, PREFECTURES, Prefecture, UserKind, WrittenNumber, is_doubtful,
};
pub use self::receipt_number::ReceiptNumber;
use crate::audit::{Act, Event};
use crate::change::{Change, Entity, Put};
use crate::limits::Limits;
use crate::mail::{Content, Promise};
use crate::time::{DAY, plus};
use crate::values::{BodyDigest, EmailAddress, Line, NameKana, PhoneNumber, RequestKey};

/// What a person asks, and who the person is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Question {
    /// 利用者区分
    pub user_kind: UserKind,
    /// 事業所・機関名
    pub organisation: Line,
    /// 番号, where the person gave one.
    pub number: Option<WrittenNumber>,
    /// 医療機関の種類, for an application for an ID.
    pub institution: Option<InstitutionKind>,
    /// 都道府県, for an application for an ID.
    pub prefecture: Option<Prefecture>,
    /// 氏名
    pub name: Line,
    /// 氏名（フリガナ）
    pub name_kana: NameKana,
    /// メールアドレス: the receipt and the answer go there.
    pub email: EmailAddress,
    /// 電話番号
    pub phone: PhoneNumber,
    /// The id of お問い合わせ区分（大カテゴリー）. A text, since the list changes and inquiries stay.
    pub category: String,
    /// The id of お問い合わせ区分（中カテゴリー）.
    pub subcategory: String,
    /// お問い合わせの内容
    pub message: Message,
}

impl Question {
    /// Whether the number may be a slip, of which the person is told.
    pub fn number_is_doubtful(&self) -> bool {
        let number = self.number.as_ref();
        number.is_some_and(|number| is_doubtful(self.user_kind, number, self.prefecture, self.institution))
    }
}

/// お問い合わせ — an inquiry that was received.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Inquiry {
    /// 受付番号
    pub number: ReceiptNumber,
    /// The request that made it.
    pub request: RequestKey,
    /// The digest of that request's body.
    pub body: BodyDigest,
    /// When it was received.
    pub received_at: Timestamp,
    /// The question.
    pub question: Question,
    /// The receipt.
    pub receipt: Promise,
    /// What has become of it.
    pub handling: Handling,
}

impl Entity for Inquiry {
    type Audit = Event;
}

/// An inquiry on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Incoming {
    /// The request's key, in its scope.
    pub request: RequestKey,
    /// The digest of the body.
    pub body: BodyDigest,
    /// The question.
    pub question: Question,
}

/// How the inquiry that is stored under a number relates to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoredMatch {
    /// Its own inquiry: the first answer is due again.
    Repeated,
    /// The inquiry of the same key with another body.
    Reused,
    /// The inquiry of another request, or of the same key more than a day ago: the number is taken.
    Taken,
}

/// What becomes of an inquiry on its way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiving {
    /// It is received by this write.
    Received,
    /// Another inquiry stands at its number.
    Met(StoredMatch),
}

impl Inquiry {
    /// How this inquiry relates to a request.
    pub fn meets(&self, request: &RequestKey, body: &BodyDigest, now: Timestamp) -> StoredMatch {
        if self.request != *request || plus(self.received_at, DAY) <= now {
            StoredMatch::Taken
        } else if self.body == *body {
            StoredMatch::Repeated
        } else {
            StoredMatch::Reused
        }
    }

    /// Receives the inquiry under this number, unless there is one.
    pub fn receive(
        before: Option<&Self>,
        number: &ReceiptNumber,
        incoming: &Incoming,
        now: Timestamp,
    ) -> Change<Self, Receiving> {
        if let Some(before) = before {
            let meeting = before.meets(&incoming.request, &incoming.body, now);
            return Change::Keep(Receiving::Met(meeting));
        }
        let content = Content::InquiryReceipt {
            number: number.clone(),
        };
        let to = incoming.question.email.clone();
        let inquiry = Self {
            number: number.clone(),
            request: incoming.request.clone(),
            body: incoming.body.clone(),
            received_at: now,
            question: incoming.question.clone(),
            receipt: Promise::first(to, content, plus(now, DAY), now),
            handling: Handling::default(),
        };
        let event = Event::new(Act::InquiryReceived, now);
        Change::Store(Put::new(inquiry, event), Receiving::Received)
    }

    /// Whether its time is over: it is not there any more, whether it was removed yet or not.
    pub fn is_over(&self, now: Timestamp, limits: &Limits) -> bool {
        self.kept_until(limits) <= now
    }

    /// The first instant at which it need not be kept any more.
    pub fn kept_until(&self, limits: &Limits) -> Timestamp {
        plus(self.received_at, limits.inquiry_life.seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::samples::{incoming, question};
    use super::*;
    use crate::mail::Delivery;
    use crate::samples::{LIMITS, t};

    fn number() -> ReceiptNumber {
        ReceiptNumber::of(&RequestKey::new("r"), 0)
    }

    fn received() -> Inquiry {
        Inquiry::receive(None, &number(), &incoming("r", "b"), t(0))
            .stored()
            .0
    }

    #[test]
    fn an_inquiry_promises_its_receipt_in_the_write_that_receives_it() {
        let (inquiry, event, answer) =
            Inquiry::receive(None, &number(), &incoming("r", "b"), t(0)).recorded();
        assert_eq!(answer, Receiving::Received);
        assert_eq!(event, Some(Event::new(Act::InquiryReceived, t(0))));
        assert_eq!((&inquiry.question, &inquiry.number), (&question(), &number()));
        let receipt = &inquiry.receipt;
        assert_eq!(
            (&receipt.to, receipt.delivery),
            (&question().email, Delivery::Queued)
        );
        assert_eq!(receipt.content, Content::InquiryReceipt { number: number() });
        assert_eq!(
            [86_399, 86_400].map(|second| receipt.is_expired(t(second))),
            [false, true]
        );
    }

    #[test]
    fn the_same_request_is_answered_with_the_same_inquiry_for_a_day() {
        let inquiry = received();
        let meets = |request: &str, body: &str, second| {
            let met = Inquiry::receive(Some(&inquiry), &number(), &incoming(request, body), t(second)).kept();
            let Receiving::Met(meeting) = met else {
                panic!("{met:?}")
            };
            meeting
        };
        for second in [0, 86_399] {
            assert_eq!(meets("r", "b", second), StoredMatch::Repeated);
            assert_eq!(meets("r", "c", second), StoredMatch::Reused);
            assert_eq!(meets("s", "b", second), StoredMatch::Taken);
        }
        for second in [86_400, 86_401] {
            assert_eq!(
                meets("r", "b", second),
                StoredMatch::Taken,
                "the key is forgotten"
            );
        }
    }

    #[test]
    fn an_inquiry_is_kept_for_a_year() {
        assert_eq!(received().kept_until(&LIMITS), t(365 * 86_400));
    }
}
