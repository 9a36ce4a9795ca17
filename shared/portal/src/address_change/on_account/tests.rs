use super::*;
use crate::account::samples::{guessed_at, of_office, void_claim};
use crate::account::{Credential, Device};
use crate::address_change::samples::{begun, new_address};
use crate::change::Entity;
use crate::mail::Promise;
use crate::office::Founding;
use crate::samples::{LIMITS, account, active, address, device, flow, only, profile, session, t};
use crate::values::{AccountKey, EmailAddress, MemberId, RequestKey};

fn by() -> Session {
    session("s", "f", 0, 43_200)
}

fn member() -> Member {
    Member {
        sessions: vec![session("x", "x", 0, 43_200), by()],
        devices: vec![device("d", 0)],
        ..active("m")
    }
}

fn office() -> Office {
    let founding = Founding {
        flow: flow("first"),
        request: RequestKey::new("r"),
        draft: profile().draft(),
        member: MemberId::new("m"),
        at: t(0),
        password_ends_at: None,
    };
    Office::founded(member().office, founding, &member())
}

fn completes(old: &Account, new: Option<&Account>, second: u64) -> Result<Moved, NotMoved> {
    begun().complete(
        (old, only(old), &by()),
        new,
        &office(),
        SessionId::new("cookie"),
        t(second),
        &LIMITS,
    )
}

fn parts<T: Entity>(put: Put<T>) -> (T, Option<Event>) {
    put.into_parts()
}

/// The account of the new address, as claims or guesses left it.
fn of_new_address(account: Account) -> Account {
    let mut account = account;
    account.key = new_address().key();
    account
}

#[test]
fn the_member_moves_with_everything_and_the_old_address_is_free() {
    let before = account(member());
    let moved = completes(&before, None, 9).unwrap();
    let (old, event) = parts(moved.old);
    assert_eq!((old.members().count(), &old.key), (0, &address().key()));
    let about = |act| Some(Event::of(act, t(9), &flow("f")).about(&MemberId::new("m")));
    assert_eq!(event, about(Act::AddressLeft));
    let (new, event) = parts(moved.new);
    assert_eq!(event, about(Act::AddressChanged));
    assert_eq!(new.key, new_address().key());
    let after = new.owner().unwrap();
    assert_eq!(after, &moved.member);
    let expected = Member {
        profile: crate::values::Profile {
            email: new_address(),
            ..member().profile
        },
        credential_version: 3,
        sessions: vec![Session {
            id: SessionId::new("cookie"),
            ..by()
        }],
        notice: after.notice.clone(),
        ..member()
    };
    assert_eq!(after, &expected);
    assert_eq!(moved.session, expected.sessions[0]);
    let (office, _) = parts(moved.office);
    assert_eq!(office.members, [(MemberId::new("m"), new_address().key())].into());
}

#[test]
fn both_addresses_are_told() {
    let moved = completes(&account(member()), None, 9).unwrap();
    let (new, _) = parts(moved.new);
    let told = |mail: &Promise| (mail.to.clone(), mail.content.clone(), mail.promised_at);
    let content = |what| member().notice_of(what, by().browser);
    assert_eq!(
        told(only(&new).promised().unwrap()),
        (new_address(), content(Notice::AddressChanged), t(9))
    );
    assert_eq!(moved.mail, Mail::notice(address(), content(Notice::AddressLeft)));
}

#[test]
fn an_owner_keeps_the_address_and_five_claims_do_not() {
    let owned = of_new_address(account(active("other")));
    assert_eq!(
        completes(&account(member()), Some(&owned), 9).map(drop),
        Err(NotMoved::Taken)
    );
    let mut claimed = Account::unknown(new_address().key(), t(0));
    for name in ["1", "2", "3", "4", "5"] {
        let mut claim = of_office(name, name);
        claim.profile.email = new_address();
        claimed = parts(Account::take_seat(Some(&claimed), &claim, &flow("x"), t(0), &LIMITS).unwrap()).0;
    }
    let (new, _) = parts(completes(&account(member()), Some(&claimed), 9).unwrap().new);
    assert_eq!(only(&new).id, MemberId::new("m"));
    assert_eq!(new.void_claims.len(), 5);
}

#[test]
fn the_guards_of_an_address_stay_with_it() {
    let old = guessed_at(account(member()), 5, 0);
    let there = of_new_address(guessed_at(
        Account {
            void_claims: vec![void_claim("v", 0)],
            ..Account::unknown(new_address().key(), t(0))
        },
        7,
        0,
    ));
    let moved = completes(&old, Some(&there), 9).unwrap();
    let (left, _) = parts(moved.old);
    assert_eq!(left.passwords, old.passwords);
    let (new, _) = parts(moved.new);
    // As after a completed log-in: the row of a hundred ends, the network waits.
    assert_eq!(new.passwords, there.passwords.completed());
    assert_eq!(new.void_claims, there.void_claims);
    let known: Vec<&Device> = only(&new).devices.iter().collect();
    assert_eq!(known, [&device("d", 0)]);
}

#[test]
fn the_password_and_what_was_agreed_to_stay() {
    let (new, _) = parts(completes(&account(member()), None, 9).unwrap().new);
    assert!(matches!(&only(&new).credential, Credential::Chosen { hash, .. } if hash == "hash"));
    assert_eq!(only(&new).agreement, member().agreement);
}

#[test]
fn codes_to_new_addresses_have_a_budget_of_their_own() {
    let mut account = account(member());
    for second in 0..5 {
        let change = account.ask_address_change(only(&account), &by(), t(second), &LIMITS);
        let (next, event, answer) = change.recorded();
        let about = Event::of(Act::AddressCodePromised, t(second), &flow("f")).about(&MemberId::new("m"));
        assert_eq!((event, answer), (Some(about), Ok(())));
        account = next;
    }
    let sixth = account.ask_address_change(only(&account), &by(), t(5), &LIMITS);
    assert_eq!(sixth.kept(), Err(RetryAfter { seconds: 3_600 }));
    assert_eq!(only(&account).mails, member().mails);
    let (refunded, event, ()) = account
        .refund_address_code(only(&account), &by(), t(4), &LIMITS)
        .recorded();
    assert_eq!(event.unwrap().act, Act::MailNotSent);
    assert_eq!(only(&refunded).changes.mails.sends.len(), 4);
    refunded
        .refund_address_code(only(&refunded), &by(), t(4), &LIMITS)
        .kept();
}

#[test]
fn ten_wrong_codes_over_all_changes_stop_them_and_no_log_in() {
    let mut account = account(member());
    for second in 0..10 {
        let change = account.fail_address_code(only(&account), &by(), t(second), &LIMITS);
        let (next, event, answer) = change.recorded();
        assert_eq!((event.unwrap().act, answer), (Act::AddressCodeWrong, Ok(())));
        assert_eq!(next.judged_at, t(second));
        account = next;
    }
    let stopped = RetryAfter { seconds: 900 };
    let eleventh = account.fail_address_code(only(&account), &by(), t(9), &LIMITS);
    assert_eq!(eleventh.kept(), Err(stopped));
    assert_eq!(
        completes(&account, None, 9).map(drop),
        Err(NotMoved::Stopped(stopped))
    );
    assert!(completes(&account, None, 909).is_ok());
    assert_eq!(only(&account).codes, member().codes);
}

#[test]
fn a_key_is_that_of_its_address() {
    let same: EmailAddress = EmailAddress::parse("JIRO@example.jp").unwrap();
    let key: AccountKey = same.key();
    assert_eq!(key, new_address().key());
}
