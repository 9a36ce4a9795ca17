//! Who is mailed what of a take-over (`docs/api.md` 3).

use jiff::Timestamp;

use super::{StopCode, TakeOver};
use crate::account::{Member, Status};
use crate::limits::Limits;
use crate::mail::{Content, Mail};
use crate::values::{EmailAddress, OfficeName};

macro_rules! news {
    ($($(#[$doc:meta])* $news:ident, $code:literal, $subject:literal;)*) => {
        /// What a mail tells of a take-over.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum News { $($(#[$doc])* $news,)* }

        impl News {
            /// All of it.
            pub const ALL: &'static [Self] = &[$(Self::$news,)*];

            /// The word in the table.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$news => $code,)* }
            }

            /// The subject of its mail.
            pub const fn subject(self) -> &'static str {
                match self { $(Self::$news => $subject,)* }
            }
        }
    };
}

news! {
    /// It was asked for.
    Asked, "asked", "【介護情報基盤ポータル】引き継ぎの申請がありました";
    /// It opens tomorrow.
    Reminder, "reminder", "【介護情報基盤ポータル】引き継ぎの申請がありました";
    /// It may be completed.
    Opened, "opened", "【介護情報基盤ポータル】引き継ぎができるようになりました";
    /// It was stopped or withdrawn.
    Stopped, "stopped", "【介護情報基盤ポータル】引き継ぎが中止されました";
    /// The newcomer completed it.
    Completed, "completed", "【介護情報基盤ポータル】引き継ぎが完了しました";
}

impl News {
    /// The news of this word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|news| news.code() == code)
    }

    /// Whether members can still stop it.
    const fn can_be_stopped(self) -> bool {
        matches!(self, Self::Asked | Self::Reminder)
    }

    const fn is_for_members(self) -> bool {
        !matches!(self, Self::Opened)
    }

    const fn is_for_contact(self) -> bool {
        matches!(self, Self::Asked | Self::Stopped | Self::Opened)
    }
}

/// The data of a mail about a take-over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bulletin {
    /// The office.
    pub office: OfficeName,
    /// What happened, at the instant at which the mail was promised.
    pub news: News,
    /// When the take-over was asked for.
    pub asked_at: Timestamp,
    /// From when it may be completed.
    pub from: Timestamp,
    /// The last characters of the KJ ID that proved the office.
    pub claims_user_end: String,
    /// The address that the claims system has, masked.
    pub contact_masked: String,
    /// The inputs of the stop code, for a member who can stop it.
    pub stop_code: Option<StopCode>,
}

impl TakeOver {
    /// The mails of this news: to the members who hold a seat now and to the newcomer, if members are told, and to the
    /// claims address, if that is told. Only a member who can log in, or has yet to, is mailed the stop code.
    pub fn mails<'a>(
        &self,
        news: News,
        members: impl IntoIterator<Item = &'a Member>,
        now: Timestamp,
        limits: &Limits,
    ) -> Vec<Mail> {
        let to_members = members
            .into_iter()
            .filter(|member| news.is_for_members() && !member.seat_has_expired(now, limits))
            .map(|member| {
                let may_stop = news.can_be_stopped() && member.status() != Status::Disabled;
                self.mail(news, member.profile.email.clone(), may_stop)
            });
        let to_contact = news
            .is_for_contact()
            .then(|| self.mail(news, self.contact.clone(), false));
        to_members.chain(to_contact).collect()
    }

    fn mail(&self, news: News, to: EmailAddress, may_stop: bool) -> Mail {
        let bulletin = Bulletin {
            office: self.office.clone(),
            news,
            asked_at: self.asked.at,
            from: self.from,
            claims_user_end: self.claims_user_end.clone(),
            contact_masked: self.contact.masked(),
            stop_code: may_stop.then(|| self.stop_code.clone()),
        };
        let content = Content::TakeOver(Box::new(bulletin));
        Mail::with_secret_until(to, content, may_stop.then_some(self.until))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::asked;
    use super::*;
    use crate::mail::Letter;
    use crate::samples::{LIMITS, active, pending, t};
    use crate::values::LetterId;

    fn at(email: &str, member: Member) -> Member {
        let mut member = member;
        member.profile.email = EmailAddress::parse(email).unwrap();
        member
    }

    /// Recipients, and whether each gets the stop code.
    fn told(news: News, second: u64) -> Vec<(String, bool)> {
        let disabled = Member {
            disabled: true,
            ..active("d")
        };
        let members = [
            at("a@example.jp", active("a")),
            at("p@example.jp", pending("p")),
            at("d@example.jp", disabled),
        ];
        let mails = asked().mails(news, &members, t(second), &LIMITS);
        let has_code = |mail: &Mail| match mail.content() {
            Content::TakeOver(bulletin) => bulletin.stop_code.is_some(),
            other => panic!("{other:?}"),
        };
        mails
            .iter()
            .map(|mail| (mail.to().as_str().to_owned(), has_code(mail)))
            .collect()
    }

    fn recipients(list: &[(&str, bool)]) -> Vec<(String, bool)> {
        list.iter().map(|(to, code)| ((*to).to_owned(), *code)).collect()
    }

    #[test]
    fn active_and_pending_members_are_mailed_the_stop_code_and_the_claims_address_is_told() {
        let all = [
            ("a@example.jp", true),
            ("p@example.jp", true),
            ("d@example.jp", false),
            ("taro@example.jp", false),
        ];
        assert_eq!(told(News::Asked, 0), recipients(&all));
        assert_eq!(told(News::Reminder, 0), recipients(&all[..3]));
        let late = [all[0], all[2], all[3]];
        assert_eq!(
            told(News::Asked, 15 * 86_400),
            recipients(&late),
            "a seat that is over"
        );
    }

    #[test]
    fn only_the_claims_address_is_told_that_it_is_open_and_no_one_gets_a_code_that_stops_nothing() {
        assert_eq!(told(News::Opened, 0), recipients(&[("taro@example.jp", false)]));
        let all = ["a@example.jp", "p@example.jp", "d@example.jp", "taro@example.jp"];
        let without = all.map(|to| (to, false));
        assert_eq!(told(News::Stopped, 0), recipients(&without));
        assert_eq!(told(News::Completed, 0), recipients(&without[..3]));
    }

    #[test]
    fn a_mail_with_a_stop_code_is_sent_while_the_code_works_and_any_other_for_a_day() {
        let members = [active("a")];
        let mails = asked().mails(News::Asked, &members, t(0), &LIMITS);
        let ends: Vec<Timestamp> = mails
            .into_iter()
            .map(|mail| Letter::new(LetterId::new("l"), mail, [], t(0)).first.expires_at)
            .collect();
        assert_eq!(ends, [asked().until, t(86_400)]);
    }

    #[test]
    fn every_news_has_a_word() {
        for news in News::ALL {
            assert_eq!(News::parse(news.code()), Some(*news));
        }
        assert_eq!(News::parse("lost"), None);
    }
}
