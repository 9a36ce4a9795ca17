//! The journeys: their sequences of requests, and their initial states.

use testkit::people::{DEEMED_OFFICE, GUARDED_OFFICE, PLAIN_OFFICE, TestOffice, profile};
use testkit::{Settings, World};

use crate::person::{Person, Step};
use crate::report::long;

/// A journey.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journey {
    pub(crate) name: &'static str,
    office: TestOffice,
    /// The member who was registered before, and never logged in.
    before: Option<&'static str>,
    /// Whether the person has logged in before the first step.
    is_logged_in: bool,
    /// The member who has logged in, where the person only proves the office.
    member: Option<&'static str>,
    /// Whether a manager of another office claims the person's address, too.
    is_claimed: bool,
    pub(crate) steps: &'static [Step],
    /// Steps that other journeys break in the same state: the short form leaves them whole here.
    broken_elsewhere: &'static [Step],
}

use Step::{
    Add, AddressCode, AddressProgress, AskAddress, AskReset, AskTakeOver, Authenticate, Cancel, ChangeRole,
    Code, Confirm, Disable, Enable, EndOthers, Inquire, LogIn, LogOut, LoginCode, LoginProgress, Members,
    MyPage, MyPassword, MyProfile, NoticeOfLastDay, NoticeOfOpening, Password, Profile, Progress, Prove,
    Reissue, ReissueColleague, Remove, ResendAddressCode, ResendCode, ResendLoginCode, ResendPassword,
    ResendResetCode, ResetCode, ResetPassword, ResetProgress, SecurityCode, Session, Sessions, StopByCode,
    StopOnMyPage, Terms, TermsShown, Withdraw,
};

/// From 電子請求受付システム認証 to マイページ, with all optional actions, and another log-in by the password.
pub(crate) const WHOLE: Journey = Journey {
    name: "whole",
    office: PLAIN_OFFICE,
    before: None,
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[
        Authenticate,
        ResendCode,
        Code,
        Profile,
        Profile,
        Progress,
        Confirm,
        ResendPassword,
        LogIn,
        ResendLoginCode,
        LoginCode,
        Terms,
        TermsShown,
        LoginProgress,
        Password,
        MyPage,
        LogOut,
        LogIn,
        LoginCode,
        MyPage,
        Session,
        MyPage,
        LogOut,
    ],
    broken_elsewhere: &[],
};

/// With a security code.
pub(crate) const GUARDED: Journey = Journey {
    name: "guarded",
    office: GUARDED_OFFICE,
    before: None,
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[Authenticate, SecurityCode, Code, Profile, Confirm],
    broken_elsewhere: &[],
};

/// The initial password was never used: another proof of the office requests it again.
pub(crate) const REISSUE: Journey = Journey {
    name: "re-issue",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[Authenticate, Code, Progress, Reissue, LogIn, LoginCode],
    broken_elsewhere: &[Authenticate, Code],
};

/// A member was registered with a wrong address; the office replaces that member.
pub(crate) const CORRECTION: Journey = Journey {
    name: "correction",
    office: PLAIN_OFFICE,
    before: Some("hanako@example.jp"),
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[Authenticate, Code, Profile, Confirm, LogIn, LoginCode],
    broken_elsewhere: &[Authenticate, Code],
};

/// A registration that is cancelled.
pub(crate) const CANCEL: Journey = Journey {
    name: "cancel",
    office: PLAIN_OFFICE,
    before: None,
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[Authenticate, Code, Profile, Cancel],
    broken_elsewhere: &[],
};

/// The password is forgotten after the first log-in, and reset.
pub(crate) const RESET: Journey = Journey {
    name: "reset",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[
        LogIn,
        LoginCode,
        Terms,
        TermsShown,
        Password,
        AskReset,
        ResendResetCode,
        ResetCode,
        ResetProgress,
        ResetPassword,
        LogIn,
        LoginCode,
        MyPage,
    ],
    broken_elsewhere: &[Terms, TermsShown],
};

/// One's own account and a colleague, from the profile to the removal.
pub(crate) const MY_PAGE: Journey = Journey {
    name: "my page",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
    is_logged_in: true,
    member: None,
    is_claimed: false,
    steps: &[
        MyProfile,
        Sessions,
        Prove,
        Add,
        Members,
        ReissueColleague,
        ChangeRole,
        Disable,
        Enable,
        Remove,
        EndOthers,
        MyPassword,
        MyPage,
        LogOut,
    ],
    broken_elsewhere: &[MyPage, LogOut],
};

/// A question without a log-in.
pub(crate) const INQUIRY: Journey = Journey {
    name: "inquiry",
    office: PLAIN_OFFICE,
    before: None,
    is_logged_in: false,
    member: None,
    is_claimed: false,
    steps: &[Inquire],
    broken_elsewhere: &[],
};

/// The member takes another address after the first log-in, and logs in with it.
pub(crate) const ADDRESS: Journey = Journey {
    name: "address",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
    is_logged_in: true,
    member: None,
    is_claimed: false,
    steps: &[
        AskAddress,
        ResendAddressCode,
        AddressProgress,
        AddressCode,
        MyPage,
        LogOut,
        LogIn,
        LoginCode,
        MyPage,
    ],
    broken_elsewhere: &[MyPage, LogOut],
};

/// The people of the office all left: a proof of the office asks for its take-over, everyone is told when it is due, and a
/// newcomer completes it by the first log-in.
pub(crate) const TAKE_OVER: Journey = Journey {
    name: "take-over",
    office: PLAIN_OFFICE,
    before: None,
    is_logged_in: false,
    member: Some("hanako@example.jp"),
    is_claimed: false,
    steps: &[
        Authenticate,
        Code,
        AskTakeOver,
        Progress,
        NoticeOfLastDay,
        NoticeOfOpening,
        Authenticate,
        Code,
        Profile,
        Confirm,
        LogIn,
        LoginCode,
        Terms,
        TermsShown,
        Password,
        MyPage,
        LogOut,
    ],
    broken_elsewhere: &[Authenticate, Code, Progress, Terms, TermsShown, MyPage, LogOut],
};

/// Three take-overs that come to nothing: one is withdrawn, and a member stops the others, the last one after its newcomer
/// was confirmed.
pub(crate) const TAKE_OVER_STOPPED: Journey = Journey {
    name: "take-over stopped",
    office: PLAIN_OFFICE,
    before: None,
    is_logged_in: false,
    member: Some("hanako@example.jp"),
    is_claimed: false,
    steps: &[
        Authenticate,
        Code,
        AskTakeOver,
        Withdraw,
        AskTakeOver,
        StopOnMyPage,
        AskTakeOver,
        NoticeOfLastDay,
        NoticeOfOpening,
        Authenticate,
        Code,
        Profile,
        Confirm,
        StopByCode,
    ],
    broken_elsewhere: &[
        Authenticate,
        Code,
        AskTakeOver,
        NoticeOfLastDay,
        NoticeOfOpening,
        Profile,
        Confirm,
    ],
};

/// A first log-in that makes another office's claim on the address void, whose manager is told.
pub(crate) const CLAIMED: Journey = Journey {
    name: "claimed",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
    is_logged_in: false,
    member: None,
    is_claimed: true,
    steps: &[LogIn, LoginCode, Terms, TermsShown, Password, MyPage],
    broken_elsewhere: &[LogIn, Terms, TermsShown],
};

pub(crate) const ALL: [Journey; 12] = [
    WHOLE,
    GUARDED,
    REISSUE,
    CORRECTION,
    CANCEL,
    RESET,
    MY_PAGE,
    INQUIRY,
    ADDRESS,
    TAKE_OVER,
    TAKE_OVER_STOPPED,
    CLAIMED,
];

impl Journey {
    /// Whether this form of the tests breaks the step in this journey.
    pub(crate) fn breaks(&self, step: Step) -> bool {
        long() || !self.broken_elsewhere.contains(&step)
    }

    /// The person before the first step, in a separate world.
    pub(crate) async fn begins(&self, settings: Settings) -> Person {
        let world = World::with(settings.breakable()).await;
        world.faults.remember();
        if self.is_claimed {
            let mut other = world.clerk();
            other.registers(&DEEMED_OFFICE, "other@example.jp").await;
            other.arrives_at_my_page("other@example.jp").await;
            let claim = profile("taro@example.jp");
            let key = "claims-0123456789";
            other.keyed("POST", "/members", key, &claim).await.is(201);
            world.deliver().await;
        }
        if let Some(email) = self.before {
            world.clerk().registers(&self.office, email).await;
            world.deliver().await;
            world.wait(3_600);
        }
        let mut member = None;
        if let Some(email) = self.member {
            let mut clerk = world.clerk();
            clerk.registers(&self.office, email).await;
            clerk.arrives_at_my_page(email).await;
            world.deliver().await;
            member = Some((clerk, email));
        }
        let mut person = Person::new(&world, self.office, "taro@example.jp");
        person.member = member;
        if self.is_logged_in {
            person.has_logged_in().await;
            world.deliver().await;
        }
        person
    }

    /// All steps, without further faults.
    pub(crate) async fn goes(&self, person: &mut Person) {
        for step in self.steps {
            person.takes(*step, &[]).await;
        }
    }
}
