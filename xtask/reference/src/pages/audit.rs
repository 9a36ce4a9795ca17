//! `docs/audit.md`.

use std::fmt::Write as _;

use platform::audit::FIELDS;
use portal::audit::Act;
use portal::limits::Limits;
use portal::steps::Step;

const HEAD: &str = "\
# What is kept of what happened

<!-- Written by `cargo xtask gen`; what is changed here is lost. -->

What happens to an account is written down in the very write by which it happens \
([ADR 0021](adr/0021-what-happened-rides-on-the-item.md)), and `keep-audit` carries it into a table that only grows \
([ADR 0023](adr/0023-the-audit-is-a-table-that-only-grows.md)).
So no act is without its record, and no record without its act; a request that is refused without a write has only \
its line in the log ([logging.md](logging.md)).
A record names by digests and random ids: no address, no name, no secret.
";

const ACTS: &str = "
## Acts

In the order in which a person meets them.
The item is the kind of the subject; a step is an operation of [steps.md](steps.md).

| act | means | on | by |
| --- | --- | --- | --- |
";

const AFTER_ACTS: &str = "
A right claims password is told by `registration-begun`: the user id's own item may be removed by then. \
Where none begins, it is told by `claims-password-right`.
`claims-password-asked` comes before the claims system is asked, and stands alone where the process died at it, or \
where the password was right.
A security code that was wrong is a `security-code-asked` with neither `security-code-right` nor \
`security-code-not-counted` after it.
`security-code-right` is told of every right one, where no mail can follow it and where another tab was faster, too.
A `password-not-judged` is written down if nobody else writes at that moment; under contention some are not.
A correction that keeps the address is one `member-registered` with another member; `member-replaced` is told of the \
account that has no member any more, and names none.
A mail that is sent, delivered or lost is no act.

## Fields

A field that the item does not say is left out.

| field | holds |
| --- | --- |
";

const TAIL: &str = r#"
In the table, `pk` is the subject, `sk` is `at`, a `#`, and the id, and `ttl` the second at which the record may be swept.

## Looking something up

Whoever asks needs `ssm:GetParameter` on the name of the table, `dynamodb:Query` (for the second way `dynamodb:Scan`) on the audit's table and `kms:Decrypt` with its key, by way of DynamoDB, and nothing of the portal's own table.
No role of ours has that; it is given to people, and taken again.

```sh
table=$(aws ssm get-parameter --name /portal/prod/audit-table-name --query Parameter.Value --output text)
in_order() { jq -r '[.Items[] | map_values(.S // .N)] | sort_by(.at, (.sequence | length), .sequence)[]
  | [.at, .subject, .act, .by, .claimsUser, .office, .member, .wrongPasswords, .wrongCodes, .tries] | @tsv'; }
```

**What happened to the account of an address?**
The key is the address in small letters, digested; whoever has the address need not write it anywhere.

```sh
# Two words, each with its length before it; SHA-256; URL-safe Base64 without padding.
octet() { printf "\\$(printf %03o "$1")"; }
named() { printf '\0\0\0\0\0\0\0'; octet "${#1}"; printf %s "$1"; }
read -rsp 'address: ' address; echo
key=$({ named address; named "$(printf %s "$address" | tr '[:upper:]' '[:lower:]')"; } \
  | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d =)
aws dynamodb query --table-name "$table" --key-condition-expression 'pk = :pk' \
  --expression-attribute-values "{\":pk\":{\"S\":\"ACCOUNT#$key\"}}" --output json | in_order
```

**What was tried with a user id of the claims system, since when?**

```sh
aws dynamodb query --table-name "$table" --key-condition-expression 'pk = :pk AND sk >= :since' \
  --expression-attribute-values '{":pk":{"S":"CLAIMS#KJ000000000001"},":since":{"S":"2026-04-01T00:00:00Z"}}' --output json | in_order
```

**What happened in one registration?**
`by` of any record leads to it, and from it to the account and the claims user: `REGISTRATION#` and what `by` holds is its subject.
All records of one flow, whatever their subject, or of an office or a member, are found by reading everything, which is charged by what is read:

```sh
aws dynamodb scan --table-name "$table" --filter-expression 'office = :office' \
  --expression-attribute-values '{":office":{"S":"1379901018"}}' --output json | in_order
```

**How many wrong passwords were there last night, and where?**
Export the table to a bucket (`aws dynamodb export-table-to-point-in-time`) and count there; the export touches neither the table nor its capacity.

On this machine the records are lines of a file, whose place `cargo xtask dev` prints, and a page: `/_dev/audit`.

```sh
jq -c 'select(.office == "1379901018")' target/dev/audit.jsonl
```

## How long

"#;

/// The kind of item that an act rides on, and the steps that cause it.
pub fn origin(act: Act) -> (&'static str, Vec<Step>) {
    const ACCOUNT: &str = "ACCOUNT";
    const CLAIMS: &str = "CLAIMS";
    const REGISTRATION: &str = "REGISTRATION";
    match act {
        Act::ClaimsPasswordAsked
        | Act::ClaimsPasswordWrong
        | Act::ClaimsPasswordNotCounted
        | Act::ClaimsPasswordRight => (CLAIMS, vec![Step::StartRegistration]),
        Act::RegistrationBegun => (REGISTRATION, vec![Step::StartRegistration]),
        Act::SecurityCodeAsked | Act::SecurityCodeRight | Act::SecurityCodeNotCounted => {
            (REGISTRATION, vec![Step::EnterSecurityCode])
        }
        Act::RegistrationCodePromised => (
            ACCOUNT,
            vec![
                Step::StartRegistration,
                Step::EnterSecurityCode,
                Step::ResendRegistrationOtp,
            ],
        ),
        Act::MailNotSent => (
            ACCOUNT,
            vec![
                Step::EnterSecurityCode,
                Step::ResendRegistrationOtp,
                Step::ResendLoginOtp,
            ],
        ),
        Act::RegistrationCodeWrong | Act::RegistrationCodeRight => (CLAIMS, vec![Step::EnterRegistrationOtp]),
        Act::MemberRegistered | Act::MemberReplaced => (ACCOUNT, vec![Step::Confirm]),
        Act::InitialPasswordResent => (ACCOUNT, vec![Step::ResendInitialPassword]),
        Act::InitialPasswordReissued => (ACCOUNT, vec![Step::ReissueInitialPassword]),
        Act::PasswordWrong | Act::PasswordNotJudged | Act::InitialPasswordExpired | Act::LoginMailRefused => {
            (ACCOUNT, vec![Step::StartLogin])
        }
        Act::LoginCodePromised => (ACCOUNT, vec![Step::StartLogin, Step::ResendLoginOtp]),
        Act::LoginCodeWrong | Act::LoginCodeRight | Act::SessionBegun => (ACCOUNT, vec![Step::EnterLoginOtp]),
        Act::PasswordChanged | Act::TermsAgreed => (ACCOUNT, vec![Step::ChangeInitialPassword]),
        Act::SessionRenewed => (ACCOUNT, vec![Step::RenewSession]),
        Act::SessionEnded => (ACCOUNT, vec![Step::LogOut]),
    }
}

/// The page.
pub(crate) fn page() -> String {
    let mut page = format!("{HEAD}{ACTS}");
    for act in Act::ALL {
        let (item, steps) = origin(*act);
        let steps: Vec<String> = steps.iter().map(|step| format!("`{}`", step.name)).collect();
        // Writing to a text cannot fail.
        _ = writeln!(
            page,
            "| `{}` | {} | `{item}` | {} |",
            act.code(),
            act.meaning(),
            steps.join(", ")
        );
    }
    page += AFTER_ACTS;
    for (name, meaning) in FIELDS {
        _ = writeln!(page, "| `{name}` | {meaning} |");
    }
    page += TAIL;
    _ = writeln!(
        page,
        "{} days (five years) from what happened, unless `AUDIT_LIFE_DAYS` ([limits.md](limits.md)) says otherwise for \
         `keep-audit`; then a while until the table's TTL sweeps it; backups forget 35 days later.\n\
         Another number is of those records only that are kept from then on.\nNobody removes a record sooner, a member who goes included: what is left of a member then is \
         an id and a digest.\nThe local file is kept as long as its folder.",
        Limits::standard().audit_life.count()
    );
    page
}
