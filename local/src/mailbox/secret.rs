//! The secret in a mail of the portal.

/// The line of a mail that a person copies into a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MailSecret<'a> {
    pub(super) label: &'a str,
    pub(super) value: &'a str,
}

/// The labels of the secrets in the mails.
const LABELS: [&str; 2] = ["ワンタイムパスワード", "初期パスワード"];

/// The code or the initial password in `text`, if there is one on a line of its own.
pub(super) fn find(text: &str) -> Option<MailSecret<'_>> {
    text.lines().find_map(|line| {
        let (label, value) = line.trim().split_once(['：', ':'])?;
        let value = value.trim();
        (LABELS.contains(&label) && !value.is_empty()).then_some(MailSecret { label, value })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_and_an_initial_password_are_found_on_their_lines() {
        let mail = "介護 太郎 様\n\nワンタイムパスワード：012345\n照合記号：K7\n";
        assert_eq!(
            find(mail),
            Some(MailSecret {
                label: "ワンタイムパスワード",
                value: "012345"
            })
        );
        let mail = "初期パスワード：Abcd-Efgh-2345\r\n有効期限：2026年4月4日 9時00分";
        assert_eq!(
            find(mail),
            Some(MailSecret {
                label: "初期パスワード",
                value: "Abcd-Efgh-2345"
            })
        );
    }

    #[test]
    fn a_mail_that_only_mentions_codes_has_no_secret() {
        assert_eq!(find("ワンタイムパスワードをお送りします。\n受付番号：A-1"), None);
    }
}
