//! The journeys: their sequences of requests, and their initial states.

use testkit::people::{GUARDED_OFFICE, PLAIN_OFFICE, TestOffice};
use testkit::{Settings, World};

use crate::person::{Person, Step};

/// A journey.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Journey {
    pub(crate) name: &'static str,
    office: TestOffice,
    /// The member who was registered before, and never logged in.
    before: Option<&'static str>,
    pub(crate) steps: &'static [Step],
}

use Step::{
    AskReset, Authenticate, Cancel, Code, Confirm, LogIn, LogOut, LoginCode, LoginProgress, MyPage, Password,
    Profile, Progress, Reissue, ResendCode, ResendLoginCode, ResendPassword, ResendResetCode, ResetCode,
    ResetPassword, ResetProgress, SecurityCode, Session, Terms, TermsShown,
};

/// From 電子請求受付システム認証 to マイページ, with all optional actions, and another log-in by the password.
pub(crate) const WHOLE: Journey = Journey {
    name: "whole",
    office: PLAIN_OFFICE,
    before: None,
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
};

/// With a security code.
pub(crate) const GUARDED: Journey = Journey {
    name: "guarded",
    office: GUARDED_OFFICE,
    before: None,
    steps: &[Authenticate, SecurityCode, Code, Profile, Confirm],
};

/// The initial password was never used: another proof of the office requests it again.
pub(crate) const REISSUE: Journey = Journey {
    name: "re-issue",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
    steps: &[Authenticate, Code, Progress, Reissue, LogIn, LoginCode],
};

/// A member was registered with a wrong address; the office replaces that member.
pub(crate) const CORRECTION: Journey = Journey {
    name: "correction",
    office: PLAIN_OFFICE,
    before: Some("hanako@example.jp"),
    steps: &[Authenticate, Code, Profile, Confirm, LogIn, LoginCode],
};

/// A registration that is cancelled.
pub(crate) const CANCEL: Journey = Journey {
    name: "cancel",
    office: PLAIN_OFFICE,
    before: None,
    steps: &[Authenticate, Code, Profile, Cancel],
};

/// The password is forgotten after the first log-in, and reset.
pub(crate) const RESET: Journey = Journey {
    name: "reset",
    office: PLAIN_OFFICE,
    before: Some("taro@example.jp"),
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
};

pub(crate) const ALL: [Journey; 6] = [WHOLE, GUARDED, REISSUE, CORRECTION, CANCEL, RESET];

impl Journey {
    /// The person before the first step, in a separate world.
    pub(crate) async fn begins(&self, settings: Settings) -> Person {
        let world = World::with(settings.breakable()).await;
        world.faults.remember();
        if let Some(email) = self.before {
            world.clerk().registers(&self.office, email).await;
            world.deliver().await;
            world.wait(3_600);
        }
        Person::new(&world, self.office, "taro@example.jp")
    }

    /// All steps, without further faults.
    pub(crate) async fn goes(&self, person: &mut Person) {
        for step in self.steps {
            person.takes(*step, &[]).await;
        }
    }
}
