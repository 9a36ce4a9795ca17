//! What is true of the table after any storm, and was true at every write on the way (docs/ARCHITECTURE.md, Invariants).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use platform::store::Attributes;
use portal::guards::{CodeGuard, Guarded, PasswordGuard};
use portal::limits::Limits;
use portal::values::EmailAddress;
use testkit::{Change, World};

/// Everything, of the items as they are and of every write that led there.
pub(crate) async fn hold(world: &World) {
    hold_but_for_mails(world).await;
    budgets_agree_with_promises(world).await;
}

/// Everything but that the budgets of mails say what was promised.
pub(crate) async fn hold_but_for_mails(world: &World) {
    let items = all(world).await;
    let history = world.history().await;
    assert!(!history.is_empty(), "a storm that wrote nothing was none");
    let limits = &world.settings.limits;
    seats_and_accounts_agree(&items);
    no_challenge_has_too_many_tries(&items, limits);
    no_attempt_at_the_claims_system_stays_open(&items, limits);
    every_write_draws_a_version(&history);
    guards_only_count_what_they_let_pass(&history, limits);
    sessions_that_ended_stay_ended(&history, limits);
    flows_only_go_on(&history);
    credentials_only_grow_newer(&history);
}

async fn all(world: &World) -> Vec<Attributes> {
    let pages = world
        .dynamodb
        .scan()
        .table_name("portal")
        .consistent_read(true)
        .into_paginator()
        .items()
        .send();
    pages.try_collect().await.unwrap()
}

fn text<'a>(map: &'a Attributes, name: &str) -> Option<&'a str> {
    map.get(name)?.as_s().ok().map(String::as_str)
}

fn number(map: &Attributes, name: &str) -> i64 {
    map.get(name)
        .and_then(|value| value.as_n().ok())
        .map_or(0, |digits| digits.parse().unwrap())
}

fn inner<'a>(map: &'a Attributes, name: &str) -> Option<&'a Attributes> {
    map.get(name)?.as_m().ok()
}

fn list<'a>(map: &'a Attributes, name: &str) -> &'a [AttributeValue] {
    map.get(name)
        .and_then(|value| value.as_l().ok())
        .map_or(&[], Vec::as_slice)
}

fn times(map: &Attributes, name: &str) -> Vec<Timestamp> {
    list(map, name)
        .iter()
        .map(|at| Timestamp::from_second(at.as_n().unwrap().parse().unwrap()).unwrap())
        .collect()
}

fn time(map: &Attributes, name: &str) -> Option<Timestamp> {
    map.contains_key(name)
        .then(|| Timestamp::from_second(number(map, name)).unwrap())
}

fn is_of(item: &Attributes, kind: &str) -> bool {
    text(item, "pk").unwrap().split_once('#').unwrap().0 == kind
}

/// Sessions of an account: id and flow.
fn sessions(account: &Attributes) -> Vec<(&str, &str)> {
    let sessions = inner(account, "member").map_or(&[][..], |member| list(member, "sessions"));
    sessions
        .iter()
        .map(|session| session.as_m().unwrap())
        .map(|session| (text(session, "id").unwrap(), text(session, "flow").unwrap()))
        .collect()
}

/// 1, 2: an office's seats are held by accounts that know of it, and nobody owns an address without a seat.
fn seats_and_accounts_agree(items: &[Attributes]) {
    let accounts: BTreeMap<&str, &Attributes> = items
        .iter()
        .filter(|item| is_of(item, "ACCOUNT"))
        .map(|item| (text(item, "pk").unwrap(), item))
        .collect();
    let mut seated = BTreeSet::new();
    for office in items.iter().filter(|item| is_of(item, "OFFICE")) {
        let number = text(office, "pk").unwrap().strip_prefix("OFFICE#");
        let members = inner(office, "members").unwrap();
        assert_eq!(
            members.len(),
            1,
            "an office that only registered has one seat taken"
        );
        for (id, account) in members {
            let account = format!("ACCOUNT#{}", account.as_s().unwrap());
            let member = accounts
                .get(account.as_str())
                .and_then(|account| inner(account, "member"))
                .expect("whoever holds a seat owns the address");
            assert_eq!(text(member, "id"), Some(id.as_str()));
            assert_eq!(text(inner(member, "office").unwrap(), "number"), number);
            seated.insert(account);
        }
    }
    for (key, account) in accounts {
        if account.contains_key("member") {
            assert!(seated.contains(key), "somebody owns an address and no seat");
        }
    }
}

/// 3: of one challenge no sixth code was judged.
fn no_challenge_has_too_many_tries(items: &[Attributes], limits: &Limits) {
    for flow in items
        .iter()
        .filter(|item| is_of(item, "LOGIN") || is_of(item, "REGISTRATION"))
    {
        assert!(number(flow, "tries") <= i64::try_from(limits.code_tries).unwrap());
    }
}

/// 11: what has ended is not still under way.
fn no_attempt_at_the_claims_system_stays_open(items: &[Attributes], limits: &Limits) {
    for record in items.iter().filter(|item| is_of(item, "CLAIMS")) {
        assert!(list(record, "open").is_empty(), "an attempt is still open");
        assert!(list(record, "failures").len() <= usize::try_from(limits.claims_attempts).unwrap());
    }
}

fn every_write_draws_a_version(history: &[Change]) {
    let mut drawn = BTreeSet::new();
    for change in history {
        if let Some(after) = &change.after {
            let version = text(after, "v").unwrap();
            assert!(
                drawn.insert(version.to_owned()),
                "{} has a version of another write",
                change.key
            );
        }
    }
}

fn passwords_of(account: &Attributes) -> PasswordGuard {
    PasswordGuard {
        failures: u64::try_from(number(account, "wrong")).unwrap(),
        last_failure: time(account, "wrongAt"),
    }
}

fn codes_of(item: &Attributes) -> CodeGuard {
    CodeGuard {
        failures: times(item, "codes"),
        stopped_until: time(item, "codesStop"),
    }
}

/// 4, 10: whatever is judged is counted by its own write, one at a time, and nothing is judged while a guard is closed.
fn guards_only_count_what_they_let_pass(history: &[Change], limits: &Limits) {
    let empty = Attributes::new();
    for change in history
        .iter()
        .filter(|change| change.is_of("ACCOUNT") || change.is_of("CLAIMS"))
    {
        let Some(after) = &change.after else { continue };
        let before = change.before.as_ref().unwrap_or(&empty);
        let (was, is) = (passwords_of(before), passwords_of(after));
        assert!(is.failures <= was.failures + 1, "{}", change.key);
        // A new owner or a new initial password begins anew; otherwise a closed guard stays as it is.
        let same_credential = credential(before) == credential(after);
        if was.state(change.at, limits) == Guarded::Closed && same_credential {
            assert_eq!(
                was, is,
                "{}: a password was judged while it had to wait",
                change.key
            );
        }
        let (was, is) = (codes_of(before), codes_of(after));
        assert!(is.failures.len() <= was.failures.len() + 1, "{}", change.key);
        if was.check(change.at).is_err() {
            assert_eq!(was, is, "{}: a code was judged during a stop", change.key);
        }
        if u64::try_from(is.failures.len()).unwrap() >= limits.code_failures {
            assert!(
                is.stopped_until.is_some(),
                "{}: codes are not stopped",
                change.key
            );
        }
    }
}

/// Who owns the account, by which version of the credential.
fn credential(account: &Attributes) -> Option<(&str, i64)> {
    let member = inner(account, "member")?;
    Some((text(member, "id")?, number(member, "credential")))
}

/// A session that is no longer in its account never comes back; there are never more than five, one a log-in.
fn sessions_that_ended_stay_ended(history: &[Change], limits: &Limits) {
    let mut ended: BTreeSet<String> = BTreeSet::new();
    let empty = Attributes::new();
    for change in history.iter().filter(|change| change.is_of("ACCOUNT")) {
        let before = sessions(change.before.as_ref().unwrap_or(&empty));
        let after = sessions(change.after.as_ref().unwrap_or(&empty));
        for session in &before {
            if !after.contains(session) {
                ended.insert(session.0.to_owned());
            }
        }
        assert!(after.len() <= usize::try_from(limits.sessions_per_person).unwrap());
        let flows: BTreeSet<_> = after.iter().map(|(_, flow)| flow).collect();
        assert_eq!(flows.len(), after.len(), "a log-in has two sessions");
        for (id, _) in after {
            assert!(!ended.contains(id), "a session came back");
        }
    }
}

fn rank(stage: &str) -> u8 {
    match stage {
        "security-code" => 0,
        "otp" => 1,
        "profile" | "new-password" => 2,
        // From the one to the other: somebody else registers, or the profile is corrected.
        "confirm" | "already-registered" => 3,
        "completed" | "my-page" => 4,
        other => panic!("no stage {other}"),
    }
}

/// 3, 5: tries of a challenge only grow, one a write, and a stage is never gone back to.
fn flows_only_go_on(history: &[Change]) {
    for change in history
        .iter()
        .filter(|change| change.is_of("LOGIN") || change.is_of("REGISTRATION"))
    {
        let (Some(before), Some(after)) = (&change.before, &change.after) else {
            continue;
        };
        let [was, is] = [before, after].map(|item| text(item, "stage").unwrap());
        assert!(rank(was) <= rank(is), "{}: from {was} to {is}", change.key);
        if was == "otp" && is == "otp" {
            let [was, is] = [before, after].map(|item| number(item, "tries"));
            assert!(
                was == is || was + 1 == is,
                "{}: {was} tries, then {is}",
                change.key
            );
            let [was, is] = [before, after].map(|item| number(inner(item, "mail").unwrap(), "n"));
            assert!(
                was == is || was + 1 == is,
                "{}: mail {was}, then {is}",
                change.key
            );
        }
    }
}

/// 12: of one member a credential's version only grows.
fn credentials_only_grow_newer(history: &[Change]) {
    for change in history.iter().filter(|change| change.is_of("ACCOUNT")) {
        let (Some(before), Some(after)) = (&change.before, &change.after) else {
            continue;
        };
        if let (Some((was, old)), Some((is, new))) = (credential(before), credential(after))
            && was == is
        {
            assert!(old == new || old + 1 == new, "{}", change.key);
        }
    }
}

/// The mails that each account was to get: every promise that a write made new.
fn promises(history: &[Change]) -> BTreeMap<String, usize> {
    let mut promised = BTreeMap::new();
    for change in history {
        let of = |image: &Option<Attributes>| {
            let mail = inner(image.as_ref()?, "mail")?;
            Some((
                number(mail, "n"),
                text(mail, "of")?.to_owned(),
                text(mail, "to")?.to_owned(),
            ))
        };
        let (was, Some(is)) = (of(&change.before), of(&change.after)) else {
            continue;
        };
        if was.as_ref() != Some(&is) {
            let key = EmailAddress::parse(&is.2).unwrap().key();
            *promised.entry(format!("ACCOUNT#{}", key.as_str())).or_default() += 1;
        }
    }
    promised
}

/// What an account counts as mailed is what was promised to it, and no more went out than was promised.
pub(crate) async fn budgets_agree_with_promises(world: &World) {
    let mails = world.mails().await;
    let promised = promises(&world.history().await);
    let mut counted = BTreeMap::new();
    for account in all(world).await.iter().filter(|item| is_of(item, "ACCOUNT")) {
        let sends = list(account, "mails").len();
        if sends > 0 {
            counted.insert(text(account, "pk").unwrap().to_owned(), sends);
        }
    }
    assert_eq!(
        counted, promised,
        "mails that are counted, and mails that are promised"
    );
    for (key, promised) in promised {
        let of = |mail: &&portal_local::ses::Mail| {
            let key_of_mail = EmailAddress::parse(&mail.to).unwrap().key();
            format!("ACCOUNT#{}", key_of_mail.as_str()) == key
        };
        let sent = mails.iter().filter(of).count();
        assert!(
            sent <= promised,
            "{sent} mails went out, {promised} were promised"
        );
    }
}

/// An invariant that nothing can break is none: each of them is shown a history that must not be.
mod broken {
    use super::*;

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn n(number: i64) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn map<const N: usize>(entries: [(&str, AttributeValue); N]) -> Attributes {
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    fn change(key: &str, before: Attributes, after: Attributes) -> Change {
        Change {
            key: key.to_owned(),
            before: Some(before),
            after: Some(after),
            at: Timestamp::from_second(1_000).unwrap(),
        }
    }

    #[track_caller]
    fn breaks(check: impl FnOnce() + std::panic::UnwindSafe) {
        assert!(std::panic::catch_unwind(check).is_err(), "nothing was found");
    }

    const LIMITS: Limits = Limits::standard();

    fn with_sessions(ids: &[(&str, &str)]) -> Attributes {
        let sessions = ids
            .iter()
            .map(|(id, flow)| AttributeValue::M(map([("id", s(id)), ("flow", s(flow))])))
            .collect();
        let member = map([
            ("id", s("m")),
            ("credential", n(1)),
            ("sessions", AttributeValue::L(sessions)),
        ]);
        map([("member", AttributeValue::M(member))])
    }

    #[test]
    fn a_session_that_comes_back_is_found_and_so_is_a_second_one_of_a_log_in() {
        let (with, without) = (with_sessions(&[("a", "f")]), with_sessions(&[]));
        let back = [
            change("ACCOUNT#1", with.clone(), without.clone()),
            change("ACCOUNT#1", without.clone(), with),
        ];
        breaks(move || sessions_that_ended_stay_ended(&back, &LIMITS));
        let two = [change(
            "ACCOUNT#1",
            without,
            with_sessions(&[("a", "f"), ("b", "f")]),
        )];
        breaks(move || sessions_that_ended_stay_ended(&two, &LIMITS));
    }

    #[test]
    fn a_guess_too_many_is_found() {
        let waiting = map([("wrong", n(5)), ("wrongAt", n(1_000))]);
        let judged = map([("wrong", n(6)), ("wrongAt", n(1_000))]);
        let history = [change("ACCOUNT#1", waiting, judged)];
        breaks(move || guards_only_count_what_they_let_pass(&history, &LIMITS));

        let stopped = map([("codesStop", n(1_900))]);
        let judged = map([
            ("codesStop", n(1_900)),
            ("codes", AttributeValue::L(vec![n(1_000)])),
        ]);
        let history = [change("CLAIMS#1", stopped, judged)];
        breaks(move || guards_only_count_what_they_let_pass(&history, &LIMITS));

        let ten = map([("codes", AttributeValue::L(vec![n(1_000); 9]))]);
        let not_stopped = map([("codes", AttributeValue::L(vec![n(1_000); 10]))]);
        let history = [change("ACCOUNT#1", ten, not_stopped)];
        breaks(move || guards_only_count_what_they_let_pass(&history, &LIMITS));
    }

    #[test]
    fn a_flow_that_goes_back_is_found_and_so_are_tries_that_vanish() {
        let at = |stage: &str, tries: i64| {
            let mail = AttributeValue::M(map([("n", n(1))]));
            map([("stage", s(stage)), ("tries", n(tries)), ("mail", mail)])
        };
        let back = [change("LOGIN#1", at("my-page", 0), at("otp", 0))];
        breaks(move || flows_only_go_on(&back));
        let vanish = [change("REGISTRATION#1", at("otp", 4), at("otp", 0))];
        breaks(move || flows_only_go_on(&vanish));
        let sixth = [map([("pk", s("LOGIN#1")), ("tries", n(6))])];
        breaks(move || no_challenge_has_too_many_tries(&sixth, &LIMITS));
    }

    #[test]
    fn an_owner_without_a_seat_is_found_and_a_seat_without_an_owner() {
        let member = AttributeValue::M(map([("id", s("m"))]));
        let owner = [map([("pk", s("ACCOUNT#a")), ("member", member)])];
        breaks(move || seats_and_accounts_agree(&owner));
        let members = AttributeValue::M(map([("m", s("a"))]));
        let seat = [map([("pk", s("OFFICE#1")), ("members", members)])];
        breaks(move || seats_and_accounts_agree(&seat));
    }

    #[test]
    fn an_attempt_left_open_a_version_drawn_twice_and_an_older_credential_are_found() {
        let open = [map([
            ("pk", s("CLAIMS#1")),
            ("open", AttributeValue::L(vec![n(1)])),
        ])];
        breaks(move || no_attempt_at_the_claims_system_stays_open(&open, &LIMITS));
        let item = || map([("v", s("same"))]);
        let twice = [
            change("LOGIN#1", item(), item()),
            change("LOGIN#1", item(), item()),
        ];
        breaks(move || every_write_draws_a_version(&twice));
        let version = |number| {
            let member = map([("id", s("m")), ("credential", n(number))]);
            map([("member", AttributeValue::M(member))])
        };
        let older = [change("ACCOUNT#1", version(2), version(1))];
        breaks(move || credentials_only_grow_newer(&older));
    }
}
