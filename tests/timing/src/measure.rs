//! Measures response times.

use std::sync::Arc;
use std::time::{Duration, Instant};

use platform::passwords::Passwords;
use portal::password;
use rustix::time::{ClockId, clock_gettime};
use testkit::people::OWN_PASSWORD;

use crate::scene::{Caller, Class, Scene, is_the_one_answer};

/// The subject of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A class of callers.
    Class(Class),
    /// The first class again, as a control: a difference between the two is not a leak.
    Again,
    /// The first class with one additional hash, as a simulated leak: it must be found.
    OneHashMore,
}

impl Subject {
    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Class(class) => class.name(),
            Self::Again => "unknown, once more (control)",
            Self::OneHashMore => "unknown, one hash more (control)",
        }
    }

    const fn class(self) -> Class {
        match self {
            Self::Class(class) => class,
            Self::Again | Self::OneHashMore => Class::Unknown,
        }
    }
}

/// Milliseconds of each subject, one per round, in the order of the rounds.
#[derive(Debug, Clone)]
pub struct Times {
    /// The subjects and their times; the others are compared with the first.
    pub of: Vec<(Subject, Vec<f64>)>,
}

impl Times {
    /// The times of a subject.
    pub fn get(&self, subject: Subject) -> &[f64] {
        let found = self.of.iter().find(|(other, _)| *other == subject);
        found.map_or(&[], |(_, times)| times)
    }
}

/// The times of one run, by two clocks.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The client's clock: the response time.
    pub wall: Times,
    /// The processor time of the process, which a busy machine does not change: it can show a difference where noise
    /// hides it from the client's clock.
    pub work: Times,
}

/// The parameters of a measurement.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Samples of each subject.
    pub samples: usize,
    /// Warm-up rounds, whose times are discarded.
    pub warm_up: usize,
    /// Seed of the order within each round.
    pub seed: u64,
    /// The latest end, after a complete round.
    pub longest: Duration,
}

/// Measures: in each round every subject once, in a random order, so that other load on the machine affects all
/// subjects alike.
///
/// Before each sample the account is restored, by the same two writes for every class; the measured time is from the
/// request to the response.
pub async fn take(scene: &mut Scene, subjects: &[Subject], plan: Plan, mut tell: impl FnMut(usize)) -> Taken {
    let passwords = Passwords::new(scene.world.keys.clone(), &scene.world.settings.limits).unwrap();
    let mut chance = fastrand::Rng::with_seed(plan.seed);
    let mut order: Vec<usize> = (0..subjects.len()).collect();
    let mut walls = vec![Vec::with_capacity(plan.samples); subjects.len()];
    let mut works = walls.clone();
    let begun = Instant::now();
    for round in 0..plan.warm_up + plan.samples {
        chance.shuffle(&mut order);
        for at in &order {
            let (Some(subject), Some(wall), Some(work)) =
                (subjects.get(*at), walls.get_mut(*at), works.get_mut(*at))
            else {
                continue;
            };
            let caller = scene.caller(subject.class(), round).clone();
            let more = (*subject == Subject::OneHashMore).then_some(&passwords);
            let (time, worked) = sample(scene, &caller, more).await;
            if round >= plan.warm_up {
                wall.push(time);
                work.push(worked);
            }
        }
        if round >= plan.warm_up {
            tell(round + 1 - plan.warm_up);
        }
        if begun.elapsed() >= plan.longest {
            break;
        }
    }
    let times = |times: Vec<Vec<f64>>| Times {
        of: subjects.iter().copied().zip(times).collect(),
    };
    Taken {
        wall: times(walls),
        work: times(works),
    }
}

async fn sample(scene: &mut Scene, caller: &Caller, more: Option<&Passwords>) -> (f64, f64) {
    scene.reset(caller).await;
    let request = scene.request(caller);
    let (begun, worked) = (Instant::now(), work());
    if let Some(passwords) = more {
        let typed = Arc::new(password::folded(OWN_PASSWORD));
        passwords.verify(typed, None).await.unwrap();
    }
    let response = scene.world.sends(request).await;
    let (took, worked) = (begun.elapsed(), work() - worked);
    assert!(
        is_the_one_answer(&response),
        "{} is not refused as it should be: {} {:?}",
        caller.class.name(),
        response.status(),
        response.body()
    );
    (took.as_secs_f64() * 1_000.0, worked)
}

/// Processor time of this process on all cores, in milliseconds.
#[expect(
    clippy::cast_precision_loss,
    reason = "a process computes for days at most, and a float counts to 2^53"
)]
fn work() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1_000.0 + time.tv_nsec as f64 / 1_000_000.0
}
