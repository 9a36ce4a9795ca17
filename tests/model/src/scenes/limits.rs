//! Limits of the scenes.

use portal::limits::Limits;

/// The limits, small so that guards take effect early: the same code enforces two tries and five.
pub(super) const fn small() -> Limits {
    let mut limits = Limits::standard();
    limits.code_tries = 2;
    limits.code_failures = 3;
    limits.free_wrong_passwords = 1;
    limits.security_code_failures = 2;
    limits.refused_starts_per_network = 0;
    limits
}

/// Limits with two registration codes an hour for one user id.
pub(super) const fn few_codes() -> Limits {
    let mut limits = small();
    limits.registration_codes_per_hour = 2;
    limits
}

/// Limits with two registration codes an hour for one contact address.
pub(super) const fn few_codes_of_a_contact() -> Limits {
    let mut limits = small();
    limits.registration_codes_per_contact = 2;
    limits
}

/// Limits with the question after one wrong claims password, and three wrong ones in total.
pub(super) const fn few_claims_passwords() -> Limits {
    let mut limits = small();
    limits.claims_failures = 1;
    limits.claims_attempts = 3;
    limits
}
