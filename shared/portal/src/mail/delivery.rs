//! The delivery status of a mail.

/// The delivery status of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Promised, not yet accepted by SES.
    Queued,
    /// Accepted by SES.
    Sent,
    /// Accepted by the receiving system.
    Delivered,
    /// Hard bounce: the receiving system refused it permanently.
    Bounced,
    /// Refused by SES.
    Failed,
}

impl Delivery {
    /// All of them, in the order of `docs/api.md` 2.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Bounced,
        Self::Failed,
    ];

    /// The word on the wire and in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Failed => "failed",
        }
    }

    /// The status of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_mail_is_known_by_its_word() {
        let words = Delivery::ALL.map(Delivery::code);
        assert_eq!(words, ["queued", "sent", "delivered", "bounced", "failed"]);
        for delivery in Delivery::ALL {
            assert_eq!(Delivery::parse(delivery.code()), Some(delivery));
        }
        assert_eq!(Delivery::parse("lost"), None);
    }
}
