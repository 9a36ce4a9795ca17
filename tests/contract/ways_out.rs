//! `docs/ways-out.md`: every way names a journey that walks it, and none ends at a telephone.

use crate::house;

#[test]
fn every_way_out_is_walked_by_a_journey() {
    let page = house::text("docs/ways-out.md");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| state"))
        .collect();
    assert!(rows.len() >= 20, "{} ways", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 4, "{row}");
        let cited = cells[3].trim_matches('`');
        let (file, test) = cited.split_once("::").unwrap_or_else(|| panic!("{row}"));
        let source = house::text(&format!("tests/journeys/{file}"));
        assert!(
            source.contains(&format!("async fn {test}(")),
            "{cited} is no journey"
        );
        for dead_end in ["telephone", "電話", "phone"] {
            assert!(!cells[2].contains(dead_end), "{row}");
        }
    }
}
