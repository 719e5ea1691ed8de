//! Which files of a crate may name which: arrows go down only.

use super::crate_source::CrateSource;
use super::violation::Violation;

/// The layers of the crates that have some, the lowest first. A name that ends in a slash is a folder.
const LAYERS: [(&str, &[&[&str]]); 2] = [
    (
        "authority",
        &[
            &["model/"],
            &["credential/", "rate_limit/"],
            // What a use case answers with is made of what hashing, keys and the store say.
            &["store/", "error.rs"],
            &["notification/"],
            &["session/"],
            &["authority.rs"],
            &["use_cases/"],
            &["lib.rs"],
        ],
    ),
    (
        "web",
        &[
            &["http/", "session/", "site/", "view/", "web_surface.rs"],
            &["account_security/", "auth/", "dashboard/", "panel/", "root.rs", "webmail/"],
            &["lib.rs"],
        ],
    ),
];

const WHY: &str = "a lower layer that knows a higher one cannot be read without it (ARCHITECTURE.md)";

/// Fails where a file names one of a higher layer, and on a file that stands in no layer of its crate.
pub(super) fn arrows_go_down(source: &CrateSource<'_>) -> Vec<Violation> {
    let Some((_, layers)) = LAYERS.iter().find(|(name, _)| *name == source.name) else { return Vec::new() };
    let mut violations = Vec::new();
    for file in source.files.keys().filter(|file| layer(layers, file).is_none()) {
        let what = "stands in no layer of its crate".to_owned();
        violations.push(Violation { path: source.path(file), line: 1, what, why: WHY });
    }
    for (from, to, arrow) in source.graph.arrows() {
        if let (Some(lower), Some(higher)) = (layer(layers, from), layer(layers, to))
            && lower < higher
        {
            let what = format!("points up at {to} by {}", arrow.name);
            violations.push(Violation { path: source.path(from), line: arrow.line, what, why: WHY });
        }
    }
    violations
}

fn layer(layers: &[&[&str]], file: &str) -> Option<usize> {
    let is_in = |place: &&str| if place.ends_with('/') { file.starts_with(*place) } else { file == *place };
    layers.iter().position(|places| places.iter().any(is_in))
}

#[cfg(test)]
mod tests {
    use super::super::crate_source::tests::planted;
    use super::*;

    fn said(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let files = planted(name, files);
        let violations = CrateSource::all(&files).iter().flat_map(arrows_go_down).collect::<Vec<_>>();
        violations.into_iter().map(|violation| format!("{}: {}", violation.path, violation.what)).collect()
    }

    #[test]
    fn a_planted_arrow_up_is_found() {
        let files = [
            ("lib.rs", "mod model; mod store; pub use store::rows::Row;"),
            ("model/mod.rs", "mod id;"),
            ("model/id.rs", "use crate::Row;"),
            ("store/mod.rs", "pub mod rows;"),
            ("store/rows.rs", "use crate::model::id::Id; pub struct Row;"),
        ];
        assert_eq!(
            said("authority", &files),
            ["crates/authority/src/model/id.rs: points up at store/rows.rs by crate::Row"]
        );
    }

    #[test]
    fn a_page_may_name_the_view_and_not_the_other_way_round() {
        let files = [
            ("dashboard/list.rs", "use crate::view::page::Page; pub struct List;"),
            ("view/page.rs", "use crate::dashboard::list::List; pub struct Page;"),
            ("view/mod.rs", "pub mod page;"),
            ("dashboard/mod.rs", "pub mod list;"),
            ("lib.rs", "mod dashboard; mod view;"),
        ];
        assert_eq!(
            said("web", &files),
            ["crates/web/src/view/page.rs: points up at dashboard/list.rs by crate::dashboard::list::List"]
        );
    }

    #[test]
    fn a_file_without_a_layer_is_found_and_other_crates_have_none() {
        assert_eq!(
            said("web", &[("desk.rs", "")]),
            ["crates/web/src/desk.rs: stands in no layer of its crate"]
        );
        assert_eq!(said("gate", &[("splice.rs", "")]), [""; 0]);
    }
}
