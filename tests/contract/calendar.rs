//! The list of holidays reaches far enough into the future.

use std::process::Command;

use jiff::civil::Date;
use portal::calendar::holidays_end;

use crate::house;

/// The next year is published in February; from July on, its absence is an omission.
const LEAST_DAYS_LEFT: i64 = 184;

/// The day of the last commit: what is checked does not depend on when an old version is tested. Without git, as in an
/// archive of a release, there is no one to update the list.
fn day_of_commit() -> Option<Date> {
    let mut git = Command::new("git");
    git.args(["log", "-1", "--format=%cs"]).current_dir(house::root());
    let answer = git.output().ok().filter(|answer| answer.status.success())?;
    String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
}

#[test]
fn the_list_of_holidays_covers_half_a_year_after_the_last_commit() {
    let Some(today) = day_of_commit() else { return };
    let left = today.until(holidays_end()).unwrap().get_days();
    assert!(
        i64::from(left) >= LEAST_DAYS_LEFT,
        "{left} days left: add the next year to shared/portal/data/holidays.csv (README.md there says how)"
    );
}
