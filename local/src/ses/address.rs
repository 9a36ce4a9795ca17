//! E-mail addresses in the fields of a request, with or without a display name.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A sender or recipient: `介護 <a@example.jp>`, `"Kaigo" <a@example.jp>`, `=?UTF-8?B?…?= <a@example.jp>` or
/// `a@example.jp`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mailbox {
    /// The display name, decoded.
    pub(super) name: Option<String>,
    /// The address, its local part without quotes.
    pub(super) address: String,
}

impl Mailbox {
    /// Parses one, or returns SES's message.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(char::is_control) {
            return Err("Local address contains control or whitespace");
        }
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (decode_words(&unquote(name.trim())), address.trim()),
            None => (String::new(), text),
        };
        Ok(Self {
            name: Some(name).filter(|name| !name.is_empty()),
            address: plain(address)?,
        })
    }

    /// The domain.
    pub(super) fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl std::fmt::Display for Mailbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{name} <{}>", self.address),
            None => formatter.write_str(&self.address),
        }
    }
}

/// The form under which an address is looked up: lower case, an international domain as punycode.
pub fn fold(address: &str) -> String {
    let address = address.trim();
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase());
            format!("{}@{domain}", unquote(local).to_lowercase())
        }
        None => address.to_lowercase(),
    }
}

/// The address without quotes around its local part, which may have dots in unusual places only within them.
pub(super) fn plain(address: &str) -> Result<String, &'static str> {
    let (written, domain) = address.rsplit_once('@').ok_or("Missing final '@domain'")?;
    let local = unquote(written);
    if local == written && local.split('.').any(str::is_empty) && !local.is_empty() {
        return Err("Local address contains dot-dot, or begins or ends with a dot");
    }
    let address = format!("{local}@{domain}");
    check(&address)?;
    Ok(address)
}

fn check(address: &str) -> Result<(), &'static str> {
    let (local, domain) = address.rsplit_once('@').ok_or("Missing final '@domain'")?;
    if local.is_empty() {
        return Err("Missing local part");
    }
    if local.len() > 64 {
        return Err("Local part is too long");
    }
    if local
        .chars()
        .any(|c| !c.is_ascii() || c.is_ascii_whitespace() || r#"()<>[]:;,@\""#.contains(c))
    {
        return Err("Local address contains control or whitespace");
    }
    if domain.is_empty() {
        return Err("Missing domain");
    }
    if domain.starts_with('.') {
        return Err("Domain starts with dot");
    }
    if !domain
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
    {
        return Err("Domain contains illegal character");
    }
    if domain.split('.').any(str::is_empty) || !domain.contains('.') {
        return Err("Domain contains dot-dot, or no dot at all");
    }
    Ok(())
}

/// A quoted string without its quotes and escapes; anything else unchanged.
fn unquote(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        plain.push(if character == '\\' {
            characters.next().unwrap_or('\\')
        } else {
            character
        });
    }
    plain
}

/// Decodes the encoded words of RFC 2047. White space between two of them is not part of the text.
///
/// A word's end may split a character, which the RFC forbids but mailers do; so the bytes of adjacent words are
/// joined before they are decoded as UTF-8.
fn decode_words(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut bytes = Vec::new();
    let mut spaces = "";
    let mut rest = text;
    while !rest.is_empty() {
        let word_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        if let Some(word) = decode_word(word) {
            if bytes.is_empty() {
                decoded.push_str(spaces);
            }
            bytes.extend(word);
        } else {
            decoded.push_str(&String::from_utf8_lossy(&std::mem::take(&mut bytes)));
            decoded.push_str(spaces);
            decoded.push_str(word);
        }
        let space_end = after.find(|c: char| !c.is_whitespace()).unwrap_or(after.len());
        (spaces, rest) = after.split_at(space_end);
    }
    decoded.push_str(&String::from_utf8_lossy(&bytes));
    decoded
}

/// The bytes of one encoded word in UTF-8 or ASCII; `None` for other words.
fn decode_word(word: &str) -> Option<Vec<u8>> {
    let mut parts = word.strip_prefix("=?")?.strip_suffix("?=")?.splitn(3, '?');
    let (charset, encoding, text) = (parts.next()?, parts.next()?, parts.next()?);
    if !["utf-8", "us-ascii"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(charset))
    {
        return None;
    }
    match encoding {
        "B" | "b" => STANDARD.decode(text).ok(),
        "Q" | "q" => {
            let mut bytes = Vec::with_capacity(text.len());
            let mut characters = text.bytes();
            while let Some(byte) = characters.next() {
                bytes.push(match byte {
                    b'_' => b' ',
                    b'=' => {
                        let digits = [characters.next()?, characters.next()?];
                        u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                    }
                    other => other,
                });
            }
            Some(bytes)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Mailbox::parse(text).unwrap().to_string()
    }

    #[test]
    fn a_display_name_is_the_same_however_it_was_written() {
        let expected = "介護情報基盤ポータル <no-reply@mail.example.jp>";
        let base64 = STANDARD.encode("介護情報基盤ポータル");
        // The tenth byte is within a character.
        let (first, second) = "介護情報基盤ポータル".as_bytes().split_at(10);
        for written in [
            "介護情報基盤ポータル <no-reply@mail.example.jp>".to_owned(),
            "\"介護情報基盤ポータル\" <no-reply@mail.example.jp>".to_owned(),
            format!("=?UTF-8?B?{base64}?= <no-reply@mail.example.jp>"),
            format!(
                "=?utf-8?b?{}?= =?utf-8?b?{}?= <no-reply@mail.example.jp>",
                STANDARD.encode(first),
                STANDARD.encode(second)
            ),
        ] {
            assert_eq!(shown(&written), expected, "written {written:?}");
        }
        assert_eq!(
            shown("=?UTF-8?Q?A=E4=BB=8B_B?= C <a@example.jp>"),
            "A介 B C <a@example.jp>"
        );
    }

    #[test]
    fn an_address_that_ses_refuses_is_refused() {
        for bad in [
            "",
            "nobody",
            "@example.jp",
            "a b@example.jp",
            "a@",
            "a@localhost",
            "a@.example.jp",
            "a@exa mple.jp",
            "a@日本語.jp",
            "介護@example.jp",
            "a@example.jp\r\nBcc: b@example.jp",
            "a@example..jp",
            "pub..24.@docomo.example.jp",
            ".a@example.jp",
            "\"a b\"@example.jp",
        ] {
            assert!(Mailbox::parse(bad).is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn quotes_allow_dots_in_odd_places_and_are_no_part_of_the_address() {
        let mailbox = Mailbox::parse("\"pub..24.\"@docomo.example.jp").unwrap();
        assert_eq!(mailbox.address, "pub..24.@docomo.example.jp");
        assert_eq!(
            fold("\"Pub..24.\"@docomo.example.jp"),
            fold("pub..24.@docomo.example.jp")
        );
    }

    #[test]
    fn an_address_is_found_whatever_its_case_and_script() {
        assert_eq!(fold("Taro@Example.JP"), "taro@example.jp");
        assert_eq!(fold("taro@日本語.jp"), "taro@xn--wgv71a119e.jp");
    }
}
