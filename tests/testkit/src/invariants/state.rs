//! Invariants of the state: each item, and references between items.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use platform::store::Attributes;
use portal::limits::Limits;
use portal::terms::Terms;
use portal::time::{DAY, HOUR, Seconds};
use portal::values::EmailAddress;

use super::Violations;
use super::item::Item;

/// The data for checking items.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// Every item of the table.
    pub items: &'a [Attributes],
    /// The current limits.
    pub limits: &'a Limits,
    /// The current terms.
    pub terms: &'a Terms,
    /// The present instant.
    pub now: Timestamp,
}

/// The violations in the present items.
pub fn violations(judged: Snapshot<'_>) -> Vec<String> {
    let mut found = Violations::default();
    let items: BTreeMap<String, Item<'_>> = judged
        .items
        .iter()
        .map(|attributes| {
            let item = Item(attributes);
            (item.text("pk").unwrap_or_default().to_owned(), item)
        })
        .collect();
    let table = Table { items, judged };
    for (key, item) in &table.items {
        table.check(key, *item, &mut found);
    }
    found.0
}

/// The violations in a world in which no process died and every mail was delivered or refused: no flow is behind,
/// and no expired seat is left.
pub fn settled(judged: Snapshot<'_>) -> Vec<String> {
    let limits = Limits {
        // No seat has expired, so all of them must agree with their accounts.
        pending_seat_life: Seconds::new(u64::MAX),
        ..*judged.limits
    };
    let mut found = Violations(violations(Snapshot {
        limits: &limits,
        ..judged
    }));
    for item in judged.items.iter().map(Item) {
        let key = item.key();
        if item.is_of("CLAIMS") {
            found.unless(item.list("open").is_empty(), || {
                format!("{key}: an attempt is still open")
            });
        }
        if item.is_of("OFFICE") {
            let seats = item.map("members").map_or(0, |members| members.0.len());
            found.unless(seats > 0, || format!("{key}: no seat after a registration"));
        }
    }
    found.0
}

struct Table<'a> {
    items: BTreeMap<String, Item<'a>>,
    judged: Snapshot<'a>,
}

impl Table<'_> {
    fn check(&self, key: &str, item: Item<'_>, found: &mut Violations) {
        let (kind, id) = key.split_once('#').unwrap_or((key, ""));
        found.unless(item.number("schema") == Some(1), || format!("{key}: no schema"));
        found.unless(item.text("v").is_some_and(|v| !v.is_empty()), || {
            format!("{key}: no version")
        });
        if let (Some(ttl), Some(ends)) = (item.number("ttl"), item.number("expiresAt")) {
            found.unless(ends < ttl, || {
                format!("{key}: its time-to-live ends before it does")
            });
        }
        for mail in item.mails() {
            self.check_mail(key, mail, found);
        }
        match kind {
            "OFFICE" => self.check_office(key, id, item, found),
            "ACCOUNT" => self.check_account(key, id, item, found),
            "REGISTRATION" => self.check_registration(key, item, found),
            "LOGIN" => self.check_login(key, item, found),
            "RESET" => self.check_reset(key, item, found),
            "CHANGE" => self.check_change(key, item, found),
            "SESSION" => self.check_pointer(key, item, found),
            "CLAIMS" => {
                let limits = self.judged.limits;
                let window = limits.claims_failure_window;
                let mut attempts = item.maps("failures");
                attempts.extend(item.maps("open"));
                let times = |of: Option<&str>| {
                    let counted = attempts
                        .iter()
                        .filter(|attempt| of.is_none_or(|network| attempt.text("network") == Some(network)));
                    self.lately(
                        counted.filter_map(|attempt| attempt.number("at")).collect(),
                        window,
                    )
                };
                found.unless(times(None) <= limits.claims_attempts, || {
                    format!("{key}: {} claims passwords within the window", times(None))
                });
                for network in attempts.iter().filter_map(|attempt| attempt.text("network")) {
                    let tried = times(Some(network));
                    found.unless(tried <= limits.claims_attempts_per_network, || {
                        format!("{key}: {tried} claims passwords of one network within the window")
                    });
                }
                let mails = item.times("mails");
                for (window, most) in [
                    (HOUR, limits.registration_codes_per_hour),
                    (DAY, limits.registration_codes_per_day),
                ] {
                    let codes = self.lately(mails.clone(), window);
                    found.unless(codes <= most, || {
                        format!("{key}: {codes} registration codes in {window:?}")
                    });
                }
                let asked = self.lately(item.times("securityCodes"), limits.claims_failure_window);
                found.unless(asked <= limits.security_code_failures, || {
                    format!("{key}: {asked} security codes within the window")
                });
            }
            "CONTACT" => {
                let codes = self.lately(item.times("mails"), HOUR);
                found.unless(codes <= self.judged.limits.registration_codes_per_contact, || {
                    format!("{key}: {codes} registration codes within an hour")
                });
                let limits = self.judged.limits;
                for (window, most) in [
                    (HOUR, limits.inquiry_receipts_per_hour),
                    (DAY, limits.inquiry_receipts_per_day),
                ] {
                    let times = item
                        .maps("receipts")
                        .iter()
                        .filter_map(|one| one.number("at"))
                        .collect();
                    let receipts = self.lately(times, window);
                    found.unless(receipts <= most, || {
                        format!("{key}: {receipts} receipts in {window:?}")
                    });
                }
            }
            "INQUIRY" => found.unless(item.mails().len() == 1, || format!("{key}: no receipt")),
            "TAKEOVER" => self.check_take_over(key, id, item, found),
            "NETWORK" | "LETTER" | "AGENDA" | "OPERATOR" => {}
            other => found.unless(false, || format!("{key}: no kind of item is called {other}")),
        }
    }

    fn lately(&self, times: Vec<i64>, window: Seconds) -> u64 {
        let now = self.judged.now.as_second();
        let window = i64::try_from(window.count()).unwrap_or(i64::MAX);
        let lately = times.into_iter().filter(|at| now - at < window).count();
        u64::try_from(lately).unwrap_or(u64::MAX)
    }

    fn check_mail(&self, key: &str, mail: Item<'_>, found: &mut Violations) {
        let sends = mail.count("sends");
        found.unless(
            (1..=self.judged.limits.sends_per_challenge).contains(&sends),
            || format!("{key}: {sends} mails of one series"),
        );
        found.unless(mail.number("at") <= mail.number("exp"), || {
            format!("{key}: a mail that was over when it was promised")
        });
        let kind = mail.text("kind").unwrap_or_default();
        let fits = matches!(
            (key.split('#').next(), kind),
            (Some("REGISTRATION"), "registration-code")
                | (Some("LOGIN"), "login-code")
                | (Some("RESET"), "reset-code")
                | (Some("CHANGE"), "address-code")
                | (Some("ACCOUNT"), "initial-password" | "notice")
                | (Some("INQUIRY"), "inquiry-receipt")
                | (Some("LETTER"), "notice" | "take-over" | "inquiry-reply")
        );
        found.unless(fits, || format!("{key}: promises a {kind}"));
    }

    /// an office has five seats; each names an account whose member sits here.
    fn check_office(&self, key: &str, number: &str, office: Item<'_>, found: &mut Violations) {
        let limits = self.judged.limits;
        let seats = office
            .map("members")
            .map(|members| members.0)
            .cloned()
            .unwrap_or_default();
        found.unless(!seats.is_empty(), || format!("{key}: the seat is empty"));
        found.unless(
            u64::try_from(seats.len()).is_ok_and(|seats| seats <= limits.office_members),
            || format!("{key}: {} seats are taken", seats.len()),
        );
        let accounts: BTreeSet<_> = seats.values().filter_map(|account| account.as_s().ok()).collect();
        found.unless(accounts.len() == seats.len(), || {
            format!("{key}: one address sits there twice")
        });
        self.check_managers(key, &seats, found);
        let founding = office.map("founding");
        let since = founding.and_then(|founding| founding.number("at")).unwrap_or(0);
        let is_expired_seat = self.judged.now.as_second()
            >= since.saturating_add(i64::try_from(limits.pending_seat_life.count()).unwrap_or(i64::MAX));
        for (member, account) in &seats {
            let account = account.as_s().map(String::as_str).unwrap_or_default();
            let account = self.items.get(&format!("ACCOUNT#{account}"));
            let holders = account.map_or_else(Vec::new, |account| account.named("holders"));
            let sits = holders.iter().any(|(id, holder)| {
                id == member && holder.map("office").and_then(|office| office.text("number")) == Some(number)
            });
            // Another office's member who logged in first took the address, and left the seat empty.
            let is_void = account.is_some_and(|account| {
                let void = account.maps("voidClaims");
                void.iter().any(|claim| claim.text("of") == Some(member))
            });
            found.unless(sits || is_void || is_expired_seat, || {
                format!("{key}: {member} has a seat, and no account")
            });
        }
    }

    /// Once a member has logged in, one of the managers can log in.
    fn check_managers(&self, key: &str, seats: &Attributes, found: &mut Violations) {
        let account = |account: &str| self.items.get(&format!("ACCOUNT#{account}"));
        let holder = |(member, of): (&String, &AttributeValue)| {
            let account = account(of.as_s().ok()?)?;
            account.map("holders")?.map(member)
        };
        let holders: Vec<Item<'_>> = seats.iter().filter_map(holder).collect();
        let has_logged_in = holders.iter().any(|member| !member.flag("pending"));
        let manages = |member: &Item<'_>| {
            member.text("role") == Some("manager") && !member.flag("pending") && !member.flag("disabled")
        };
        found.unless(!has_logged_in || holders.iter().any(manages), || {
            format!("{key}: no manager can log in")
        });
    }

    fn check_account(&self, key: &str, id: &str, account: Item<'_>, found: &mut Violations) {
        let limits = self.judged.limits;
        for (window, most) in [
            (HOUR, limits.reset_codes_per_hour),
            (DAY, limits.reset_codes_per_day),
        ] {
            let codes = self.lately(account.times("resets"), window);
            found.unless(codes <= most, || {
                format!("{key}: {codes} codes of resets in {window:?}")
            });
        }
        found.unless(
            account.count("wrong") <= limits.wrong_passwords_before_lockout,
            || format!("{key}: too many wrong passwords were judged"),
        );
        let holders = account.named("holders");
        let owners = holders.iter().filter(|(_, member)| !member.flag("pending"));
        let owners = owners.count();
        found.unless(owners == 0 || holders.len() == 1, || {
            format!("{key}: {owners} have logged in with it, of {}", holders.len())
        });
        found.unless(
            u64::try_from(holders.len()).is_ok_and(|claims| claims <= limits.claims_per_address),
            || format!("{key}: {} claims", holders.len()),
        );
        let offices: BTreeSet<_> = holders
            .iter()
            .filter_map(|(_, member)| member.map("office")?.text("number"))
            .collect();
        found.unless(offices.len() == holders.len(), || {
            format!("{key}: one office claims it twice")
        });
        let void = account.maps("voidClaims");
        found.unless(
            u64::try_from(void.len()).is_ok_and(|void| void <= limits.claims_per_address),
            || format!("{key}: {} void claims", void.len()),
        );
        for claim in void {
            found.unless(holders.iter().all(|(id, _)| claim.text("of") != Some(id)), || {
                format!("{key}: a void claim stands")
            });
        }
        for (who, member) in holders {
            let address = member.text("email").unwrap_or_default();
            let own = EmailAddress::parse(address).is_ok_and(|address| address.key().as_str() == id);
            found.unless(own, || format!("{key}: the member has another address"));
            self.check_mails(key, member.times("mails"), found);
            self.check_changes(key, member, found);
            if let Some(until) = member.number("takesOverUntil") {
                // What is over opens nothing, and is removed by the next claim on the address.
                if until <= self.judged.now.as_second() {
                    continue;
                }
                self.check_newcomer(key, id, who, member, found);
            } else {
                self.check_seat(key, id, who, member, found);
            }
            self.check_credential(key, who, member, found);
            self.check_sessions(key, member, found);
        }
    }

    fn check_mails(&self, key: &str, mails: Vec<i64>, found: &mut Violations) {
        let limits = self.judged.limits;
        let in_an_hour = self.lately(mails.clone(), HOUR);
        found.unless(in_an_hour <= limits.login_codes_per_hour, || {
            format!("{key}: {in_an_hour} mails within an hour")
        });
        let in_a_day = self.lately(mails, DAY);
        found.unless(in_a_day <= limits.login_codes_per_day, || {
            format!("{key}: {in_a_day} mails within a day")
        });
    }

    fn check_changes(&self, key: &str, member: Item<'_>, found: &mut Violations) {
        let limits = self.judged.limits;
        let codes = member
            .map("changes")
            .map_or_else(Vec::new, |changes| changes.times("mails"));
        for (window, most) in [
            (HOUR, limits.address_codes_per_hour),
            (DAY, limits.address_codes_per_day),
        ] {
            let codes = self.lately(codes.clone(), window);
            found.unless(codes <= most, || {
                format!("{key}: {codes} codes of address changes in {window:?}")
            });
        }
    }

    /// A change has no more tries than its challenge, and ends.
    fn check_change(&self, key: &str, change: Item<'_>, found: &mut Violations) {
        let tries = change.count("tries");
        found.unless(tries <= self.judged.limits.code_tries, || {
            format!("{key}: {tries} tries")
        });
        found.unless(change.number("expiresAt").is_some(), || {
            format!("{key}: has no end")
        });
    }

    /// As many take-overs as are allowed were asked for, and a newcomer waits in the account that the record names.
    fn check_take_over(&self, key: &str, number: &str, take_over: Item<'_>, found: &mut Violations) {
        let limits = self.judged.limits;
        let mut asked = take_over.maps("earlier");
        asked.extend(take_over.map("asked"));
        let times = asked.iter().filter_map(|asked| asked.number("at")).collect();
        let count = self.lately(times, limits.take_over_window.seconds());
        found.unless(count <= limits.take_overs_per_window, || {
            format!("{key}: {count} take-overs within the window")
        });
        let (from, until) = (take_over.number("from"), take_over.number("until"));
        found.unless(from < until, || format!("{key}: over before it opens"));
        found.unless(self.items.contains_key(&format!("OFFICE#{number}")), || {
            format!("{key}: a take-over of no office")
        });
        let newcomer = take_over.map("newcomer");
        found.unless(newcomer.is_none() || take_over.text("ended").is_none(), || {
            format!("{key}: it is over, and a newcomer is expected")
        });
        let confirmed = newcomer.and_then(|newcomer| newcomer.number("at"));
        found.unless(
            confirmed.is_none_or(|at| from <= Some(at) && Some(at) < until),
            || format!("{key}: confirmed while it was not open"),
        );
    }

    /// The newcomer of a take-over has no seat, and the record of the take-over expects exactly this one.
    fn check_newcomer(&self, key: &str, id: &str, who: &str, member: Item<'_>, found: &mut Violations) {
        let number = member.map("office").and_then(|office| office.text("number"));
        let take_over = number.and_then(|number| self.items.get(&format!("TAKEOVER#{number}")));
        let expected = take_over.and_then(|take_over| take_over.map("newcomer"));
        let is_expected = expected.is_some_and(|newcomer| {
            newcomer.text("member") == Some(who) && newcomer.text("account") == Some(id)
        });
        found.unless(is_expected, || {
            format!("{key}: a newcomer whom no take-over expects")
        });
        let seats = number.and_then(|number| self.items.get(&format!("OFFICE#{number}")));
        let sits = seats.and_then(|office| office.map("members")?.text(who));
        found.unless(sits.is_none(), || format!("{key}: a newcomer has a seat"));
        let until = take_over.and_then(|take_over| take_over.number("until"));
        found.unless(
            member.number("takesOverUntil") == until && member.flag("pending"),
            || format!("{key}: a newcomer outlives the take-over"),
        );
    }

    /// An account's member sits in exactly one office, and that office knows it.
    fn check_seat(&self, key: &str, id: &str, who: &str, member: Item<'_>, found: &mut Violations) {
        let number = member
            .map("office")
            .and_then(|office| office.text("number"))
            .unwrap_or_default();
        let offices: Vec<&String> = self
            .items
            .iter()
            .filter(|(key, office)| {
                key.starts_with("OFFICE#")
                    && office
                        .map("members")
                        .is_some_and(|seats| seats.0.contains_key(who))
            })
            .map(|(key, _)| key)
            .collect();
        let home = self
            .items
            .get(&format!("OFFICE#{number}"))
            .and_then(|office| office.map("members"))
            .and_then(|seats| seats.text(who));
        let since = member.number("claimedAt").unwrap_or(0);
        let life = i64::try_from(self.judged.limits.pending_seat_life.count()).unwrap_or(i64::MAX);
        let is_expired_seat =
            member.flag("pending") && since.saturating_add(life) <= self.judged.now.as_second();
        found.unless(
            is_expired_seat || (home == Some(id) && offices.len() == 1),
            || format!("{key}: the member of {number} sits in {offices:?}"),
        );
    }

    fn check_credential(&self, key: &str, who: &str, member: Item<'_>, found: &mut Violations) {
        let pending = member.flag("pending");
        found.unless(pending != member.text("hash").is_some(), || {
            format!("{key}: a password both mailed and chosen, or neither")
        });
        let mail = member.map("mail");
        let kind = mail.and_then(|mail| mail.text("kind"));
        found.unless(pending == (kind == Some("initial-password")), || {
            format!("{key}: an initial password without its mail, or a mail without one")
        });
        if let Some(mail) = member.map("mail") {
            found.unless(mail.text("of") == Some(who), || {
                format!("{key}: the mail is about another member")
            });
        }
        let reissues = self.lately(member.times("reissues"), DAY);
        found.unless(reissues <= self.judged.limits.reissues_per_day, || {
            format!("{key}: {reissues} re-issues within a day")
        });
    }

    /// Only a member who has chosen a password, and agreed to terms that were shown, has a session.
    fn check_sessions(&self, key: &str, member: Item<'_>, found: &mut Violations) {
        let sessions = member.maps("sessions");
        let now = self.judged.now.as_second();
        found.unless(
            u64::try_from(sessions.len()).is_ok_and(|all| all <= self.judged.limits.sessions_per_person),
            || format!("{key}: {} sessions", sessions.len()),
        );
        let ids: BTreeSet<_> = sessions.iter().filter_map(|session| session.text("id")).collect();
        let flows: BTreeSet<_> = sessions
            .iter()
            .filter_map(|session| session.text("flow"))
            .collect();
        found.unless(
            ids.len() == sessions.len() && flows.len() == sessions.len(),
            || format!("{key}: one log-in has two sessions"),
        );
        let living = sessions
            .iter()
            .filter(|session| session.number("to").is_some_and(|to| now < to));
        if living.count() == 0 {
            return;
        }
        found.unless(!member.flag("pending") && !member.flag("disabled"), || {
            format!("{key}: a session of who must not have one")
        });
        let terms = member.map("terms");
        found.unless(
            terms.is_some_and(|terms| terms.text("version") == Some(self.judged.terms.version)),
            || format!("{key}: a session without the terms in force"),
        );
        found.unless(
            terms.is_some_and(|terms| {
                terms.number("shown").is_some() && terms.number("shown") <= terms.number("agreed")
            }),
            || format!("{key}: terms that were agreed to before they were shown"),
        );
    }

    fn check_registration(&self, key: &str, flow: Item<'_>, found: &mut Violations) {
        let limits = self.judged.limits;
        let tries = flow.count("tries");
        let most = match flow.text("stage") {
            Some("security-code") => limits.security_code_tries,
            Some("otp") => limits.code_tries,
            Some("profile" | "confirm" | "already-registered") => 0,
            Some("completed") => {
                let member = flow.text("member");
                let claimed = flow.map("office").and_then(|office| office.text("number"));
                let there =
                    claimed.is_some_and(|number| self.items.contains_key(&format!("OFFICE#{number}")));
                found.unless(member.is_some() && there, || {
                    format!("{key}: completed, and nothing is registered")
                });
                0
            }
            other => return found.unless(false, || format!("{key}: at {other:?}")),
        };
        found.unless(tries <= most, || format!("{key}: {tries} tries"));
        found.unless(flow.count("emailTaken") < limits.email_taken_answers, || {
            format!("{key}: too many addresses were told to be taken")
        });
        let asked = u64::try_from(flow.list("asked").len()).unwrap_or(u64::MAX);
        found.unless(asked <= limits.addresses_asked, || {
            format!("{key}: {asked} addresses were asked about")
        });
    }

    fn check_login(&self, key: &str, flow: Item<'_>, found: &mut Violations) {
        let account = flow.text("account").unwrap_or_default();
        let member = self
            .items
            .get(&format!("ACCOUNT#{account}"))
            .and_then(|account| account.map("holders")?.map(flow.text("member")?));
        let tries = flow.count("tries");
        match flow.text("stage") {
            Some("otp") => found.unless(tries <= self.judged.limits.code_tries, || {
                format!("{key}: {tries} tries")
            }),
            Some("new-password") => {}
            Some("my-page") => found
                .unless(member.is_none_or(|member| member.text("hash").is_some()), || {
                    format!("{key}: at my-page with the initial password")
                }),
            other => found.unless(false, || format!("{key}: at {other:?}")),
        }
    }

    /// Only who gave the right code of a member's mail comes further than to the code.
    fn check_reset(&self, key: &str, flow: Item<'_>, found: &mut Violations) {
        let tries = flow.count("tries");
        match flow.text("stage") {
            Some("otp") => found.unless(tries <= self.judged.limits.code_tries, || {
                format!("{key}: {tries} tries")
            }),
            Some("new-password" | "done") => {
                found.unless(flow.text("recipient") == Some("member"), || {
                    format!("{key}: a reset without a member goes on")
                });
            }
            other => found.unless(false, || format!("{key}: at {other:?}")),
        }
    }

    /// A pointer may outlive its session; then its account does not list the session.
    fn check_pointer(&self, key: &str, pointer: Item<'_>, found: &mut Violations) {
        let account = pointer.text("account").unwrap_or_default();
        found.unless(self.items.contains_key(&format!("ACCOUNT#{account}")), || {
            format!("{key}: leads nowhere")
        });
    }
}
