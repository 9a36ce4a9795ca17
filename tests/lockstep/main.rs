//! The model and the real handlers, call by call.
//!
//! Random walks through the model's scenes: whatever is sent, stopped, killed, lost or delivered there happens to the
//! real handlers on the real SDK and the embedded engine as well. They are stopped before each call to the table, so
//! both take the same interleaving. After each step the real handler must be about to ask what the model's program
//! asks, or give the answer that it gives; and whenever a request ends, the two tables must say the same.

#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

mod real;

use fastrand::Rng;
use model::io::{Op, Ran};
use model::scenes::{Beat, Size, all};
use model::state::{Action, How, Scene, State};
use model::steps::Call;
use stateright::Model as _;

use real::Real;

/// How many walks through each scene, and where they begin: `cargo xtask model --walks N --seed N` says so.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no configuration but what the task hands it"
)]
fn asked_for(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(otherwise)
}

/// What a walk did.
#[derive(Default)]
struct Tally {
    walks: u64,
    steps: u64,
    answers: u64,
    killed: u64,
    lost: u64,
}

struct Walk<'a> {
    scene: &'a Scene,
    state: State,
    real: Real,
    way: Vec<String>,
    tally: Tally,
}

impl Walk<'_> {
    async fn sends(&mut self, actor: usize, call: Call) {
        self.way.push(format!("{actor} sends {call:?}"));
        let person = self.scene.actors[actor].person;
        self.real.sends(actor, person, &call).await;
        self.state.send(actor, call);
        self.meets(self.state.flying.len() - 1, false).await;
    }

    /// Does the next thing of a request, in both worlds.
    async fn steps(&mut self, at: usize, is_lost: bool) {
        let Some(Ran::Asks(op)) = self.state.next(&self.scene.setup, at) else {
            panic!(
                "a request without a question is no request:\n{}",
                self.way.join("\n")
            );
        };
        self.way.push(format!(
            "{at} does {}{}",
            op.name(),
            if is_lost { ", answer lost" } else { "" }
        ));
        self.state.carry_out(&self.scene.setup, at, &op, How::Well);
        self.real.goes_on(at).await;
        self.tally.steps += 1;
        self.meets(at, is_lost).await;
    }

    /// Both stand before the same question, or give the same answer.
    async fn meets(&mut self, at: usize, is_lost: bool) {
        loop {
            match self.state.next(&self.scene.setup, at).unwrap() {
                // The claims system is asked over another wire, at which nobody is stopped.
                Ran::Asks(op @ (Op::AskPassword { .. } | Op::AskSecurityCode { .. })) => {
                    self.state.carry_out(&self.scene.setup, at, &op, How::Well);
                }
                Ran::Asks(op) => {
                    let asked = self.real.asks(at);
                    assert_eq!(
                        asked.as_deref(),
                        Some(op.name().as_str()),
                        "{}: the handler is about to do something else\n{}",
                        self.scene.name,
                        self.way.join("\n")
                    );
                    return;
                }
                Ran::Done(reply) => {
                    let actor = self.state.flying[at].actor;
                    let told = self.real.ends(at, actor, is_lost);
                    let expected = reply.refused.map_or("yes", |kind| kind.code());
                    assert_eq!(
                        told.as_deref(),
                        Some(expected),
                        "{}: the handler answers something else\n{}",
                        self.scene.name,
                        self.way.join("\n")
                    );
                    self.way.push(format!("{at} ends: {:?}", reply.refused));
                    self.state.end(at, &reply, is_lost);
                    self.tally.answers += 1;
                    self.tally.lost += u64::from(is_lost);
                    self.compares().await;
                    return;
                }
            }
        }
    }

    async fn delivers(&mut self) {
        self.way.push("mails are delivered".to_owned());
        let mut sent = Vec::new();
        while !self.state.stream.is_empty() {
            sent.extend(self.state.mail(0, true));
        }
        self.real.delivers(&sent).await;
    }

    async fn compares(&mut self) {
        let mut expected: Vec<String> = self
            .state
            .items
            .values()
            .map(model::items::Item::sketch)
            .collect();
        expected.sort();
        let found = self.real.sketches().await;
        assert_eq!(
            found,
            expected,
            "{}: the tables differ\n{}",
            self.scene.name,
            self.way.join("\n")
        );
    }

    async fn plays(&mut self, beats: &[Beat]) {
        for beat in beats {
            match *beat {
                Beat::Plays(actor, moves) => {
                    for what in moves {
                        let call =
                            self.state
                                .call_of(&self.scene.actors[actor], &self.state.browsers[actor], *what);
                        let Some(call) = call else { continue };
                        self.sends(actor, call).await;
                        while !self.state.flying.is_empty() {
                            self.steps(0, false).await;
                        }
                        self.delivers().await;
                    }
                }
                Beat::Shares(from, to) => {
                    self.state.browsers[to].cookies = self.state.browsers[from].cookies.clone();
                    self.state.browsers[to].chose = self.state.browsers[from].chose;
                    self.real.shares(from, to);
                }
                Beat::Clock(seconds) => {
                    self.state.step_clock(seconds);
                    self.real.world.wait(seconds);
                }
            }
        }
    }

    /// One thing that may happen in the model, if it is one that can be brought about in the real world.
    async fn happens(&mut self, rng: &mut Rng) -> bool {
        let mut actions = Vec::new();
        self.scene.actions(&self.state, &mut actions);
        actions.retain(|action| {
            !matches!(
                action,
                Action::StepLate(_) | Action::ClaimsDown(_) | Action::ClaimsSilent(_) | Action::MailTwice(_)
            )
        });
        let Some(action) = rng.choice(actions) else {
            return false;
        };
        match action {
            Action::Send(actor, call) => self.sends(actor, call).await,
            Action::Step(at) => self.steps(at, false).await,
            Action::StepLost(at) => {
                let before = self.state.flying.len();
                self.steps(at, true).await;
                if self.state.flying.len() < before {
                    self.state.losses -= 1;
                }
            }
            Action::Crash(at) => {
                self.way.push(format!("{at} dies"));
                self.real.dies(at).await;
                self.state.flying.remove(at);
                self.state.crashes -= 1;
                self.tally.killed += 1;
            }
            Action::Mail(_) => self.delivers().await,
            Action::Clock(seconds) => {
                self.way.push(format!("the clock steps by {seconds} s"));
                self.state.step_clock(seconds);
                self.state.jumps -= 1;
                self.real.world.wait(seconds);
            }
            _ => {}
        }
        true
    }
}

async fn walks_through(scene: &Scene, seed: u64) -> Tally {
    let mut rng = Rng::with_seed(seed);
    let real = Real::start(scene).await;
    let mut walk = Walk {
        scene,
        state: State::empty(&scene.actors),
        real,
        way: vec![format!("seed {seed}")],
        tally: Tally::default(),
    };
    walk.plays(scene.prologue).await;
    for (browser, beginning) in walk.state.browsers.iter_mut().zip(&scene.beginning.browsers) {
        browser.left = beginning.left;
    }
    walk.state.crashes = scene.beginning.crashes;
    walk.state.losses = scene.beginning.losses;
    walk.state.jumps = scene.beginning.jumps;
    walk.tally = Tally::default();
    while walk.happens(&mut rng).await {}
    walk.delivers().await;
    walk.compares().await;
    walk.tally.walks = 1;
    walk.tally
}

/// Scenes that ask the claims system what only the model's own would answer are not among them.
const MODEL_ONLY: &[&str] = &["claims-passwords", "security-codes"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_handlers_do_what_the_model_does_call_by_call() {
    let began = std::time::Instant::now();
    let mut all_walks = Tally::default();
    let first = asked_for("PORTAL_SEED", 1);
    let scenes: Vec<&'static Scene> = all(Size::Short)
        .into_iter()
        .filter(|scene| !MODEL_ONLY.contains(&scene.name))
        .map(|scene| &*Box::leak(Box::new(scene)))
        .collect();
    for round in 0..asked_for("PORTAL_WALKS", 4) {
        let walking: Vec<_> = scenes
            .iter()
            .map(|scene| tokio::spawn(Box::pin(walks_through(scene, first + round))))
            .collect();
        for walked in walking {
            let walked = walked.await.unwrap();
            all_walks.walks += walked.walks;
            all_walks.steps += walked.steps;
            all_walks.answers += walked.answers;
            all_walks.killed += walked.killed;
            all_walks.lost += walked.lost;
        }
    }
    let Tally {
        walks,
        steps,
        answers,
        killed,
        lost,
    } = all_walks;
    eprintln!(
        "{walks} walks, {steps} calls to the table compared, {answers} answers, {killed} killed, {lost} answers lost, {:.0} s",
        began.elapsed().as_secs_f64()
    );
    assert!(steps > walks * 5, "walks that go nowhere compare nothing");
}
