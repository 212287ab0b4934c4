//! Security policies that the server sends to browsers, and that the pages comply with them.

use rekey_e2e::TestApp;

use crate::screens;

#[test]
fn tok_13_no_screen_asks_anybody_else_or_tells_where_one_was() {
    let app = screens::app();
    for page in screens::all(&app, |_| ()) {
        let asked = page.requests();
        assert!(asked.len() > 5, "there is something to look at: {asked:?}");
        let others: Vec<&String> = asked.iter().filter(|url| !url.starts_with(&app.url("/")) && !url.starts_with("data:")).collect();
        assert!(others.is_empty(), "{others:?}");
        for answer in page.responses().iter().filter(|answer| answer.url.starts_with("http")) {
            assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{}", answer.url);
        }
        let referers: Vec<String> =
            page.requests_with_headers().into_iter().filter(|sent| sent.to_lowercase().contains("\"referer\"")).collect();
        assert!(referers.is_empty(), "{referers:?}");
    }
}

#[test]
fn hdr_01_every_screen_gets_along_with_its_policy() {
    let app = screens::app();
    for page in screens::all(&app, rekey_e2e::Page::report_policy_violations) {
        assert_eq!(page.console_errors(), Vec::<String>::new());
        let answers = page.responses();
        let policies: Vec<&str> = answers.iter().filter_map(|answer| answer.header("content-security-policy")).collect();
        assert!(policies.iter().any(|policy| policy.contains("'wasm-unsafe-eval'")), "{policies:?}");
        for policy in policies {
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{policy}");
        }
    }
}

#[test]
fn hdr_04_a_link_to_the_login_page_leads_nowhere_else() {
    let app = TestApp::start();
    let jordan = app.agent("Jordan Lee", "jordan@example.com");
    for next in
        ["//evil.example", "/\\evil.example", "https:evil.example", "javascript:document.title='evil'", "%2F%2Fevil.example/account"]
    {
        let page = app.visit(&format!("/login?next={next}"));
        app.log_in(&page, &jordan);
        page.heading("Your account");
        assert_eq!(page.url(), app.url("/account"), "{next}");
        // A signed-in user is redirected at once.
        page.goto(&app.url(&format!("/login?next={next}")));
        page.heading("Your account");
        assert_eq!(page.url(), app.url("/account"), "{next}");
        let others: Vec<String> = page.requests().into_iter().filter(|url| !url.starts_with(&app.url("/"))).collect();
        assert!(others.is_empty(), "{next}: {others:?}");
    }
}
