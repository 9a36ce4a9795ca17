//! `inquiry …`: the inquiries of a state, one inquiry, and its moves, each in one commit with the operator's record.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use platform::fault::Fault;
use platform::inquiries::Cursor;
use platform::store::{Commit, Consistency, ROUNDS, Replacing, Stored};
use portal::desk::{Deed, Identity, Operator, Target};
use portal::inquiry::{
    CATEGORIES, Entry, Inquiry, InquiryState, MESSAGE_LONGEST, Message, Move, MoveKind, NotMoved,
    ReceiptNumber,
};
use portal::values::{FieldCode, OperatorId};

use crate::cli::{InquiryList, InquiryMove, ListedState, Look, Words};
use crate::desk::{Desk, reason};
use crate::exit::{Exit, Stop};
use crate::report::{Cell, Field, Report, field};
use crate::suppression;
use crate::words::{self, Shown};

/// The most octets of a file with an operator's words that are read.
const FILE_LONGEST: u64 = 64 * 1024;

/// 受付番号, as typed.
pub fn receipt_number(typed: &str) -> Result<ReceiptNumber, Stop> {
    let folded = portal::text::compact(&portal::text::folded_width(typed));
    ReceiptNumber::parse(&folded).ok_or_else(|| {
        Stop::Usage("受付番号の形が正しくありません。受付のメールにあるとおりに指定してください。".to_owned())
    })
}

fn none() -> Stop {
    Stop::NotFound("この受付番号のお問い合わせはありません。".to_owned())
}

/// How many inquiries are looked up in the index at a time.
const PAGE: u16 = 100;

/// The inquiries in one state, the oldest first: nothing of a person.
pub async fn list(desk: &Desk, args: &InquiryList) -> Result<Report, Stop> {
    let after = args.after.as_deref().map(receipt_number).transpose()?;
    desk.looks(&Deed::Look, &Target::Inquiries, None).await?;
    let default = if args.mine {
        ListedState::InProgress
    } else {
        ListedState::Received
    };
    let state = args.state.unwrap_or(default).state();
    let mut from = match &after {
        None => None,
        Some(number) => Some(Cursor::after(&found(desk, number).await?.item, state)),
    };
    let mut rows = Vec::new();
    let mut has_more = false;
    'pages: loop {
        let (numbers, rest) = desk.inquiries.next(state, from, PAGE).await?;
        for number in &numbers {
            // The list is some moments behind.
            let Some(inquiry) = there(desk, number, Consistency::Eventual).await? else {
                continue;
            };
            let inquiry = inquiry.item;
            let is_mine = inquiry.handling.operator.as_ref() == Some(&desk.who.id);
            if inquiry.handling.state == state && (is_mine || !args.mine) {
                has_more = rows.len() >= usize::from(args.limit);
                if has_more {
                    break 'pages;
                }
                rows.push(summary(&inquiry));
            }
        }
        match rest {
            Some(rest) => from = Some(rest),
            None => break,
        }
    }
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(Report {
        head: vec![
            field("state", "状態", Cell::text(state.label())),
            field("count", "件数", Cell::Number(count)),
            field(
                "hasMore",
                "続きがある（最後の受付番号を --after に）",
                Cell::Flag(has_more),
            ),
        ],
        rows_key: "inquiries",
        rows,
    })
}

/// The inquiry of this number, unless its time is over.
async fn there(
    desk: &Desk,
    number: &ReceiptNumber,
    consistency: Consistency,
) -> Result<Option<Stored<Inquiry>>, Fault> {
    let found: Option<Stored<Inquiry>> = desk.table.get(number, consistency).await?;
    Ok(found.filter(|stored| !stored.item.is_over(desk.clock.now(), &desk.limits)))
}

async fn found(desk: &Desk, number: &ReceiptNumber) -> Result<Stored<Inquiry>, Stop> {
    there(desk, number, Consistency::Strong).await?.ok_or_else(none)
}

/// How many inquiries are in each state, and since when the oldest of them waits.
pub async fn count(desk: &Desk) -> Result<Report, Stop> {
    desk.looks(&Deed::Look, &Target::Inquiries, None).await?;
    let mut rows = Vec::new();
    for state in InquiryState::ALL {
        let count = desk.inquiries.count(state).await?;
        let (first, _) = desk.inquiries.next(state, None, 1).await?;
        let oldest = match first.first() {
            None => None,
            Some(number) => there(desk, number, Consistency::Eventual).await?,
        };
        rows.push(vec![
            field("state", "状態", Cell::text(state.label())),
            field("count", "件数", Cell::Number(count)),
            field(
                "oldest",
                "いちばん古いものの受付日時",
                Cell::time(oldest.map(|stored| stored.item.received_at)),
            ),
        ]);
    }
    Ok(Report {
        head: vec![field("at", "いつの数か", Cell::Time(desk.clock.now()))],
        rows_key: "states",
        rows,
    })
}

fn summary(inquiry: &Inquiry) -> Vec<Field> {
    let question = &inquiry.question;
    let (category, subcategory) = topic(inquiry);
    vec![
        field("number", "受付番号", Cell::text(inquiry.number.as_str())),
        field("receivedAt", "受付日時", Cell::Time(inquiry.received_at)),
        field("category", "大カテゴリー", Cell::text(category)),
        field("subcategory", "中カテゴリー", Cell::text(subcategory)),
        field("userKind", "利用者区分", Cell::text(question.user_kind.label())),
        field("operator", "担当者", who(inquiry.handling.operator.as_ref())),
    ]
}

/// The labels of both categories; of one that is listed no longer, its id.
fn topic(inquiry: &Inquiry) -> (&str, &str) {
    let question = &inquiry.question;
    let category = CATEGORIES
        .iter()
        .find(|category| category.id == question.category);
    let subcategory = category.and_then(|category| {
        let mut all = category.subcategories.iter();
        all.find(|subcategory| subcategory.id == question.subcategory)
    });
    (
        category.map_or(question.category.as_str(), |category| category.label),
        subcategory.map_or(question.subcategory.as_str(), |subcategory| subcategory.label),
    )
}

fn who(operator: Option<&OperatorId>) -> Cell {
    operator.map_or(Cell::Nothing, |operator| {
        Cell::text(Identity::short_name(operator))
    })
}

/// One inquiry, with what was said since.
pub async fn show(desk: &Desk, number: &str, look: &Look) -> Result<Report, Stop> {
    let number = receipt_number(number)?;
    desk.looks(&look.deed()?, &Target::Inquiry(number.clone()), None)
        .await?;
    let inquiry = found(desk, &number).await?.item;
    let report = report_of(&inquiry, look.shown());
    Ok(with_stop(desk, report, &inquiry).await)
}

fn report_of(inquiry: &Inquiry, shown: Shown) -> Report {
    let (question, handling) = (&inquiry.question, &inquiry.handling);
    let (category, subcategory) = topic(inquiry);
    let or_nothing = |text: Option<&str>| text.map_or(Cell::Nothing, Cell::text);
    Report {
        head: vec![
            field("number", "受付番号", Cell::text(inquiry.number.as_str())),
            field("state", "状態", Cell::text(handling.state.label())),
            field("version", "版", Cell::Number(u64::from(handling.moves))),
            field("operator", "担当者", who(handling.operator.as_ref())),
            field("receivedAt", "受付日時", Cell::Time(inquiry.received_at)),
            field(
                "receipt",
                "受付のメール",
                words::delivery(inquiry.receipt.delivery),
            ),
            field("category", "大カテゴリー", Cell::text(category)),
            field("subcategory", "中カテゴリー", Cell::text(subcategory)),
            field("userKind", "利用者区分", Cell::text(question.user_kind.label())),
            field(
                "organisationName",
                "事業所・機関名",
                shown.other(Some(question.organisation.as_str())),
            ),
            field(
                "organisationNumber",
                "事業所番号・医療機関コードなど",
                shown.other(
                    question
                        .number
                        .as_ref()
                        .map(portal::inquiry::WrittenNumber::as_str),
                ),
            ),
            field(
                "numberIsDoubtful",
                "番号に誤りがありそう",
                Cell::Flag(question.number_is_doubtful()),
            ),
            field(
                "institutionKind",
                "医療機関の種類",
                or_nothing(question.institution.map(portal::inquiry::InstitutionKind::label)),
            ),
            field(
                "prefecture",
                "都道府県",
                or_nothing(question.prefecture.map(portal::inquiry::Prefecture::label)),
            ),
            field("name", "氏名", shown.name(question.name.as_str())),
            field(
                "nameKana",
                "氏名（フリガナ）",
                shown.name(question.name_kana.as_str()),
            ),
            field("email", "メールアドレス", shown.address(&question.email)),
            field("phone", "電話番号", shown.phone(question.phone.as_str())),
            field("message", "内容", shown.words(Some(&question.message))),
        ],
        rows_key: "entries",
        rows: handling.entries.iter().map(|entry| row(entry, shown)).collect(),
    }
}

fn row(entry: &Entry, shown: Shown) -> Vec<Field> {
    vec![
        field("kind", "種類", Cell::text(words::entry(entry.kind))),
        field("at", "日時", Cell::Time(entry.at)),
        field("by", "担当者", who(entry.by.as_ref())),
        field("text", "内容", shown.words(entry.text.as_ref())),
    ]
}

/// What is done with the inquiry, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Takes it.
    Assign,
    /// Answers it.
    Answer,
    /// Returns it.
    Return,
    /// Closes it.
    Close,
}

impl Kind {
    const fn title(self) -> &'static str {
        match self {
            Self::Assign => "担当する（対応中にする）",
            Self::Answer => "回答をメールで送る",
            Self::Return => "差し戻し、理由をメールで送る",
            Self::Close => "対応を完了し、メールで知らせる",
        }
    }

    fn kind(self, text: Option<Message>) -> Result<MoveKind, Stop> {
        let missing = || Stop::Usage("送る文を --text か --file で指定してください。".to_owned());
        Ok(match self {
            Self::Assign => MoveKind::Take,
            Self::Answer => MoveKind::Answer(text.ok_or_else(missing)?),
            Self::Return => MoveKind::Return(text.ok_or_else(missing)?),
            Self::Close => MoveKind::Close(text),
        })
    }
}

/// The words that are mailed.
fn message(words: &Words) -> Result<Option<Message>, Stop> {
    let typed = match (&words.text, &words.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => read(file).map_err(|error| {
            let file = file.display();
            Stop::Usage(if error.kind() == io::ErrorKind::InvalidData {
                format!("{file} の文字コードが UTF-8 ではありません。UTF-8 で保存してください。")
            } else {
                format!("{file} を読めません。（{error}）")
            })
        })?,
        (None, None) => return Ok(None),
    };
    Message::parse(&typed).map(Some).map_err(|why| {
        let told = match why {
            FieldCode::Required => "送る文が空です。".to_owned(),
            FieldCode::TooLong => format!("送る文は{MESSAGE_LONGEST}文字までです。"),
            _ => "送る文に、見えない文字や制御文字は使えません。".to_owned(),
        };
        Stop::Usage(told)
    })
}

/// A file of UTF-8 with or without a mark, or with `-` the standard input.
fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        io::stdin().take(FILE_LONGEST).read_to_string(&mut text)?;
    } else {
        fs::File::open(file)?
            .take(FILE_LONGEST)
            .read_to_string(&mut text)?;
    }
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

fn told(why: NotMoved) -> Stop {
    Stop::Refused(match why {
        NotMoved::Overtaken => {
            "表示したあとで、このお問い合わせが動きました（あなた自身の操作かもしれません）。desk inquiry show で確かめてください。".to_owned()
        }
        NotMoved::NotInState(state) => {
            let then = match state {
                InquiryState::Received => "先に desk inquiry assign で担当してください。",
                InquiryState::Returned => "本人の返事を待つか、desk inquiry close で完了にしてください。",
                InquiryState::InProgress | InquiryState::Done => "",
            };
            format!("状態が「{}」のため、この操作はできません。{then}", state.label())
        }
        NotMoved::NotYours => {
            "担当者ではありません。先に desk inquiry assign で担当してください。".to_owned()
        }
        // Nothing has to change, and `run` says so.
        NotMoved::AlreadyYours => "すでに担当しています。".to_owned(),
        NotMoved::Full => {
            "これ以上書き込めません。--text を付けずに desk inquiry close で完了できます。".to_owned()
        }
        NotMoved::Gone => "保存の期限が過ぎたため、まもなく消えます。".to_owned(),
    })
}

/// Shows the move, and with `--apply` makes it. It is made on what the operator saw, by its version, or not at all.
pub async fn run(desk: &Desk, kind: Kind, args: &InquiryMove, words: &Words) -> Result<(Report, Exit), Stop> {
    let reason = args.reason.as_deref().map(reason).transpose()?;
    let number = receipt_number(&args.number)?;
    let said = message(words)?;
    let text = said.clone();
    let kind_of = kind.kind(said)?;
    let target = Target::Inquiry(number.clone());
    desk.looks(&Deed::Look, &target, None).await?;
    let deed = reason.filter(|_| args.apply).map(Deed::Change);
    for round in 0..ROUNDS {
        let now = desk.clock.now();
        let operation = desk.operation()?;
        let own = desk.own_item().await?;
        let stored = found(desk, &number).await?;
        let it = Move {
            by: desk.who.id.clone(),
            operation: operation.clone(),
            seen: args.version.unwrap_or(stored.item.handling.moves),
            kind: kind_of.clone(),
        };
        let (put, mail) = match stored.item.moved(&it, now, &desk.limits) {
            Ok(moved) => moved,
            Err(NotMoved::AlreadyYours) => {
                let report = report_of(&stored.item, Shown::Masked);
                return Ok((
                    with_outcome(report, kind, None, None, "変更は不要です"),
                    Exit::Done,
                ));
            }
            Err(why) => return Err(told(why)),
        };
        let to = mail.as_ref().map(|mail| mail.to().masked());
        let Some(deed) = &deed else {
            let report = with_outcome(
                report_of(&stored.item, Shown::Masked),
                kind,
                to,
                text.as_ref(),
                "まだ実行していません",
            );
            return Ok((with_stop(desk, report, &stored.item).await, Exit::NeedsApply));
        };
        let after = put.item().clone();
        let record = Operator::does(&desk.who, operation, deed.clone(), target.clone(), None, now);
        let mut commit = Commit::default();
        commit.put(record, own.as_ref().into());
        commit.put(put, Replacing::Read(&stored));
        commit.promise(mail, &desk.random, now)?;
        if desk.table.commit(&commit).await?.is_ok() {
            let report = with_outcome(
                report_of(&after, Shown::Masked),
                kind,
                to,
                text.as_ref(),
                "実行しました",
            );
            return Ok((with_stop(desk, report, &stored.item).await, Exit::Done));
        }
        desk.table.back_off(round).await?;
    }
    Err(Fault::Contention("INQUIRY").into())
}

/// With whether SES has stopped mails to the person: an answer would not arrive.
async fn with_stop(desk: &Desk, mut report: Report, inquiry: &Inquiry) -> Report {
    let stopped = suppression::of(desk, &inquiry.question.email, None).await;
    report.head.extend(stopped);
    report
}

fn with_outcome(
    mut report: Report,
    kind: Kind,
    to: Option<String>,
    text: Option<&Message>,
    state: &'static str,
) -> Report {
    let mut head = vec![
        field("change", "操作", Cell::text(kind.title())),
        field("outcome", "結果", Cell::text(state)),
        field("mailsTo", "メールの宛先", to.map_or(Cell::Nothing, Cell::text)),
        field("words", "送る文", Shown::Whole.words(text)),
    ];
    head.append(&mut report.head);
    Report { head, ..report }
}
