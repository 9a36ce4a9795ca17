//! Completing a take-over.

use super::*;

async fn list(clerk: &mut Clerk) -> Vec<Value> {
    let answer = clerk.calls("GET", "/members").await.is(200);
    answer.body["members"].as_array().unwrap().clone()
}

fn status_of<'a>(members: &'a [Value], email: &str) -> Option<(&'a str, &'a str)> {
    let member = members.iter().find(|member| member["email"] == email)?;
    Some((member["status"].as_str()?, member["role"].as_str()?))
}

/// "that commit makes the newcomer manager, disables every member of that moment and ends their sessions, removes the
/// pending ones …; former managers become plain members"
#[tokio::test]
async fn the_newcomers_first_log_in_disables_the_members_and_removes_the_pending_ones() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let mut hanako = with_colleague(&world, &mut taro, HANAKO).await;
    asked(&world).await;
    world.wait(OPENS - 600);
    logs_in(&mut taro, TARO).await;
    logs_in(&mut hanako, HANAKO).await;
    adds(&mut taro, "pending@example.jp").await;
    let pendings = hanako.mailed_password("pending@example.jp").await;
    world.wait(600);
    confirmed(&world, JIRO).await;
    for clerk in [&mut taro, &mut hanako] {
        clerk.calls("GET", "/me").await.is(200).has("/members/count", 3);
    }
    let mut jiro = world.clerk();
    jiro.arrives_at_my_page(JIRO).await;
    jiro.calls("GET", "/me")
        .await
        .has("/role", "manager")
        .has("/members/count", 3)
        .lacks("/office/takeOver");
    let members = list(&mut jiro).await;
    assert_eq!(status_of(&members, JIRO), Some(("active", "manager")));
    assert_eq!(status_of(&members, TARO), Some(("disabled", "member")));
    assert_eq!(status_of(&members, HANAKO), Some(("disabled", "member")));
    assert_eq!(status_of(&members, "pending@example.jp"), None);
    for (clerk, email) in [(&mut taro, TARO), (&mut hanako, HANAKO)] {
        clerk.calls("GET", "/me").await.is_told("no-session");
        clerk
            .logs_in(email, OWN_PASSWORD)
            .await
            .is_told("wrong-credentials");
    }
    let mut pending = world.clerk();
    pending
        .logs_in("pending@example.jp", &pendings)
        .await
        .is_told("wrong-credentials");
    // The newcomer may enable who belongs to the office all the same.
    let taros = members.iter().find(|member| member["email"] == TARO).unwrap();
    let path = format!("/members/{}", taros["id"].as_str().unwrap());
    jiro.json("PATCH", &path, &json!({ "status": "active" }))
        .await
        .is(200);
    logs_in(&mut taro, TARO).await;
    violations(&world).await;
}

/// "if five seats are held, removes the one whose last log-in is oldest"
#[tokio::test]
async fn of_five_members_the_one_whose_last_log_in_is_oldest_is_removed() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    let emails = [HANAKO, "c@example.jp", "d@example.jp", "e@example.jp"];
    let mut clerks = Vec::new();
    for email in emails {
        clerks.push(with_colleague(&world, &mut taro, email).await);
    }
    asked(&world).await;
    world.wait(OPENS - HOUR);
    // Everybody but 花子 logs in again.
    for (clerk, email) in clerks.iter_mut().zip(emails).skip(1) {
        logs_in(clerk, email).await;
    }
    logs_in(&mut taro, TARO).await;
    world.wait(HOUR);
    confirmed(&world, JIRO).await;
    let mut jiro = world.clerk();
    jiro.arrives_at_my_page(JIRO).await;
    let members = list(&mut jiro).await;
    assert_eq!(members.len(), 5);
    assert_eq!(status_of(&members, HANAKO), None);
    for email in [TARO, "c@example.jp", "d@example.jp", "e@example.jp"] {
        assert_eq!(
            status_of(&members, email),
            Some(("disabled", "member")),
            "{email}"
        );
    }
    // The address of the removed one is free.
    let oldest = members.iter().find(|member| member["email"] == TARO).unwrap();
    let path = format!("/members/{}", oldest["id"].as_str().unwrap());
    jiro.calls("DELETE", &path).await.is(204);
    adds(&mut jiro, HANAKO).await;
    violations(&world).await;
}

/// "The newcomer holds no seat until the first completed log-in"
#[tokio::test]
async fn until_then_the_newcomer_holds_no_seat_and_members_add_and_remove() {
    let world = World::start().await;
    let (mut taro, mut jiro) = completing(&world).await;
    logs_in(&mut taro, TARO).await;
    taro.calls("GET", "/me").await.has("/members/count", 1);
    assert_eq!(list(&mut taro).await.len(), 1);
    for email in [HANAKO, "c@example.jp", "d@example.jp", "e@example.jp"] {
        adds(&mut taro, email).await;
    }
    let key = "full-0123456789abcd";
    taro.keyed("POST", "/members", key, &profile("f@example.jp"))
        .await
        .is_told("member-limit-reached");
    let seen = proves(&world).await.calls("GET", "/registration").await;
    assert_eq!(seen.body["members"].as_array().unwrap().len(), 5);
    jiro.arrives_at_my_page(JIRO).await;
    jiro.calls("GET", "/me").await.has("/members/count", 2);
    violations(&world).await;
}

/// "in `completing` another proof may replace the newcomer"
#[tokio::test]
async fn another_proof_replaces_the_newcomer() {
    let world = World::start().await;
    let (_, mut jiro) = completing(&world).await;
    let jiros = jiro.mailed_password(JIRO).await;
    let mut saburo = proves(&world).await;
    let seen = saburo
        .calls("GET", "/registration")
        .await
        .has("/takeOver/state", "completing");
    assert_eq!(seen.allowed(), ["complete-take-over", "cancel"]);
    saburo.enters_profile(&profile("saburo@example.jp")).await.is(200);
    saburo.confirms("saburo-0123456789").await.is(201);
    jiro.calls("GET", "/registration").await.is_told("no-flow");
    jiro.logs_in(JIRO, &jiros).await.is_told("wrong-credentials");
    saburo.arrives_at_my_page("saburo@example.jp").await;
    violations(&world).await;

    // The same address once more is no further claim, and the earlier password is dead.
    let world = World::start().await;
    let (_, jiro) = completing(&world).await;
    let first = jiro.mailed_password(JIRO).await;
    let mut again = confirmed(&world, JIRO).await;
    assert_ne!(again.mailed_password(JIRO).await, first);
    again.logs_in(JIRO, &first).await.is_told("wrong-credentials");
    again.arrives_at_my_page(JIRO).await;
    violations(&world).await;
}

/// "a former member's address is `email-taken`, with the reset as the way"
#[tokio::test]
async fn the_address_of_a_member_of_the_office_is_taken() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds(&mut taro, HANAKO).await;
    asked(&world).await;
    world.wait(OPENS);
    let mut jiro = proves(&world).await;
    for email in [TARO, HANAKO] {
        jiro.enters_profile(&profile(email)).await.is_told("email-taken");
    }
    jiro.proves_the_mailbox(TARO).await;
    // One who is added after the profile was entered.
    jiro.enters_profile(&profile("late@example.jp")).await.is(200);
    logs_in(&mut taro, TARO).await;
    adds(&mut taro, "late@example.jp").await;
    jiro.confirms(CONFIRM_KEY)
        .await
        .is_told("email-taken")
        .leads_to("confirm");
    jiro.enters_profile(&profile(JIRO)).await.is(200);
    jiro.confirms(CONFIRM_KEY).await.is(201);
    // And the other way round.
    let key = "the-newcomers-01234";
    taro.keyed("POST", "/members", key, &profile(JIRO))
        .await
        .is_told("email-taken");
    violations(&world).await;
}

/// On the last day the initial password ends with the take-over, and the repeated answer says so as well.
#[tokio::test]
async fn a_newcomers_confirmation_on_the_last_day_is_answered_twice_alike() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    world.wait(OPENS + OPEN - DAY);
    let mut jiro = proves(&world).await;
    let until = jiro.calls("GET", "/registration").await.is(200).body["takeOver"]["until"].clone();
    jiro.enters_profile(&profile(JIRO)).await.is(200);
    let first = jiro.confirms(CONFIRM_KEY).await.is(201);
    assert_eq!(first.body["initialPassword"]["expiresAt"], until);
    world.wait(60);
    assert_eq!(jiro.confirms(CONFIRM_KEY).await.is(201).body, first.body);
}

#[tokio::test]
async fn a_newcomers_confirmation_is_done_once_and_its_mail_is_sent_again() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    world.wait(OPENS);
    let mut jiro = proves(&world).await;
    jiro.enters_profile(&profile(JIRO)).await.is(200);
    let first = jiro.confirms(CONFIRM_KEY).await.is(201);
    assert_eq!(jiro.confirms(CONFIRM_KEY).await.is(201).body, first.body);
    jiro.confirms("another-0123456789")
        .await
        .is_told("wrong-step")
        .leads_to("completed");
    assert_eq!(world.mails_to(JIRO).await.len(), 1);
    world.wait(30);
    jiro.calls("POST", "/registration/initial-password/resend")
        .await
        .is(200);
    assert_eq!(world.mails_to(JIRO).await.len(), 2);
    jiro.arrives_at_my_page(JIRO).await;
    jiro.calls("GET", "/registration")
        .await
        .is(200)
        .lacks("/initialPassword");
}

/// A newcomer who loses the address to another office confirms again.
#[tokio::test]
async fn a_newcomer_whose_claim_is_void_confirms_another_address() {
    let world = World::start().await;
    let (_, mut jiro) = completing(&world).await;
    let mut other = world.clerk();
    other.registers(&testkit::people::DEEMED_OFFICE, JIRO).await;
    other.arrives_at_my_page(JIRO).await;
    let seen = jiro
        .calls("GET", "/registration")
        .await
        .leads_to("already-registered")
        .has("/voided/emailMasked", "j***@e***.jp");
    assert_eq!(seen.allowed(), ["complete-take-over", "cancel"]);
    jiro.enters_profile(&profile("saburo@example.jp")).await.is(200);
    jiro.confirms("saburo-0123456789").await.is(201);
    jiro.arrives_at_my_page("saburo@example.jp").await;
    jiro.calls("GET", "/me")
        .await
        .has("/office/number", PLAIN_OFFICE.number);
    violations(&world).await;
}

/// The records of three take-overs: one withdrawn, one stopped, one completed.
pub(crate) const RECORDED: [&str; 10] = [
    "take-over-asked",
    "take-over-withdrawn",
    "take-over-asked",
    "take-over-confirmed",
    "take-over-stopped",
    "take-over-asked",
    "take-over-reminded",
    "take-over-opened",
    "take-over-confirmed",
    "take-over-completed",
];

/// What is recorded with the accounts meanwhile.
pub(crate) const RECORDED_WITH_ACCOUNTS: [&str; 3] = [
    "member-displaced",
    "member-displaced-and-removed",
    "newcomer-ended",
];

/// "all is audited"
#[tokio::test]
async fn every_act_of_a_take_over_is_recorded() {
    let world = World::start().await;
    let mut taro = taros_office(&world).await;
    adds(&mut taro, HANAKO).await;
    let mut withdrawn = asked(&world).await;
    withdrawn.calls("DELETE", "/registration/take-over").await.is(200);
    asked(&world).await;
    world.wait(OPENS);
    confirmed(&world, JIRO).await;
    let code = stop_code(&world, TARO).await;
    stops(&mut world.clerk(), PLAIN_OFFICE.number, &code)
        .await
        .is(204);
    asked(&world).await;
    // From Tuesday to Saturday, after Wednesday, Thursday and Friday.
    world.wait(4 * DAY - 1);
    world.promises_due_notices().await;
    world.wait(1);
    world.promises_due_notices().await;
    let mut jiro = confirmed(&world, JIRO).await;
    jiro.arrives_at_my_page(JIRO).await;
    let records = world.audit().await;
    let acts: Vec<&str> = records
        .iter()
        .filter(|record| record["subject"].as_str().unwrap().starts_with("TAKEOVER#"))
        .map(|record| record["act"].as_str().unwrap())
        .collect();
    assert_eq!(acts, RECORDED);
    for act in RECORDED_WITH_ACCOUNTS {
        assert!(records.iter().any(|record| record["act"] == act), "{act}");
    }
}

/// The person is still there; only the mailbox is lost, and no colleague.
#[tokio::test]
async fn the_only_member_who_lost_the_mailbox_takes_the_own_office_over() {
    let world = World::start().await;
    taros_office(&world).await;
    asked(&world).await;
    world.wait(OPENS);
    let mut taro = confirmed(&world, "taro.new@example.jp").await;
    taro.arrives_at_my_page("taro.new@example.jp").await;
    taro.calls("GET", "/me")
        .await
        .has("/role", "manager")
        .has("/members/count", 2);
    violations(&world).await;
}

/// "The claims system's password and mailbox are the last word on whose office it is"
#[tokio::test]
async fn who_was_displaced_wrongly_takes_the_office_over_in_turn() {
    let world = World::start().await;
    let (_, mut jiro) = completing(&world).await;
    jiro.arrives_at_my_page(JIRO).await;
    let mut taro = proves(&world).await;
    asks(&mut taro, "in-turn-0123456789").await.is(200);
    world.wait(OPENS + 7 * DAY);
    let mut taro = confirmed(&world, "taro.new@example.jp").await;
    taro.arrives_at_my_page("taro.new@example.jp").await;
    let members = list(&mut taro).await;
    assert_eq!(status_of(&members, JIRO), Some(("disabled", "member")));
    jiro.calls("GET", "/me").await.is_told("no-session");
    violations(&world).await;
}
