//! What the time of an answer must not tell.

/// How long an answer that took `elapsed` so far is held back: to the next whole beat, or not at all if `beat` is zero.
/// All in nanoseconds.
///
/// What the work behind a refusal costs differs by a millisecond from one reason to another, and a patient stranger
/// reads that from a few thousand answers. On the beat, all but those few that fall to both sides of one are told alike.
/// ASVS 6.3.8.
pub const fn held_back(elapsed: u64, beat: u64) -> u64 {
    if beat == 0 {
        return 0;
    }
    match elapsed % beat {
        0 => 0,
        over => beat - over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_held_back_to_the_next_whole_beat() {
        assert_eq!(held_back(1, 100), 99);
        assert_eq!(held_back(99, 100), 1);
        assert_eq!(held_back(100, 100), 0);
        assert_eq!(held_back(101, 100), 99);
        assert_eq!(held_back(0, 100), 0);
        assert_eq!(held_back(1, 0), 0);
    }
}
