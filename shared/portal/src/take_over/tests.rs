use super::*;
use crate::keys::KeyId;
use crate::samples::{LIMITS, address, claims_user, flow, office, pending, t};

pub(super) const HOUR: u64 = 3_600;
const DAY_SECONDS: u64 = 24 * HOUR;
const OPEN: u64 = 14 * DAY_SECONDS;
const YEAR: u64 = 365 * DAY_SECONDS;

/// Asked on Wednesday, 1 April: Thursday, Friday, Monday, and open on Tuesday the 7th at 00:00 in Japan.
pub(super) const fn open_at() -> u64 {
    5 * DAY_SECONDS + 15 * HOUR
}

fn ask(
    before: Option<&TakeOver>,
    name: &str,
    second: u64,
    limits: &Limits,
) -> Result<(TakeOver, Option<Event>), NotAsked> {
    let (office, claims_user, contact) = (office(), claims_user(), address());
    let (flow, request) = (flow(name), RequestKey::new(name));
    let applicant = Applicant {
        office: &office,
        flow: &flow,
        request: &request,
        claims_user: &claims_user,
        contact: &contact,
    };
    let stop_code = StopCode {
        key: KeyId::new("k1"),
        nonce: name.to_owned(),
    };
    TakeOver::ask(before, &applicant, stop_code, t(second), limits).map(Put::into_parts)
}

pub(super) use crate::samples::take_over as asked;

pub(super) fn founding(name: &str, second: u64) -> Founding {
    Founding {
        flow: flow(name),
        request: RequestKey::new(name),
        draft: pending(name).profile.draft(),
        member: MemberId::new(name),
        at: t(second),
        password_ends_at: None,
    }
}

fn newcomer(name: &str, second: u64) -> Newcomer {
    Newcomer {
        founding: founding(name, second),
        account: address().key(),
    }
}

pub(super) fn completing() -> TakeOver {
    let confirmed = asked().confirm(newcomer("n", open_at()), t(open_at()));
    confirmed.unwrap().into_parts().0
}

fn stopped(take_over: &TakeOver, second: u64) -> TakeOver {
    take_over.stop(StoppedBy::Code, t(second)).unwrap().into_parts().0
}

#[test]
fn a_take_over_opens_after_the_third_business_day_for_fourteen_days() {
    let (asked, event) = ask(None, "f", 0, &LIMITS).unwrap();
    assert_eq!(event, Some(Event::of(Act::TakeOverAsked, t(0), &flow("f"))));
    assert_eq!((asked.from, asked.until), (t(open_at()), t(open_at() + OPEN)));
    assert_eq!((asked.asked.at, asked.claims_user_end.as_str()), (t(0), "0001"));
    let state = |second| asked.state(t(second), &LIMITS);
    for (second, expected) in [
        (0, Some(State::Waiting)),
        (open_at() - 1, Some(State::Waiting)),
        (open_at(), Some(State::Open)),
        (open_at() + OPEN - 1, Some(State::Open)),
        (open_at() + OPEN, None),
    ] {
        assert_eq!(state(second), expected, "{second}");
        let may_be_completed = expected == Some(State::Open);
        assert_eq!(asked.may_be_completed(t(second)), may_be_completed, "{second}");
    }
}

#[test]
fn with_no_business_days_to_wait_it_is_open_at_once() {
    let limits = Limits {
        take_over_business_days: 0,
        ..LIMITS
    };
    let (asked, _) = ask(None, "f", 7, &limits).unwrap();
    assert_eq!(asked.state(t(7), &limits), Some(State::Open));
    assert_eq!(asked.until, t(7 + OPEN));
}

#[test]
fn while_one_is_under_way_no_other_is_asked_for() {
    for before in [asked(), completing()] {
        for (second, is_refused) in [(open_at() + OPEN - 1, true), (open_at() + OPEN, false)] {
            let next = ask(Some(&before), "g", second, &LIMITS);
            assert_eq!(next == Err(NotAsked::UnderWay), is_refused, "{second}");
        }
    }
}

#[test]
fn the_fourth_in_365_days_is_refused_stopped_and_withdrawn_ones_counted() {
    let first = stopped(&asked(), 1);
    let (second, _) = ask(Some(&first), "g", 2, &LIMITS).unwrap();
    let (second, _) = second.withdraw(&flow("g"), t(3)).unwrap().into_parts();
    let (third, _) = ask(Some(&second), "h", 4, &LIMITS).unwrap();
    let third = stopped(&third, 5);
    assert_eq!(third.earlier.len(), 2);
    let wait = |seconds| Err(NotAsked::TooMany(RetryAfter { seconds }));
    assert_eq!(TakeOver::may_be_asked(Some(&third), t(6), &LIMITS), wait(YEAR));
    assert_eq!(
        TakeOver::may_be_asked(Some(&third), t(YEAR - 1), &LIMITS),
        wait(900)
    );
    assert_eq!(TakeOver::may_be_asked(Some(&third), t(YEAR), &LIMITS), Ok(()));
    let (fourth, _) = ask(Some(&third), "i", YEAR, &LIMITS).unwrap();
    let counted: Vec<&str> = fourth.earlier.iter().map(|asked| asked.flow.as_str()).collect();
    assert_eq!(counted, ["g", "h"], "what counts no more is forgotten");
    assert_eq!(Refusal::from(NotAsked::UnderWay), Kind::WrongStep.into());
}

#[test]
fn the_same_request_is_known_for_a_day_whatever_became_of_it() {
    let known = |take_over: &TakeOver, name: &str, second| {
        take_over.as_first_asked(&flow(name), &RequestKey::new(name), t(second), &LIMITS)
    };
    let ended = stopped(&asked(), 1);
    let first = known(&ended, "f", DAY_SECONDS - 1).unwrap();
    assert_eq!(first.state(first.asked.at, &LIMITS), Some(State::Waiting));
    assert_eq!((first.from, first.until), (asked().from, asked().until));
    assert_eq!(known(&ended, "f", DAY_SECONDS), None);
    assert_eq!(known(&ended, "g", 1), None);
    let (next, _) = ask(Some(&ended), "g", 9, &LIMITS).unwrap();
    assert_eq!(known(&next, "f", 10).unwrap().asked.at, t(0));
    assert_eq!(known(&next, "g", 10).unwrap().asked.at, t(9));
}

#[test]
fn a_stopped_one_is_shown_for_thirty_days_and_never_to_the_members() {
    let ended = stopped(&asked(), 9);
    let state = |second| ended.state(t(second), &LIMITS);
    assert_eq!(state(9 + 30 * DAY_SECONDS - 1), Some(State::Stopped));
    assert_eq!(state(9 + 30 * DAY_SECONDS), None);
    assert_eq!(ended.state_for_members(t(9), &LIMITS), None);
    assert_eq!(asked().state_for_members(t(9), &LIMITS), Some(State::Waiting));
}

#[test]
fn it_is_stopped_by_code_or_by_a_member_until_it_is_completed_or_over() {
    let member = MemberId::new("m");
    let by_member = StoppedBy::Member(&member, &FlowId::new("l"));
    for before in [asked(), completing()] {
        let (after, event) = before.stop(StoppedBy::Code, t(9)).unwrap().into_parts();
        assert_eq!(event, Some(Event::new(Act::TakeOverStopped, t(9))));
        assert_eq!(
            (after.ended, after.newcomer.as_ref()),
            (Some((Ending::Stopped, t(9))), None)
        );
        let (_, event) = before.stop(by_member, t(9)).unwrap().into_parts();
        let about = Event::of(Act::TakeOverStopped, t(9), &flow("l")).about(&member);
        assert_eq!(event, Some(about));
        assert_eq!(before.stop(StoppedBy::Code, t(open_at() + OPEN)), None);
        for second in [9, open_at()] {
            assert_eq!(after.stop(StoppedBy::Code, t(second)), None, "it is over");
            assert_eq!(after.withdraw(&flow("f"), t(second)), None);
            assert_eq!(after.confirm(newcomer("x", second), t(second)), None);
            assert_eq!(after.complete(&MemberId::new("n"), &flow("l"), t(second)), None);
        }
    }
}

#[test]
fn it_is_withdrawn_as_if_it_had_never_been_asked_for() {
    let (after, event) = asked().withdraw(&flow("g"), t(9)).unwrap().into_parts();
    assert_eq!(event, Some(Event::of(Act::TakeOverWithdrawn, t(9), &flow("g"))));
    assert_eq!(after.state(t(9), &LIMITS), None);
    assert!(!after.is_under_way(t(9)));
}

#[test]
fn a_newcomer_is_confirmed_while_it_is_open_and_replaced_by_another_proof() {
    let confirm = |before: &TakeOver, name, second| before.confirm(newcomer(name, second), t(second));
    assert_eq!(confirm(&asked(), "n", open_at() - 1), None);
    assert_eq!(confirm(&asked(), "n", open_at() + OPEN), None);
    let (first, event) = confirm(&asked(), "n", open_at()).unwrap().into_parts();
    let about = Event::of(Act::TakeOverConfirmed, t(open_at()), &flow("n")).about(&MemberId::new("n"));
    assert_eq!(event, Some(about));
    assert_eq!(first.state(t(open_at()), &LIMITS), Some(State::Completing));
    let (second, _) = confirm(&first, "x", open_at() + 1).unwrap().into_parts();
    assert_eq!(
        second.newcomer.as_ref().unwrap().founding.member,
        MemberId::new("x")
    );
    assert_eq!(
        second.complete(&MemberId::new("n"), &flow("l"), t(open_at() + 2)),
        None
    );
}

#[test]
fn it_is_completed_once_by_its_newcomer_before_it_is_over() {
    let complete = |before: &TakeOver, second| before.complete(&MemberId::new("n"), &flow("l"), t(second));
    assert_eq!(complete(&asked(), open_at()), None, "no newcomer is confirmed");
    assert_eq!(complete(&completing(), open_at() + OPEN), None);
    let (after, event) = complete(&completing(), open_at() + OPEN - 1)
        .unwrap()
        .into_parts();
    let at = t(open_at() + OPEN - 1);
    let about = Event::of(Act::TakeOverCompleted, at, &flow("l")).about(&MemberId::new("n"));
    assert_eq!(event, Some(about));
    assert_eq!(after.ended, Some((Ending::Completed, at)));
    assert_eq!(after.state(at, &LIMITS), None);
    assert_eq!(complete(&after, open_at()), None);
    assert_eq!(after.stop(StoppedBy::Code, t(open_at())), None);
}

#[test]
fn the_record_is_kept_as_long_as_it_counts() {
    assert_eq!(asked().deletable_at(&LIMITS), t(YEAR));
    let long = Limits {
        take_over_window: crate::limits::Days::new(1),
        ..LIMITS
    };
    assert_eq!(asked().deletable_at(&long), t(open_at() + OPEN));
}

#[test]
fn states_and_endings_have_words() {
    let words: Vec<&str> = State::ALL.iter().map(|state| state.code()).collect();
    assert_eq!(words, ["waiting", "open", "completing", "stopped"]);
    for ending in Ending::ALL {
        assert_eq!(Ending::parse(ending.code()), Some(*ending));
    }
    assert_eq!(Ending::parse("lost"), None);
}
