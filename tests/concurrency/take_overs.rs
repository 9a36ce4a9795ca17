//! 引き継ぎ, concurrently: of a stop and a completion exactly one is done, and an address goes to few offices

use serde_json::json;
use testkit::people::{OWN_PASSWORD, PLAIN_OFFICE, TestOffice, profile};
use testkit::{Clerk, Reply, World};

use crate::load::{
    Load, Sending, TARO, active, another_office, asks, assert_all_invariants, assert_invariants,
    before_confirm, count, only, world_of_many_mails,
};

const JIRO: &str = "jiro@example.jp";

/// A week: past three business days from the beginning, and within the fourteen days of an open take-over.
const OPENS: i64 = 7 * 86_400;

async fn proves(world: &World, office: &TestOffice) -> Clerk {
    let mut clerk = world.clerk();
    clerk
        .proves_to_be(office)
        .await
        .is(200)
        .leads_to("already-registered");
    clerk
}

async fn asks_to_take_over(clerk: &mut Clerk, key: &str) -> Reply {
    clerk
        .keyed("POST", "/registration/take-over", key, &json!({}))
        .await
}

/// A person at 「登録する」 of an open take-over.
async fn before_newcomer(world: &World, office: &TestOffice, email: &str) -> Clerk {
    let mut clerk = proves(world, office).await;
    clerk
        .enters_profile(&profile(email))
        .await
        .is(200)
        .leads_to("confirm");
    clerk
}

/// An office with a member, whose take-over is open.
async fn open(world: &World, office: &TestOffice) {
    asks_to_take_over(&mut proves(world, office).await, "storm-0123456789")
        .await
        .is(200);
    world.wait(OPENS);
}

/// The stop code that 太郎 was mailed.
async fn stop_code(world: &World) -> String {
    let mails = world.mails_to(TARO).await;
    let mut lines = mails.iter().flat_map(|mail| mail.text.lines());
    let code = lines.find_map(|line| line.strip_prefix("停止コード："));
    code.unwrap().to_owned()
}

/// The state that another proof of the office is shown.
async fn state(world: &World) -> Option<String> {
    let seen = proves(world, &PLAIN_OFFICE)
        .await
        .calls("GET", "/registration")
        .await;
    seen.body["takeOver"]["state"].as_str().map(str::to_owned)
}

/// Twenty stops by the code, ten on マイページ and ten clicks of the newcomer's 「パスワードを変更する」: either the
/// take-over is stopped and nothing of the member has changed, or it is completed and the member is disabled.
#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_stops_and_a_completion_one_is_done() {
    let mut load = Load::of("a take-over against its stop", 4);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        let mut taro = active(&world).await;
        open(&world, &PLAIN_OFFICE).await;
        before_newcomer(&world, &PLAIN_OFFICE, JIRO)
            .await
            .confirms("storm-0123456789")
            .await
            .is(201);
        let mut jiro = world.clerk();
        jiro.logs_in_for_the_first_time(JIRO).await;
        let version = jiro.is_shown_the_terms().await;
        taro.logs_in(TARO, OWN_PASSWORD).await.is(200);
        let login_code = taro.mailed_code(TARO).await;
        taro.types_login_code(&login_code).await.is(200);
        let stop = json!({ "officeNumber": PLAIN_OFFICE.number, "stopCode": stop_code(&world).await });
        let mut asked: Vec<Sending> = Vec::new();
        for _ in 0..load.scaled(20) {
            let (stranger, stop) = (world.clerk(), stop.clone());
            asked.push(asks!(stranger, |clerk| clerk.json(
                "POST",
                "/take-over/stop",
                &stop
            )));
        }
        for _ in 0..load.scaled(10) {
            asked.push(asks!(taro, |clerk| clerk.calls("DELETE", "/office/take-over")));
            let version = version.clone();
            asked.push(asks!(jiro, |clerk| clerk.changes_password(OWN_PASSWORD, &version)));
        }
        let answers = load.send(asked).await;
        only(
            &answers,
            &[
                "200",
                "204",
                "wrong-code",
                "not-found",
                "no-session",
                "no-flow",
                "wrong-step",
                "temporarily-unavailable",
            ],
        );
        let is_completed = count(&answers, "200") > 0;
        assert_ne!(is_completed, count(&answers, "204") > 0, "both, or neither");
        assert_eq!(
            state(&world).await.as_deref(),
            (!is_completed).then_some("stopped")
        );
        let (lives, ended) = if is_completed { (1, 0) } else { (0, 1) };
        let of_jiro = answers.into_iter().filter(|(_, answer)| answer.status == 200);
        assert_eq!(of_jiro.count(), lives, "one session of the newcomer");
        let mine = taro.calls("GET", "/me").await;
        assert_eq!(u8::from(mine.status == 200), ended, "{}", mine.body);
        assert_invariants(&world).await;
    }
    load.report();
}

/// Of twenty proofs of an office that ask at once, one begins the take-over, and everyone is told of it once.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_proofs_one_asks_for_the_take_over() {
    let mut load = Load::of("requests for a take-over", 1);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        active(&world).await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 0..load.scaled(20) {
            let clerk = proves(&world, &PLAIN_OFFICE).await;
            let key = format!("storm-{at:012}");
            asked.push(asks!(clerk, |clerk| asks_to_take_over(&mut clerk, &key)));
        }
        let before = world.mails_to(TARO).await.len();
        let answers = load.send(asked).await;
        only(&answers, &["200", "wrong-step"]);
        assert_eq!(count(&answers, "200"), 1);
        assert_eq!(world.mails_to(TARO).await.len() - before, 1);
        assert_all_invariants(&world).await;
    }
    load.report();
}

/// Ten proofs of an office confirm a newcomer at once: the last one is expected, and the passwords of the others open
/// nothing.
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_newcomers_one_comes_in() {
    let mut load = Load::of("newcomers of one office", 2);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        active(&world).await;
        open(&world, &PLAIN_OFFICE).await;
        let mut asked: Vec<Sending> = Vec::new();
        let emails: Vec<String> = (0..load.scaled(10))
            .map(|at| format!("person{at}@example.jp"))
            .collect();
        for email in &emails {
            let clerk = before_newcomer(&world, &PLAIN_OFFICE, email).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("storm-0123456789")));
        }
        let answers = load.send(asked).await;
        only(&answers, &["201"]);
        assert_invariants(&world).await;
        let mut came = 0;
        for email in &emails {
            let mut newcomer = world.clerk();
            let password = newcomer.mailed_password(email).await;
            let answer = newcomer.logs_in(email, &password).await;
            if answer.status == 200 {
                let code = newcomer.mailed_code(email).await;
                newcomer
                    .types_login_code(&code)
                    .await
                    .is(200)
                    .leads_to("new-password");
                came += 1;
            } else {
                answer.is_told("wrong-credentials");
            }
        }
        assert_eq!(came, 1);
    }
    load.report();
}

/// Twenty offices on one address: twelve that register, four that add a colleague, and four that are taken over. Five
/// claim it; the first log-ins of all five at once give it one owner.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_offices_on_one_address_five_claim_it_and_one_owns_it() {
    let mut load = Load::of("one address from twenty offices", 1);
    for _ in load.rounds() {
        let world = world_of_many_mails().await;
        let mut asked: Vec<Sending> = Vec::new();
        for at in 12..16 {
            let office = another_office(&world, at).await;
            let mut clerk = world.clerk();
            clerk.registers(&office, &format!("manager{at}@example.jp")).await;
            clerk.arrives_at_my_page(&format!("manager{at}@example.jp")).await;
            asks_to_take_over(&mut proves(&world, &office).await, "storm-0123456789")
                .await
                .is(200);
        }
        world.wait(OPENS);
        for at in 12..16 {
            let office = another_office(&world, at).await;
            let clerk = before_newcomer(&world, &office, TARO).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("storm-0123456789")));
        }
        for at in 16..20 {
            let office = another_office(&world, at).await;
            let mut clerk = world.clerk();
            clerk.registers(&office, &format!("manager{at}@example.jp")).await;
            clerk.arrives_at_my_page(&format!("manager{at}@example.jp")).await;
            asked.push(asks!(clerk, |clerk| clerk.keyed(
                "POST",
                "/members",
                "storm-0123456789",
                &profile(TARO)
            )));
        }
        for at in 0..12 {
            let office = another_office(&world, at).await;
            let clerk = before_confirm(&world, &office, TARO).await;
            asked.push(asks!(clerk, |clerk| clerk.confirms("storm-0123456789")));
        }
        let answers = load.send(asked).await;
        only(&answers, &["201", "email-taken"]);
        assert_eq!(count(&answers, "201"), 5);
        assert_invariants(&world).await;

        let mails = world.mails_to(TARO).await;
        let passwords = mails.iter().filter_map(|mail| {
            mail.text
                .lines()
                .find_map(|line| line.strip_prefix("初期パスワード："))
        });
        let mut log_ins: Vec<Sending> = Vec::new();
        for password in passwords {
            let mut clerk = world.clerk();
            clerk.logs_in(TARO, password).await.is(200);
            let code = clerk.mailed_code(TARO).await;
            clerk
                .types_login_code(&code)
                .await
                .is(200)
                .leads_to("new-password");
            let version = clerk.is_shown_the_terms().await;
            log_ins.push(asks!(clerk, |clerk| clerk.changes_password(OWN_PASSWORD, &version)));
        }
        assert_eq!(log_ins.len(), 5);
        let answers = load.send(log_ins).await;
        only(&answers, &["200", "no-flow"]);
        assert_eq!(count(&answers, "200"), 1);
        assert_invariants(&world).await;
    }
    load.report();
}
