//! Route patterns for `leptos_router`, derived from the paths in `rekey_wire::paths`.

use leptos_router::StaticSegment;
use rekey_wire::paths::Page;

/// The pattern of a path with at most two segments.
pub(crate) type Pattern = (StaticSegment<&'static str>, StaticSegment<&'static str>);

/// The pattern that matches the page's path.
#[must_use]
pub(crate) fn pattern(page: Page) -> Pattern {
    let path = page.path().trim_start_matches('/');
    let (first, second) = path.split_once('/').unwrap_or((path, ""));
    (StaticSegment(first), StaticSegment(second))
}

#[cfg(test)]
mod tests {
    use super::pattern;
    use leptos_router::PossibleRouteMatch;
    use rekey_wire::paths::Page;

    #[test]
    fn each_path_matches_the_pattern_of_its_page_only() {
        let matches = |page: Page, path: &str| pattern(page).test(path).is_some_and(|matched| matches!(matched.remaining(), "" | "/"));
        let short = |page: &Page| page.path().matches('/').count() < 3;
        for page in Page::ALL.into_iter().filter(short) {
            for other in Page::ALL {
                assert_eq!(matches(page, other.path()), page == other, "{page:?} {}", other.path());
            }
            assert!(!matches(page, "/no/such/page"));
        }
        assert!(matches(Page::Login, "/login/"), "a trailing slash is ignored");
    }
}
