//! `docs/model.md` names every scene and every invariant.

use model::invariants::INVARIANTS;
use model::scenes::{Size, all};

#[test]
fn the_page_of_the_model_names_every_scene_and_every_invariant() {
    let page = include_str!("../../../docs/model.md");
    let scenes = all(Size::Short);
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(
        scenes.len(),
        rows,
        "a scene whose beginning is refused is missing"
    );
    for scene in scenes {
        let row = format!("| `{}` | {} |", scene.name, scene.shows);
        assert!(page.contains(&row), "no row for {}", scene.name);
    }
    for invariant in INVARIANTS {
        assert!(
            page.contains(&format!("\n- {}\n", invariant.says)),
            "not named: {}",
            invariant.says
        );
    }
}
