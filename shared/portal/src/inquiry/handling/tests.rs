use super::super::samples::incoming;
use super::*;
use crate::samples::{LIMITS, flow, t};
use crate::values::RequestKey;

fn message(text: &str) -> Message {
    Message::parse(text).unwrap()
}

fn operator(name: &str) -> OperatorId {
    OperatorId::new(name)
}

fn received() -> Inquiry {
    let number = ReceiptNumber::of(&RequestKey::new("r"), 0);
    Inquiry::receive(None, &number, &incoming("r", "b"), t(0))
        .stored()
        .0
}

/// The move of an operator who has just looked at the inquiry.
fn by(name: &str, inquiry: &Inquiry, kind: MoveKind) -> Move {
    Move {
        by: operator(name),
        operation: flow("operation"),
        seen: inquiry.handling.moves,
        kind,
    }
}

fn answer() -> MoveKind {
    MoveKind::Answer(message("お答えします。"))
}

fn reason() -> MoveKind {
    MoveKind::Return(message("番号をお知らせください。"))
}

fn moves(inquiry: &Inquiry, name: &str, deed: MoveKind) -> Result<Inquiry, NotMoved> {
    let it = by(name, inquiry, deed);
    inquiry
        .moved(&it, t(60), &LIMITS)
        .map(|(put, _)| put.into_parts().0)
}

fn taken() -> Inquiry {
    moves(&received(), "a", MoveKind::Take).unwrap()
}

fn returned() -> Inquiry {
    moves(&taken(), "a", reason()).unwrap()
}

fn done() -> Inquiry {
    moves(&taken(), "a", MoveKind::Close(None)).unwrap()
}

#[test]
fn an_inquiry_is_taken_answered_and_closed_and_each_is_an_act_of_its_operator() {
    let mut inquiry = received();
    assert_eq!(inquiry.handling, Handling::default());
    let last = Some(message("以上です。"));
    for (deed, act, state, said) in [
        (MoveKind::Take, Act::InquiryTaken, InquiryState::InProgress, None),
        (
            answer(),
            Act::InquiryAnswered,
            InquiryState::InProgress,
            Some((EntryKind::Answer, Some(message("お答えします。")))),
        ),
        (
            MoveKind::Close(last.clone()),
            Act::InquiryClosed,
            InquiryState::Done,
            Some((EntryKind::Close, last)),
        ),
    ] {
        let before = inquiry.handling.clone();
        let (put, mail) = inquiry.moved(&by("a", &inquiry, deed), t(60), &LIMITS).unwrap();
        let (after, event) = put.into_parts();
        assert_eq!(event, Some(Event::of(act, t(60), &flow("operation"))));
        assert_eq!(
            (after.handling.state, after.handling.moves),
            (state, before.moves + 1)
        );
        assert_eq!(after.handling.operator, Some(operator("a")));
        assert_eq!(
            after.handling.entries.len(),
            before.entries.len() + usize::from(said.is_some())
        );
        let reply = said.map(|(kind, text)| Reply {
            number: inquiry.number.clone(),
            kind,
            text,
        });
        let content = reply.map(|reply| Content::InquiryReply(Box::new(reply)));
        assert_eq!(mail.as_ref().map(Mail::content), content.as_ref());
        if let Some(mail) = mail {
            assert_eq!(mail.to(), &inquiry.question.email);
        }
        inquiry = after;
    }
}

#[test]
fn after_a_return_the_person_adds_what_was_asked_for_and_it_is_at_the_beginning_again() {
    let returned = returned();
    assert_eq!(returned.handling.state, InquiryState::Returned);
    let text = message("1370000001です。");
    let (inquiry, event, answer) = Inquiry::add(Some(&returned), &text, t(120)).recorded();
    assert_eq!(answer, Ok(()));
    assert_eq!(event, Some(Event::new(Act::InquiryAdded, t(120))));
    let handling = &inquiry.handling;
    assert_eq!(
        (handling.state, handling.moves, handling.operator.clone()),
        (InquiryState::Received, 3, None)
    );
    let added = Entry {
        kind: EntryKind::Addition,
        at: t(120),
        by: None,
        text: Some(text.clone()),
    };
    assert_eq!(handling.entries.last(), Some(&added));
    // Only then, and only once.
    for (inquiry, state) in [
        (received(), InquiryState::Received),
        (taken(), InquiryState::InProgress),
        (done(), InquiryState::Done),
        (inquiry, InquiryState::Received),
    ] {
        let refused = Inquiry::add(Some(&inquiry), &text, t(120)).kept();
        assert_eq!(refused, Err(NotMoved::NotInState(state)));
    }
    assert_eq!(Inquiry::add(None, &text, t(120)).kept(), Err(NotMoved::Gone));
}

#[test]
fn in_each_state_only_some_moves_are_open() {
    for (inquiry, open) in [
        (received(), [true, false, false, false]),
        (taken(), [false, true, true, true]),
        (returned(), [false, false, false, true]),
        (done(), [false; 4]),
    ] {
        let state = inquiry.handling.state;
        let deeds = [MoveKind::Take, answer(), reason(), MoveKind::Close(None)];
        for (deed, open) in deeds.into_iter().zip(open) {
            let went = moves(&inquiry, "a", deed.clone());
            assert_eq!(went.is_ok(), open, "{state:?} {deed:?}");
            let has_it = deed == MoveKind::Take && state != InquiryState::Done;
            let why = if has_it {
                NotMoved::AlreadyYours
            } else {
                NotMoved::NotInState(state)
            };
            if !open {
                assert_eq!(went, Err(why), "{deed:?}");
            }
        }
    }
    // Who takes what waits for the person takes it over, and the person is still waited for.
    let other = moves(&returned(), "b", MoveKind::Take).unwrap();
    assert_eq!(
        (other.handling.state, other.handling.operator),
        (InquiryState::Returned, Some(operator("b")))
    );
}

#[test]
fn two_operators_on_one_inquiry_do_not_answer_it_both() {
    let inquiry = taken();
    for deed in [answer(), reason(), MoveKind::Close(None)] {
        assert_eq!(moves(&inquiry, "b", deed), Err(NotMoved::NotYours));
    }
    let over = moves(&inquiry, "b", MoveKind::Take).unwrap();
    assert_eq!(moves(&over, "a", answer()), Err(NotMoved::NotYours));
    assert!(moves(&over, "b", answer()).is_ok());
    // Both looked at the same inquiry, and the second comes too late.
    let (first, second) = (
        by("a", &received(), MoveKind::Take),
        by("b", &received(), MoveKind::Take),
    );
    let (put, _) = received().moved(&first, t(60), &LIMITS).unwrap();
    let after = put.into_parts().0;
    assert_eq!(
        after.moved(&second, t(60), &LIMITS).unwrap_err(),
        NotMoved::Overtaken
    );
}

#[test]
fn a_move_that_is_repeated_changes_nothing() {
    let inquiry = taken();
    let it = by("a", &inquiry, answer());
    let (put, _) = inquiry.moved(&it, t(60), &LIMITS).unwrap();
    let after = put.into_parts().0;
    assert_eq!(after.moved(&it, t(60), &LIMITS).unwrap_err(), NotMoved::Overtaken);
}

#[test]
fn an_inquiry_holds_twenty_entries_and_can_always_be_closed() {
    let mut inquiry = taken();
    for _ in 0..18 {
        inquiry = moves(&inquiry, "a", answer()).unwrap();
    }
    assert_eq!(moves(&inquiry, "a", answer()), Err(NotMoved::Full));
    assert_eq!(moves(&inquiry, "a", reason()), Err(NotMoved::Full));
    assert!(moves(&inquiry, "a", MoveKind::Close(Some(message("以上です。")))).is_ok());
    // A return as the last but two still lets the person add, and an operator close.
    let mut inquiry = taken();
    for _ in 0..17 {
        inquiry = moves(&inquiry, "a", answer()).unwrap();
    }
    let returned = moves(&inquiry, "a", reason()).unwrap();
    let added = Inquiry::add(Some(&returned), &message("はい。"), t(90))
        .stored()
        .0;
    let again = moves(&added, "b", MoveKind::Take).unwrap();
    let closed = moves(&again, "b", MoveKind::Close(None)).unwrap();
    assert_eq!(closed.handling.entries.len(), MOST_ENTRIES);
}

#[test]
fn what_is_about_to_be_removed_is_not_moved() {
    let inquiry = received();
    let it = by("a", &inquiry, MoveKind::Take);
    let year = 365 * 86_400;
    assert!(inquiry.moved(&it, t(year - 1), &LIMITS).is_ok());
    assert_eq!(inquiry.moved(&it, t(year), &LIMITS).unwrap_err(), NotMoved::Gone);
}

#[test]
fn every_state_and_entry_has_a_word_of_its_own() {
    for state in InquiryState::ALL {
        assert_eq!(InquiryState::parse(state.code()), Some(state));
    }
    assert_eq!(
        InquiryState::ALL.map(InquiryState::label),
        ["受付", "対応中", "差戻し", "完了"]
    );
    for kind in EntryKind::ALL {
        assert_eq!(EntryKind::parse(kind.code()), Some(kind));
    }
    assert_eq!((InquiryState::parse("x"), EntryKind::parse("x")), (None, None));
}

#[test]
fn the_subject_of_a_mail_says_what_became_of_the_inquiry() {
    let subject = |kind| {
        let number = received().number;
        Reply {
            number,
            kind,
            text: None,
        }
        .subject()
    };
    assert_eq!(
        subject(EntryKind::Answer),
        "【介護情報基盤ポータル】お問い合わせへの回答"
    );
    assert_eq!(
        subject(EntryKind::Return),
        "【介護情報基盤ポータル】お問い合わせについてのお願い"
    );
    assert_eq!(
        subject(EntryKind::Close),
        "【介護情報基盤ポータル】お問い合わせの対応の完了"
    );
}

#[test]
fn why_an_inquiry_is_not_moved_is_said_in_words() {
    for why in [
        NotMoved::Overtaken,
        NotMoved::NotInState(InquiryState::Done),
        NotMoved::NotYours,
        NotMoved::Full,
        NotMoved::AlreadyYours,
        NotMoved::Gone,
    ] {
        assert!(!why.to_string().is_empty());
    }
    assert_eq!(
        NotMoved::NotInState(InquiryState::Returned).to_string(),
        "not in the state returned (差戻し)"
    );
}
