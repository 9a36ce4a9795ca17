//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use portal::inquiry::InquiryState;

use crate::report::Format;

const AFTER: &str = "\
個人情報を見るたびに、だれが何を見たかが監査記録に残ります。--reveal を付けない表示は、氏名などを伏せます。
変更するコマンドは、まず何が変わるかを表示するだけです。--apply と --reason を付けたときだけ実行します。

終了コード: 0 表示・実行した（変更が不要だったときも） / 1 失敗した / 2 書き方が違う / 3 見つからない /
4 規則により断られた / 5 表示だけで、まだ何も変えていない（--apply で実行） / 130 Ctrl-C";

/// 介護情報基盤ポータルの窓口の道具
#[derive(Debug, Clone, Parser)]
#[command(name = "desk", version, after_help = AFTER)]
pub struct Cli {
    /// 結果の形
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// `cargo xtask dev` で動いているポータルにつなぐ（その環境ファイル。省くと target/dev/local.env）
    #[arg(long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "target/dev/local.env")]
    pub local: Option<PathBuf>,
    /// 担当者の名前。--local のときだけ使う（AWS では、引き受けたロールのセッションが担当者になる）
    #[arg(long, global = true, value_name = "NAME", requires = "local")]
    pub operator: Option<String>,
    /// 何をするか
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// 事業所
    #[command(subcommand)]
    Office(OfficeCommand),
    /// 利用者（メールアドレス、または事業所のユーザのID）
    #[command(subcommand)]
    Member(MemberCommand),
    /// メール
    #[command(subcommand)]
    Mail(MailCommand),
    /// お問い合わせ
    #[command(subcommand)]
    Inquiry(InquiryCommand),
    /// 監査記録
    #[command(subcommand)]
    Audit(AuditCommand),
    /// 集計
    #[command(subcommand)]
    Report(ReportCommand),
    /// 届かなかったメールアドレスへの送信の停止（SES のリスト）
    #[command(subcommand)]
    Suppression(SuppressionCommand),
    /// シェルの補完を書き出す
    Completions {
        /// シェルの種類
        shell: Shell,
    },
    /// man ページを書き出す（desk man > desk.1）
    Man,
}

/// What to do with an office.
#[derive(Debug, Clone, Subcommand)]
pub enum OfficeCommand {
    /// 事業所と、そのユーザを表示する
    Show {
        /// 介護保険事業所番号
        #[arg(value_name = "NUMBER")]
        number: String,
        /// How to look.
        #[command(flatten)]
        look: Look,
    },
}

/// What to do with a member.
#[derive(Debug, Clone, Subcommand)]
pub enum MemberCommand {
    /// 利用者と、ログインを妨げているものを表示する
    Show {
        /// Whom.
        #[command(flatten)]
        whom: Whom,
        /// How to look.
        #[command(flatten)]
        look: Look,
    },
    /// パスワードの間違いによる待ち時間とロックを解く（ワンタイムパスワードの停止は解かない）
    Unlock(ChangeArgs),
    /// 一度もログインしていない利用者に、新しい初期パスワードを送る（前の初期パスワードは使えなくなる）
    Reissue {
        /// The change.
        #[command(flatten)]
        change: ChangeArgs,
        /// 鍵束のいまの鍵の名前（"current" の値。秘密ではない）。--local では不要
        #[arg(long, env = "DESK_KEY_ID", value_name = "ID")]
        key_id: Option<String>,
    },
    /// 利用を停止する（すべての端末からログアウトし、ログインできなくなる）
    Disable(ChangeArgs),
    /// 利用の停止を解除する
    Enable(ChangeArgs),
    /// すべての端末からログアウトさせる（パスワードは変わらない）
    SignOut(ChangeArgs),
}

/// What to do about mails.
#[derive(Debug, Clone, Subcommand)]
pub enum MailCommand {
    /// このメールアドレスに送ったメールの状況を表示する（ワンタイムパスワードや初期パスワードは表示できない）
    Trace {
        /// メールアドレス
        #[arg(value_name = "EMAIL")]
        email: String,
        /// How to look.
        #[command(flatten)]
        look: Look,
    },
}

/// What to do with SES's suppression list.
#[derive(Debug, Clone, Subcommand)]
pub enum SuppressionCommand {
    /// このメールアドレスへの送信が止められているかを表示する
    Show {
        /// メールアドレス
        #[arg(value_name = "EMAIL")]
        email: String,
        /// How to look.
        #[command(flatten)]
        look: Look,
    },
    /// 送信の停止を解除する（本人が、受け取れるようになったと言ったときに）
    Clear(Suppression),
}

/// The end of a suppression.
#[derive(Debug, Clone, Args)]
pub struct Suppression {
    /// メールアドレス
    #[arg(value_name = "EMAIL")]
    pub email: String,
    /// 実行する（付けないと、何が変わるかを表示するだけ）
    #[arg(long, requires = "reason")]
    pub apply: bool,
    /// 理由（監査記録に残る。個人の名前やメールアドレスは書かない）
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// What is counted.
#[derive(Debug, Clone, Subcommand)]
pub enum ReportCommand {
    /// 状態ごとのお問い合わせの件数と、いちばん古いもの
    Inquiries,
}

/// What to do with the audit.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// 1つの対象の記録を、古い順に表示する（利用者の名前は入っていない）
    Search(AuditSearch),
}

/// Which records are searched for.
#[derive(Debug, Clone, Args)]
pub struct AuditSearch {
    /// Of what.
    #[command(flatten)]
    pub subject: AuditSubject,
    /// この日から（日本時間。省くと30日前から）
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub since: Option<String>,
    /// この日まで（その日を含む）
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub until: Option<String>,
}

/// What the records are about: one of these.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct AuditSubject {
    /// 介護保険事業所番号（引き継ぎと、いまのユーザの記録）
    #[arg(long, value_name = "NUMBER")]
    pub office: Option<String>,
    /// メールアドレス（利用者の記録と、コードや受付のメールを送ることにした記録）
    #[arg(long, value_name = "EMAIL")]
    pub email: Option<String>,
    /// 電子請求受付システムのID（KJから始まる）
    #[arg(long, value_name = "KJ…")]
    pub claims_user: Option<String>,
    /// お問い合わせの受付番号
    #[arg(long, value_name = "NUMBER")]
    pub inquiry: Option<String>,
    /// 担当者のID（AROA…:ユーザ名。本人の aws sts get-caller-identity の UserId。手元では local:名前）。担当者が見たもの、変えたもの、理由
    #[arg(long, value_name = "ID")]
    pub operator_id: Option<String>,
}

/// What to do with inquiries.
#[derive(Debug, Clone, Subcommand)]
pub enum InquiryCommand {
    /// お問い合わせを、受け付けた順に一覧する
    List(InquiryList),
    /// お問い合わせと、そのあとのやりとりを表示する
    Show {
        /// 受付番号
        #[arg(value_name = "NUMBER")]
        number: String,
        /// How to look.
        #[command(flatten)]
        look: Look,
    },
    /// 担当する。受付のもの、ほかの担当者のもの、差し戻したもの
    Assign(InquiryMove),
    /// 回答をメールで送る（担当者のまま）
    Answer {
        /// The move.
        #[command(flatten)]
        change: InquiryMove,
        /// The words.
        #[command(flatten)]
        words: Words,
    },
    /// 差し戻す。足りないものを、メールでたずねる
    Return {
        /// The move.
        #[command(flatten)]
        change: InquiryMove,
        /// The words.
        #[command(flatten)]
        words: Words,
    },
    /// 完了にする。最後のひとことを添えられる
    Close {
        /// The move.
        #[command(flatten)]
        change: InquiryMove,
        /// The words.
        #[command(flatten)]
        words: Words,
    },
}

/// Which inquiries are listed.
#[derive(Debug, Clone, Args)]
pub struct InquiryList {
    /// 状態［省くと received、--mine を付けたときは in-progress］
    #[arg(long, value_enum)]
    pub state: Option<ListedState>,
    /// 自分が担当しているものだけ
    #[arg(long)]
    pub mine: bool,
    /// 表示する件数の上限（古いものから。1〜500）
    #[arg(long, default_value_t = 50, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=500))]
    pub limit: u16,
    /// この受付番号のあとに受け付けたものから
    #[arg(long, value_name = "NUMBER")]
    pub after: Option<String>,
}

/// The state of the inquiries that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ListedState {
    /// 受付
    Received,
    /// 対応中
    InProgress,
    /// 差戻し
    Returned,
    /// 完了
    Done,
}

impl ListedState {
    /// The state.
    pub const fn state(self) -> InquiryState {
        match self {
            Self::Received => InquiryState::Received,
            Self::InProgress => InquiryState::InProgress,
            Self::Returned => InquiryState::Returned,
            Self::Done => InquiryState::Done,
        }
    }
}

/// A move of an inquiry.
#[derive(Debug, Clone, Args)]
pub struct InquiryMove {
    /// 受付番号
    #[arg(value_name = "NUMBER")]
    pub number: String,
    /// 実行する（付けないと、何が変わるかを表示するだけ）
    #[arg(long, requires_all = ["reason", "version"])]
    pub apply: bool,
    /// 表示したときの「版」。そのあとで動いていたら、実行しない（2回実行しても、2通は送らない）
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// 理由（監査記録に残る。個人の名前やメールアドレスは書かない）
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// What an operator says.
#[derive(Debug, Clone, Default, Args)]
pub struct Words {
    /// 送る文
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "file",
        allow_hyphen_values = true
    )]
    pub text: Option<String>,
    /// 送る文のファイル（UTF-8。「-」は標準入力）
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// A member.
#[derive(Debug, Clone, Args)]
pub struct Whom {
    /// メールアドレス、またはユーザのID（IDのときは --office も必要）
    #[arg(value_name = "EMAIL|ID", allow_hyphen_values = true)]
    pub who: String,
    /// 介護保険事業所番号
    #[arg(long, value_name = "NUMBER")]
    pub office: Option<String>,
}

/// A look at personal data.
#[derive(Debug, Clone, Args)]
pub struct Look {
    /// 伏せずに表示する（--reason が必要。監査記録に残る）
    #[arg(long, requires = "reason")]
    pub reveal: bool,
    /// 理由（監査記録に残る。個人の名前やメールアドレスは書かない）
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// A change of a member.
#[derive(Debug, Clone, Args)]
pub struct ChangeArgs {
    /// Whom.
    #[command(flatten)]
    pub whom: Whom,
    /// 実行する（付けないと、何が変わるかを表示するだけ）
    #[arg(long, requires = "reason")]
    pub apply: bool,
    /// 理由（監査記録に残る。個人の名前やメールアドレスは書かない）
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_recorded_with_a_reason_is_not_taken_without_one() {
        for line in [
            "desk office show 1379901018 --reveal",
            "desk member show taro@example.jp --reveal",
            "desk mail trace taro@example.jp --reveal",
            "desk member disable taro@example.jp --apply",
            "desk member unlock taro@example.jp --apply",
            "desk suppression clear taro@example.jp --apply",
            "desk audit search",
            "desk member show -nVWG0xV3O65Yavqx_M20A --reveal --office 1379901018",
            "desk audit search --office 1379901018 --email taro@example.jp",
            "desk inquiry show 7K3M-9QXT --reveal",
            "desk inquiry assign 7K3M-9QXT --apply --version 0",
            "desk inquiry assign 7K3M-9QXT --apply --reason 依頼",
            "desk --operator hanako office show 1379901018",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
        // An id may begin with a hyphen.
        let line = "desk member show -nVWG0xV3O65Yavqx_M20A --office 1379901018";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Command::Member(MemberCommand::Show { whom, .. }) = cli.command else {
            panic!("another command")
        };
        assert_eq!(whom.who, "-nVWG0xV3O65Yavqx_M20A");
        let line = "desk --local --operator hanako member disable taro@example.jp --apply --reason 依頼";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        assert_eq!(cli.local, Some(PathBuf::from("target/dev/local.env")));
    }
}
