use super::super::tests::registered;
use super::*;
use crate::account::samples::{SEAT, of_office};
use crate::account::{BrowserKind, Role};
use crate::samples::{LIMITS, account, active, only, pending, session, t};
use crate::values::{BodyDigest, EmailAddress, RequestKey};

type Read = Roster<Office, Account>;

/// The member under an address of its own.
fn at_own_address(mut member: Member) -> Member {
    let address = format!("{}@example.jp", member.id.as_str());
    member.profile.email = EmailAddress::parse(&address).unwrap();
    member
}

fn account_of(member: &Member) -> Account {
    Account {
        key: member.profile.email.key(),
        ..account(member.clone())
    }
}

/// The office of these members, each at an address of its own; the first one acts.
fn roster(members: impl IntoIterator<Item = Member>) -> Read {
    let members: Vec<Member> = members.into_iter().map(at_own_address).collect();
    let seats = members
        .iter()
        .map(|member| (member.id.clone(), member.profile.email.key()));
    Roster {
        office: registered().with_seats(seats),
        who: InSession {
            member: members[0].clone(),
            session: session("s", "by", 0, 43_200),
        },
        vacated: BTreeMap::new(),
        seated: members
            .into_iter()
            .map(|member| Seated {
                account: account_of(&member),
                member,
            })
            .collect(),
    }
}

fn request(second: u64) -> AnsweredRequest {
    AnsweredRequest {
        key: RequestKey::new("r"),
        body: BodyDigest::new("body"),
        member: MemberId::new("new"),
        at: t(second),
    }
}

fn add(roster: &Read, account: Option<&Account>, second: u64) -> Result<Addition, Refusal> {
    let new = at_own_address(pending("new"));
    roster.add(&new, request(second), account, t(second), &LIMITS)
}

fn seated(roster: &Read, account: Option<&Account>, second: u64) -> SeatWrites {
    match add(roster, account, second) {
        Ok(Addition::Seated(writes)) => *writes,
        other => panic!("{other:?}"),
    }
}

fn member(id: &str, role: Role) -> Member {
    Member { role, ..active(id) }
}

fn ids(office: &Office) -> Vec<&str> {
    office.members.keys().map(MemberId::as_str).collect()
}

#[test]
fn a_new_colleague_gets_a_seat_and_a_claim_in_one_commit() {
    let writes = seated(&roster([active("m"), pending("p")]), None, 0);
    assert_eq!(ids(writes.office.item()), ["m", "new", "p"]);
    assert_eq!(writes.office.item().answered, [request(0)]);
    assert_eq!(writes.office.item().addresses.asked.len(), 1);
    assert_eq!(only(writes.account.item()).id.as_str(), "new");
    assert_eq!(only(writes.account.item()), &writes.member);
    assert_eq!(writes.left, BTreeMap::new());
}

/// R-70: an office has five users.
#[test]
fn a_full_office_seats_another_member_once_a_seat_has_expired() {
    let full = roster([active("m"), active("a"), active("b"), active("c"), pending("p")]);
    assert_eq!(add(&full, None, SEAT - 1), Err(Kind::MemberLimitReached.into()));
    let writes = seated(&full, None, SEAT);
    assert_eq!(ids(writes.office.item()), ["a", "b", "c", "m", "new"]);
    let left: Vec<_> = writes
        .left
        .values()
        .map(|put| put.item().members().count())
        .collect();
    assert_eq!(left, [0], "whose seat it was cannot log in by it");
}

#[test]
fn a_seat_of_the_same_address_is_taken_over() {
    let mut own = at_own_address(pending("new"));
    own.id = MemberId::new("old");
    let mut roster = roster([active("m")]);
    roster
        .office
        .members
        .insert(own.id.clone(), own.profile.email.key());
    let account = account_of(&own);
    roster.seated.push(Seated {
        member: own,
        account: account.clone(),
    });
    let writes = seated(&roster, Some(&account), SEAT);
    assert_eq!(ids(writes.office.item()), ["m", "new"]);
    assert_eq!(only(writes.account.item()).id.as_str(), "new");
    assert_eq!(writes.left, BTreeMap::new(), "its account is written once");
}

#[test]
fn a_taken_address_is_answered_after_the_question_is_charged_once() {
    let mut roster = roster([active("m")]);
    let owned = account(active("owner"));
    let Ok(Addition::EmailTaken(Some(charged))) = add(&roster, Some(&owned), 0) else {
        panic!("not charged")
    };
    let (charged, _) = charged.into_parts();
    assert_eq!(charged.addresses.asked.len(), 1);
    assert_eq!(charged.answered, [], "no initial password was mailed");
    roster.office = charged;
    assert_eq!(add(&roster, Some(&owned), 0), Ok(Addition::EmailTaken(None)));
    assert!(add(&roster, Some(&account(of_office("other", "2"))), 0).is_ok());
}

#[test]
fn a_path_names_holders_of_a_seat_only() {
    let roster = roster([active("m"), pending("p")]);
    let named = |id, second| {
        roster
            .named(id, t(second), &LIMITS)
            .map(|named| named.member.id.as_str())
    };
    assert_eq!(named("p", SEAT - 1), Ok("p"));
    assert_eq!(named("p", SEAT), Err(Kind::NotFound));
    assert_eq!(named("stranger", 0), Err(Kind::NotFound));
}

#[test]
fn an_initial_password_is_reissued_until_the_member_has_logged_in() {
    let roster = roster([active("m"), pending("p")]);
    let reissue = |at: usize| {
        let key = KeyId::new("k1");
        roster.reissue(&roster.seated[at], request(0), &key, t(0), &LIMITS)
    };
    assert_eq!(reissue(0), Err(Kind::WrongStep.into()));
    let writes = reissue(1).unwrap();
    assert_eq!(writes.office.item().answered, [request(0)]);
    assert_eq!(only(writes.account.item()).credential_version, 2);
}

#[test]
fn an_office_keeps_a_manager_who_can_log_in() {
    let demote = MemberChange {
        role: Some(Role::Member),
        disabled: None,
    };
    let disable = MemberChange {
        role: None,
        disabled: Some(true),
    };
    let alone = [
        roster([active("m")]),
        roster([active("m"), member("a", Role::Member)]),
        roster([active("m"), pending("p")]),
        roster([active("m"), active("d").changed(disable)]),
    ];
    for roster in &alone {
        let own = &roster.seated[0];
        for change in [demote, disable] {
            assert_eq!(roster.change(own, change, t(0), &LIMITS), Err(Kind::LastManager));
        }
        assert_eq!(roster.remove(own, t(0), &LIMITS), Err(Kind::LastManager));
    }
    let two = roster([active("m"), active("a")]);
    let own = &two.seated[0];
    let writes = two.change(own, demote, t(0), &LIMITS).unwrap().unwrap();
    assert_eq!(only(writes.account.item()).role, Role::Member);
    let seats = &writes.office.item().members;
    assert_eq!(
        seats, &two.office.members,
        "written, though its seats stay as they were"
    );
    assert_eq!(two.change(own, MemberChange::default(), t(0), &LIMITS), Ok(None));
}

#[test]
fn a_removed_member_leaves_seat_and_address() {
    let roster = roster([active("m"), member("a", Role::Member)]);
    let writes = roster.remove(&roster.seated[1], t(0), &LIMITS).unwrap();
    assert_eq!(ids(writes.office.item()), ["m"]);
    assert_eq!(writes.account.item().members().count(), 0);
}

#[test]
fn only_a_manager_with_fresh_proof_acts() {
    let may = |role, second| {
        let mut roster = roster([active("m")]);
        roster.who.member.role = role;
        roster.authorise(t(second), &LIMITS)
    };
    assert_eq!(may(Role::Manager, 599), Ok(()));
    assert_eq!(may(Role::Manager, 600), Err(Kind::FreshProofRequired));
    assert_eq!(may(Role::Member, 0), Err(Kind::NotAllowed));
}

/// Who is told what, about whom, and whether it is the last time for a while.
fn told(mails: &[Mail]) -> Vec<(&str, Notice, Option<&str>, bool)> {
    let read = |mail: &'_ Mail| match mail.content() {
        Content::Notice {
            what, about, is_last, ..
        } => (*what, about.is_some(), *is_last),
        other => panic!("{other:?}"),
    };
    let about = |mail: &Mail| read(mail).1.then_some("n***@e***.jp");
    mails
        .iter()
        .map(|mail| (mail.to().as_str(), read(mail).0, about(mail), read(mail).2))
        .collect()
}

fn change_of(roster: &Read, at: usize, role: Option<Role>, disabled: Option<bool>) -> MemberWrites {
    let change = MemberChange { role, disabled };
    let writes = roster.change(&roster.seated[at], change, t(0), &LIMITS);
    writes.unwrap().unwrap()
}

/// The other managers who can log in: not the one who acts, the member, or a manager who cannot log in.
#[test]
fn every_other_manager_is_told_of_a_change_of_the_members() {
    let stopped = Member {
        disabled: true,
        ..active("d")
    };
    let members = [
        active("m"),
        active("a"),
        member("b", Role::Member),
        stopped,
        pending("p"),
    ];
    let mut full = roster(members);
    full.who.session.browser = BrowserKind::of("Firefox/145.0 (Windows)");
    let room = Roster {
        office: full.office.clone().without_seat(&MemberId::new("p")),
        seated: full.seated[..4].to_vec(),
        ..full.clone()
    };
    let added = seated(&room, None, 0);
    assert_eq!(
        told(&added.mails),
        [(
            "a@example.jp",
            Notice::ColleagueAdded,
            Some("n***@e***.jp"),
            false
        )]
    );
    let Content::Notice {
        browser,
        about,
        member,
        ..
    } = added.mails[0].content()
    else {
        panic!("no notice")
    };
    assert_eq!((browser, member.as_str()), (&full.who.session.browser, "new"));
    assert_eq!(about.as_deref(), Some("n***@e***.jp"));
    for (role, disabled, at, notice) in [
        (Some(Role::Manager), None, 2, Notice::ColleagueMadeManager),
        (None, Some(true), 2, Notice::ColleagueDisabled),
        (None, Some(false), 3, Notice::ColleagueEnabled),
    ] {
        let writes = change_of(&full, at, role, disabled);
        let whats: Vec<_> = told(&writes.mails)
            .iter()
            .map(|(to, what, ..)| (*to, *what))
            .collect();
        assert_eq!(whats, [("a@example.jp", notice)]);
        assert_eq!(counted(writes.office.item()), [("a".to_owned(), 1)]);
    }
    // What changes the other manager tells nobody but that member, on the member's own account.
    let demoted = change_of(&full, 1, Some(Role::Member), None);
    assert_eq!(
        (demoted.mails, &demoted.office.item().notices),
        (Vec::new(), &full.office.notices)
    );
    // What a manager changes of their own tells the other one.
    let own = change_of(&full, 0, Some(Role::Member), None);
    assert_eq!(told(&own.mails)[0].0, "a@example.jp");
    assert_eq!(told(&own.mails)[0].1, Notice::ColleagueMadeMember);
}

/// How many notices each manager was promised.
fn counted(office: &Office) -> Vec<(String, usize)> {
    let notices = office.notices.iter();
    notices
        .map(|(id, budget)| (id.as_str().to_owned(), budget.counted.len()))
        .collect()
}

/// A removed member has no account any more, so the mail is a letter; who never logged in is told nothing.
#[test]
fn a_removed_member_who_had_logged_in_is_told_and_so_are_the_other_managers() {
    let roster = roster([active("m"), active("a"), member("b", Role::Member), pending("p")]);
    let removed = |at: usize| roster.remove(&roster.seated[at], t(0), &LIMITS).unwrap();
    let whats = |mails: &[Mail]| -> Vec<(String, Notice, bool)> {
        let whats = told(mails).into_iter();
        whats
            .map(|(to, what, about, _)| (to.to_owned(), what, about.is_some()))
            .collect()
    };
    let managers = |removed: &str| (format!("{removed}@example.jp"), Notice::ColleagueRemoved, true);
    let own = |removed: &str| (format!("{removed}@example.jp"), Notice::MemberRemoved, false);
    assert_eq!(whats(&removed(2).mails), [managers("a"), own("b")]);
    assert_eq!(whats(&removed(1).mails), [own("a")]);
    assert_eq!(whats(&removed(3).mails), [managers("a")]);
    assert_eq!(whats(&removed(0).mails), [managers("a"), own("m")]);
}

/// A spent budget silences its own kind of notice, to the managers; it refuses nothing, and silences nothing else.
#[test]
fn the_managers_are_told_the_same_five_times_an_hour_and_the_change_is_done_all_the_same() {
    let mut office = roster([active("m"), active("a"), member("b", Role::Member)]);
    for time in 1..=6 {
        let writes = change_of(&office, 2, None, Some(true));
        assert!(only(writes.account.item()).disabled);
        let last: Vec<bool> = told(&writes.mails).iter().map(|(.., is_last)| *is_last).collect();
        let expected: &[bool] = match time {
            1..=4 => &[false],
            5 => &[true],
            _ => &[],
        };
        assert_eq!(last, expected, "{time}");
        office.office = writes.office.into_parts().0;
    }
    assert_eq!(change_of(&office, 2, Some(Role::Manager), None).mails.len(), 1);
    assert_eq!(
        office
            .remove(&office.seated[2], t(0), &LIMITS)
            .unwrap()
            .mails
            .len(),
        2
    );
}

/// What one manager was told is not counted against another, who acted meanwhile or became a manager later.
#[test]
fn each_manager_has_a_budget_of_its_own() {
    let mut office = roster([
        active("m"),
        active("a"),
        member("b", Role::Member),
        member("c", Role::Member),
    ]);
    for _ in 0..5 {
        office.office = change_of(&office, 2, None, Some(true)).office.into_parts().0;
    }
    office.seated[3].member.role = Role::Manager;
    let told_by = |office: &Roster<Office, Account>, actor: usize| {
        let mut office = office.clone();
        office.who.member = office.seated[actor].member.clone();
        let writes = change_of(&office, 2, None, Some(true));
        let told = told(&writes.mails).into_iter();
        let whom: Vec<String> = told.map(|(to, ..)| to.to_owned()).collect();
        (whom, counted(writes.office.item()))
    };
    let counts = |rows: [(&str, usize); 3]| rows.map(|(id, count)| (id.to_owned(), count)).to_vec();
    assert_eq!(
        told_by(&office, 0),
        (
            vec!["c@example.jp".to_owned()],
            vec![("a".to_owned(), 5), ("c".to_owned(), 1)]
        )
    );
    assert_eq!(
        told_by(&office, 1),
        (
            vec!["m@example.jp".to_owned(), "c@example.jp".to_owned()],
            counts([("a", 5), ("c", 1), ("m", 1)])
        )
    );
    // Who has left is forgotten.
    office.office = office.office.without_seat(&MemberId::new("a"));
    office.seated.remove(1);
    let removed = office.remove(&office.seated[1], t(0), &LIMITS).unwrap();
    assert_eq!(counted(removed.office.item()), [("c".to_owned(), 1)]);
}

#[test]
fn nothing_is_counted_where_nobody_is_told() {
    let alone = roster([active("m"), member("b", Role::Member)]);
    let added = seated(&alone, None, 0);
    assert_eq!(
        (added.mails, counted(added.office.item())),
        (Vec::new(), Vec::new())
    );
}
