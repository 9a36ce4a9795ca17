//! The health of the simulated system, to test the portal against its failures.

/// 稼働状態 — the health of the claims system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It answers.
    Up,
    /// It answers, after three seconds.
    Slow,
    /// It answers 503 and judges nothing.
    Down,
    /// It answers 200 with something that breaks the contract, and judges nothing.
    Malformed,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Up, Self::Slow, Self::Down, Self::Malformed];

    /// The word of the mode in JSON and in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Malformed => "malformed",
        }
    }

    /// The mode of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}
