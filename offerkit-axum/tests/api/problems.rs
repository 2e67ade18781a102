//! Every kind of problem is told to readers of the page, with its status.

use offerkit_axum::ProblemKind;

#[test]
fn the_page_lists_every_kind() {
    let page = include_str!("../../../docs/http.md");
    for kind in ProblemKind::ALL {
        let name = kind.uri().strip_prefix("urn:offerkit:problem:").unwrap();
        let row = format!("| `{name}` | {} |", kind.status().as_u16());
        assert!(page.contains(&row), "docs/http.md has no row {row}");
    }
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    assert!(rows >= ProblemKind::ALL.len());
}
