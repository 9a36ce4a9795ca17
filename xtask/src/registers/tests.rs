use super::*;

const TABLE: &str = r#"
    title = "Cases"
    preface = ["What an attacker might try."]
    about = "case"
    parts = { desk = "the operator's desk" }
    [[group]]
    title = "One"
    [[group.row]]
    id = "A01"
    about = "a | b"
    does = "nothing"
    tests = ["journeys::a::shows"]
    [[group.row]]
    id = "A02, A03"
    about = "c"
    does = "nothing"
    waits = ["desk"]
"#;

fn tests() -> BTreeMap<String, Test> {
    let test = |file: &str, ignored| Test {
        file: file.to_owned(),
        ignored,
    };
    BTreeMap::from([
        (
            "journeys::a::shows".to_owned(),
            test("tests/journeys/a.rs", false),
        ),
        (
            "journeys::a::sleeps".to_owned(),
            test("tests/journeys/a.rs", true),
        ),
    ])
}

fn wanted() -> Wanted {
    ["A01", "A02", "A03"].map(|id| (id.to_owned(), None)).into()
}

fn problems(table: &str, allow_pending: bool) -> Vec<String> {
    let tests = tests();
    let house = House {
        root: Path::new(env!("CARGO_MANIFEST_DIR")),
        tests: &tests,
    };
    house.problems(&toml::from_str(table).unwrap(), &wanted(), allow_pending)
}

#[test]
fn a_whole_table_has_no_problem_and_becomes_a_page_with_totals() {
    assert_eq!(problems(TABLE, false), Vec::<String>::new());
    let tests = tests();
    let house = House {
        root: Path::new("."),
        tests: &tests,
    };
    let page = house.page(&REGISTERS[0], &toml::from_str(TABLE).unwrap(), &wanted());
    for line in [
        "| evidence | of 3 |",
        "| tests | 1 |",
        "| nothing yet: the operator's desk | 2 |",
        "| A01 | a \\| b | nothing | [`journeys::a::shows`](../tests/journeys/a.rs) |",
        "| A02<br>A03 | c | nothing | comes with: the operator's desk |",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
}

#[test]
fn what_is_missing_double_or_unknown_is_named() {
    assert_eq!(
        problems(&TABLE.replace("A02, A03", "A01, A04"), false),
        [
            "A01 stands there twice",
            "A04 is not on the list",
            "A02 is missing",
            "A03 is missing"
        ]
    );
}

#[test]
fn a_row_that_shows_nothing_has_to_say_why() {
    let none = TABLE.replace("tests = [\"journeys::a::shows\"]", "");
    assert_eq!(
        problems(&none, false),
        ["A01 has neither tests nor proofs, waits for nothing, and does not say why"]
    );
    let empty = TABLE.replace("about = \"c\"", "about = \" \"");
    assert_eq!(problems(&empty, false), ["A02, A03 has an empty cell"]);
}

#[test]
fn a_test_that_is_not_there_or_does_not_run_shows_nothing() {
    assert_eq!(
        problems(&TABLE.replace("journeys::a::shows", "journeys::b::shows"), false),
        ["A01: there is no test journeys::b::shows (but journeys::a::shows)"]
    );
    assert_eq!(
        problems(&TABLE.replace("journeys::a::shows", "journeys::a::sleeps"), false),
        ["A01: journeys::a::sleeps (tests/journeys/a.rs) is ignored, and shows nothing"]
    );
}

#[test]
fn a_file_has_to_be_there_and_to_say_what_is_claimed() {
    let proven = |proof: &str| TABLE.replace("tests = [\"journeys::a::shows\"]", proof);
    assert_eq!(
        problems(&proven("proofs = [\"Cargo.toml: name = \\\"xtask\\\"\"]"), false),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(
            &proven("proofs = [\"Cargo.toml: no such words\", \"none.md\"]"),
            false
        ),
        [
            "A01: Cargo.toml does not say «no such words»",
            "A01: there is no file none.md"
        ]
    );
}

#[test]
fn what_is_pending_is_refused_unless_it_is_allowed() {
    let work = "work = { load = \"many at once\" }\n[[group]]\ntitle";
    let table = TABLE.replacen("[[group]]\n    title", work, 1);
    assert_eq!(
        problems(&table, true),
        ["no row is pending for load: is it done?"]
    );
    let pending = table.replace("tests = [\"journeys::a::shows\"]", "pending = [\"load\"]");
    assert_eq!(problems(&pending, true), Vec::<String>::new());
    assert_eq!(
        problems(&pending, false),
        ["A01 is pending for load: name its tests, or say --allow-pending"]
    );
}

#[test]
fn a_part_without_pending_rows_is_taken_out() {
    let built = TABLE.replace("waits = [\"desk\"]", "none = \"because\"");
    assert_eq!(
        problems(&built, false),
        ["no row waits for the part desk: is it built?"]
    );
}

/// As many as the catalogue of cases has: none is dropped by mistake.
#[test]
fn the_register_holds_every_case_of_the_catalogue() {
    assert_eq!(abuse_cases(Path::new(".")).unwrap().len(), 132);
}
