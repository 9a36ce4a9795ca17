//! The fuzz targets on their seeds, built with the stable compiler, so that they keep working.

use std::fs;
use std::path::Path;

use crate::requests;
use laws::corpus;
use laws::targets;

/// The seeds of a target.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/seeds")
        .join(target);
    let entries = fs::read_dir(&folder).unwrap().map(Result::unwrap);
    let seeds: Vec<_> = entries.map(|entry| fs::read(entry.path()).unwrap()).collect();
    assert!(seeds.len() > 2, "{target}");
    seeds
}

#[test]
fn each_fuzz_target_passes_what_it_begins_with() {
    for seed in seeds("items") {
        targets::items(&seed);
    }
    for seed in seeds("events") {
        targets::events(&seed);
    }
    for seed in seeds("claims") {
        targets::claims(&seed);
        targets::claims(&seed[..seed.len() / 2]);
    }
    for file in [&corpus::EMAIL, &corpus::NAME] {
        for case in file.holding() {
            targets::mails(&case.typed);
        }
    }
    for case in corpus::KANA.holding() {
        targets::values(&case.typed);
    }
    for case in requests::bodies() {
        let body = requests::body(&case);
        for step in 0..21 {
            targets::requests(
                &[
                    &[step],
                    b"0application/json\n\n".as_slice(),
                    &body[..body.len().min(64)],
                ]
                .concat(),
            );
        }
    }
}
