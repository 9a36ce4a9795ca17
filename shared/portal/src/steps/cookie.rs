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

/// The cookie that identifies the caller.
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
    /// `__Host-device`: identifies a browser from which the owner has logged in. It grants no access, and a log-out
    /// keeps it (`docs/adr/0020-known-devices.md`).
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

    /// The cookies that grant access, and that a log-out deletes.
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

/// The effect of a step's success on the caller's cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookies {
    /// None.
    Kept,
    /// Sets this cookie.
    Sets(Cookie),
    /// Sets this cookie if the next screen is マイページ.
    SetsAtMyPage(Cookie),
    /// Deletes these cookies.
    Deletes(&'static [Cookie]),
    /// Deletes these cookies, and has the browser clear its stored data of the portal.
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
