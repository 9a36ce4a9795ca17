//! The defence against the timing side channel of refused log-ins.

use core::time::Duration;

/// How long a response that took `elapsed` so far must wait for the next multiple of `quantum`; zero if `quantum` is
/// zero.
///
/// The work behind a refusal differs by a millisecond from one reason to another, which a few thousand samples
/// reveal. Padded, all responses look alike except for the few close to a multiple. ASVS 6.3.8.
pub const fn pad_to_quantum(elapsed: Duration, quantum: Duration) -> Duration {
    match elapsed.as_nanos().checked_rem(quantum.as_nanos()) {
        None | Some(0) => Duration::ZERO,
        Some(over) => Duration::from_nanos_u128(quantum.as_nanos() - over),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_padded_to_the_next_multiple_of_the_quantum() {
        let padding = |elapsed, quantum| {
            pad_to_quantum(Duration::from_nanos(elapsed), Duration::from_nanos(quantum)).as_nanos()
        };
        assert_eq!(padding(1, 100), 99);
        assert_eq!(padding(99, 100), 1);
        assert_eq!(padding(100, 100), 0);
        assert_eq!(padding(101, 100), 99);
        assert_eq!(padding(0, 100), 0);
        assert_eq!(padding(1, 0), 0);
    }
}
