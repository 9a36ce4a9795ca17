//! HTTP methods and cookies of the steps.

/// HTTP methods that steps use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something once.
    Post,
    /// Replaces.
    Put,
    /// Changes a part.
    Patch,
    /// Ends something.
    Delete,
}

impl Method {
    /// The method's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// The cookie by which a step knows its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cookie {
    /// `__Host-registration`
    Registration,
    /// `__Host-login`
    Login,
    /// `__Host-reset`
    Reset,
    /// `__Host-session`
    Session,
    /// `__Host-device`: by which an account knows a browser from which its owner has logged in. It opens nothing, and
    /// no log-out ends it (`docs/adr/0020-known-devices.md`).
    Device,
}

impl Cookie {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Registration,
        Self::Login,
        Self::Reset,
        Self::Session,
        Self::Device,
    ];

    /// Those that open something, and that a log-out ends.
    pub const OPENING: [Self; 4] = [Self::Registration, Self::Login, Self::Reset, Self::Session];

    /// The cookie's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registration => "__Host-registration",
            Self::Login => "__Host-login",
            Self::Reset => "__Host-reset",
            Self::Session => "__Host-session",
            Self::Device => "__Host-device",
        }
    }
}

/// What a step's success does to the caller's cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookies {
    /// Nothing.
    Kept,
    /// Sets this one.
    Sets(Cookie),
    /// Sets this one where the answer says that the next screen is マイページ.
    SetsAtMyPage(Cookie),
    /// Deletes these.
    Deletes(&'static [Cookie]),
    /// Deletes these, and has the browser forget what it keeps of the portal.
    DeletesWithStorage(&'static [Cookie]),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_cookies_go_by_their_names() {
        assert_eq!(
            [
                Method::Get,
                Method::Post,
                Method::Put,
                Method::Patch,
                Method::Delete
            ]
            .map(Method::name),
            ["GET", "POST", "PUT", "PATCH", "DELETE"]
        );
        assert_eq!(
            Cookie::ALL.map(Cookie::name),
            [
                "__Host-registration",
                "__Host-login",
                "__Host-reset",
                "__Host-session",
                "__Host-device",
            ]
        );
    }
}
