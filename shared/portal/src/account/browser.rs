//! What kind of browser a session was begun in: enough for its owner to recognise it, and too little to follow a person.

/// The longest part of a `User-Agent` that is looked at, in octets.
const LONGEST_LOOKED_AT: usize = 512;

macro_rules! kinds {
    ($(#[$doc:meta])* $kind:ident: $($variant:ident, $code:literal, $label:literal, [$($mark:literal),*];)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $kind { $(#[doc = concat!("`", $label, "`")] $variant,)* }

        impl $kind {
            /// All of them, in the order in which they are looked for: several say that they are others, too.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the table.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Its name, as people know it.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// The one of this word.
            pub fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }

            const fn marks(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($mark),*],)* }
            }

            fn found_in(user_agent: &str) -> Option<Self> {
                let says = |kind: &Self| kind.marks().iter().any(|mark| user_agent.contains(mark));
                Self::ALL.iter().copied().find(says)
            }
        }
    };
}

kinds! {
    /// A family of browsers.
    Product:
    Edge, "edge", "Microsoft Edge", ["Edg/", "EdgA/", "EdgiOS/", "Edge/"];
    Opera, "opera", "Opera", ["OPR/", "Opera/"];
    Samsung, "samsung", "Samsung Internet", ["SamsungBrowser/"];
    Firefox, "firefox", "Firefox", ["Firefox/", "FxiOS/"];
    Chrome, "chrome", "Google Chrome", ["Chrome/", "CriOS/", "Chromium/"];
    Safari, "safari", "Safari", ["Safari/"];
}

kinds! {
    /// A family of operating systems.
    System:
    IPhone, "iphone", "iPhone", ["iPhone"];
    IPad, "ipad", "iPad", ["iPad"];
    Android, "android", "Android", ["Android"];
    Windows, "windows", "Windows", ["Windows"];
    Mac, "mac", "Mac", ["Macintosh"];
    ChromeOs, "chromeos", "ChromeOS", ["CrOS"];
    Linux, "linux", "Linux", ["Linux"];
}

/// The kind of a browser, as it says itself; what is not recognised is left open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BrowserKind {
    /// The family of browsers.
    pub product: Option<Product>,
    /// The family of operating systems.
    pub system: Option<System>,
}

impl BrowserKind {
    /// The kind that a `User-Agent` names. Nothing of the text itself is kept.
    pub fn of(user_agent: &str) -> Self {
        let end = user_agent.floor_char_boundary(LONGEST_LOOKED_AT);
        let looked_at = user_agent.get(..end).unwrap_or_default();
        Self {
            product: Product::found_in(looked_at),
            system: System::found_in(looked_at),
        }
    }

    /// 「Microsoft Edge / Windows」; empty if nothing is known.
    pub fn label(self) -> String {
        let parts = [self.product.map(Product::label), self.system.map(System::label)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" / ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_kind_and_no_closer() {
        for (user_agent, label) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
                "Microsoft Edge / Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
                "Google Chrome / Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari / Mac",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0 Mobile/15E148 Safari/604.1",
                "Google Chrome / iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet / Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox / Linux",
            ),
            ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", "iPad"),
            ("curl/8.9.1", ""),
            ("", ""),
        ] {
            assert_eq!(BrowserKind::of(user_agent).label(), label, "{user_agent}");
        }
    }

    #[test]
    fn of_a_long_user_agent_the_beginning_is_looked_at_and_nothing_is_kept() {
        let mark = "Firefox/1";
        let at = |before: usize| BrowserKind::of(&format!("{}{mark}", "介".repeat(before))).product;
        assert_eq!(at(167), Some(Product::Firefox));
        assert_eq!(at(170), None);
    }

    #[test]
    fn a_kind_is_known_by_its_word() {
        for product in Product::ALL {
            assert_eq!(Product::parse(product.code()), Some(*product));
        }
        for system in System::ALL {
            assert_eq!(System::parse(system.code()), Some(*system));
        }
        assert_eq!((Product::parse("mosaic"), System::parse("")), (None, None));
    }
}
