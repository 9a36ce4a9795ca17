//! The defence against the timing side channel of refused log-ins.

/// How long a response that took `elapsed` so far still has to wait for the next multiple of `quantum`; zero if `quantum`
/// is. All in nanoseconds.
///
/// The work behind a refusal differs by a millisecond from one reason to another, which a few thousand samples reveal.
/// Padded, all responses but the few around a multiple look alike. ASVS 6.3.8.
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
