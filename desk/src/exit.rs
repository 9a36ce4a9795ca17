//! How a command ends.

use std::io;

use platform::fault::Fault;

/// 終了コード — documented in `docs/desk.md` and in `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Shown or done; also where nothing had to change.
    Done,
    /// Something broke: the table, AWS, the output.
    Failed,
    /// The command line is wrong.
    Usage,
    /// There is no such office, member, address or inquiry.
    NotFound,
    /// A rule of the portal refuses it.
    Refused,
    /// Only shown: `--apply` would do it.
    NeedsApply,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The code of the process.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Refused => 4,
            Self::NeedsApply => 5,
            Self::Interrupted => 130,
        }
    }
}

/// Why a command ends without its result, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// A rule refuses it.
    #[error("{0}")]
    Refused(String),
    /// The table or AWS failed.
    #[error("処理できませんでした。（{0}）")]
    Fault(#[from] Fault),
    /// The output cannot be written.
    #[error(
        "結果を書き出せませんでした。変更するコマンドのときは、実行されたかどうかを show のコマンドで確かめてください。（{0}）"
    )]
    Output(#[from] io::Error),
    /// The surroundings are not as they must be.
    #[error("{0}")]
    Setup(String),
}

impl Stop {
    /// The exit that it means.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::NotFound(_) => Exit::NotFound,
            Self::Refused(_) => Exit::Refused,
            Self::Fault(_) | Self::Output(_) | Self::Setup(_) => Exit::Failed,
        }
    }
}
