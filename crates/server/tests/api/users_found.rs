//! Search of the users table: the results match the specification on every search path.

use crate::support::*;
use rekey_server::cli::demo::people::people;
use rekey_server::text::sort_key;
use rekey_server::users::write::{self, FIRST_EXTENSION, NewRow, Profile};

/// Adds fictional users and an admin. Returns the admin's client, logged in.
async fn fill(app: &TestApp, count: u32, name: impl Fn(usize, String) -> String) -> Client {
    let admin = app.admin().await;
    let rows: Vec<NewRow> = people(count)
        .skip(1)
        .enumerate()
        .map(|(at, person)| NewRow {
            role: person.role,
            status: person.status,
            last_login_at: person.last_login.map(|ago| 1_800_000_000_000 - i64::try_from(ago.as_millis()).expect("not so long")),
            ..NewRow::agent(
                name(at, person.name),
                Profile::keep(person.email.as_deref()),
                FIRST_EXTENSION + 1 + i64::try_from(at).expect("few"),
            )
        })
        .collect();
    let mut tx = app.store.begin().await.expect("begins");
    write::insert(&mut tx, 1_700_000_000_000, &rows).await.expect("users");
    tx.commit().await.expect("commits");
    admin
}

/// Returns the users of all pages; each page must report the same total.
async fn all(admin: &Client, query: &str) -> (Vec<Value>, u64) {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/users?{query}{cursor}")).await.expect(200).json();
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        let total = page["total"].as_u64().expect("a number");
        assert_eq!(page["total_is_exact"], true);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (items, total),
        }
    }
}

/// The specified search rule, applied to the API's view of a user.
fn fits(user: &Value, typed: &str) -> bool {
    let fields = ["name", "email", "extension"].map(|field| sort_key(user[field].as_str().unwrap_or_default()));
    match typed.chars().count() {
        1 | 2 => fields.iter().any(|field| field.starts_with(typed)),
        _ => fields.iter().any(|field| field.contains(typed)),
    }
}

fn ids(users: &[Value]) -> Vec<&str> {
    users.iter().map(|user| user["id"].as_str().expect("an id")).collect()
}

on_both_databases! {
    async fn every_search_filter_and_sort_finds_what_looking_through_all_finds(app) {
        let admin = fill(&app, 250, |_, name| name).await;
        for user in all(&admin, "search=an&limit=3").await.0.iter().filter(|user| user["email_status"] == "ok" && user["status"] == "active").take(9) {
            admin.post(&format!("/api/users/{}/password-reset", user["id"].as_str().expect("an id")), json!({})).await.expect(202);
        }
        app.wait_for_empty_queue().await;
        for sort in ["name", "-email", "email", "extension", "-extension", "-last_login"] {
            let (everybody, total) = all(&admin, &format!("sort={sort}&limit=100")).await;
            assert_eq!((everybody.len(), total), (250, 250));
            for filter in ["all", "no_valid_email", "reset_pending", "disabled"] {
                let passes = |user: &Value| match filter {
                    "no_valid_email" => user["email_status"] == "missing" || user["email_status"] == "invalid",
                    "reset_pending" => user["reset"]["state"] == "sent",
                    "disabled" => user["status"] == "disabled",
                    _ => true,
                };
                for typed in ["", "a", "s", "10", "ann", "example", "lindqvist", "n@e", "e.o", "a l", "o'b", "---", "%ex", "_ex"] {
                    let expected: Vec<Value> = everybody.iter().filter(|user| passes(user) && fits(user, typed)).cloned().collect();
                    let query = format!("sort={sort}&filter={filter}&search={}&limit=20", typed.replace('%', "%25").replace(' ', "%20"));
                    let (found, total) = all(&admin, &query).await;
                    assert_eq!((ids(&found), total), (ids(&expected), expected.len() as u64), "{query}");
                }
            }
        }
    }

    async fn a_search_among_what_a_filter_lets_through_follows_every_change(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo Common", "jo@example.com").await;
        let away = admin.post("/api/users", json!({"name": "Away Common", "email": null, "role": "agent"})).await.expect(201).json();
        let away = away["id"].as_str().expect("an id").to_owned();
        // Users found by "common" and by "jo" among those without a valid address, and among the disabled.
        let found = async || {
            let mut found = Vec::new();
            for (filter, typed) in ["no_valid_email", "disabled"].into_iter().flat_map(|filter| ["common", "jo"].map(|typed| (filter, typed))) {
                let (users, total) = all(&admin, &format!("filter={filter}&search={typed}")).await;
                assert_eq!(users.len() as u64, total);
                found.push(ids(&users).into_iter().map(|id| if id == jo { "jo" } else { "away" }).collect::<Vec<_>>().join(" "));
            }
            found
        };
        assert_eq!(found().await, ["away", "", "", ""]);
        for (id, change, expected) in [
            (&jo, json!({"email": null}), ["away jo", "jo", "", ""]),
            (&jo, json!({"name": "Mo Common"}), ["away jo", "", "", ""]),
            (&away, json!({"name": "Jo Else"}), ["jo", "away", "", ""]),
            (&jo, json!({"status": "disabled"}), ["jo", "away", "jo", ""]),
            (&jo, json!({"email": "jo@example.com"}), ["", "away", "jo", "jo"]),
            (&jo, json!({"name": "Mo Rare"}), ["", "away", "", "jo"]),
            (&away, json!({"email": "away@example.com", "status": "disabled"}), ["", "", "", "away jo"]),
            (&away, json!({"email": null, "status": "active", "name": "Away Common"}), ["away", "", "", "jo"]),
            (&jo, json!({"status": "active"}), ["away", "", "", ""]),
        ] {
            admin.patch(&format!("/api/users/{id}"), change.clone()).await.expect(200);
            assert_eq!(found().await, expected, "{change}");
        }
    }

    async fn what_was_found_before_is_found_anew_after_a_change(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo Common", "jo@example.com").await;
        let bo = app.add_user("Bo Common", "bo@example.com").await;
        let ask = async |query: &str| {
            let (found, total) = all(&admin, query).await;
            let found: Vec<String> = ids(&found).into_iter().map(str::to_owned).collect();
            for sort in ["email", "extension"] {
                let others = all(&admin, &format!("{query}&sort={sort}")).await.0;
                let mut others = ids(&others);
                others.sort_by_key(|other| found.iter().position(|id| id == other));
                assert_eq!(others, found, "{query}, {sort}");
            }
            (found, total)
        };
        for query in ["search=common", "search=common&filter=disabled", "search=jo"] {
            ask(query).await;
        }
        assert_eq!(ask("search=common").await, (vec![bo.clone(), jo.clone()], 2));
        admin.patch(&format!("/api/users/{bo}"), json!({"name": "Zo Common"})).await.expect(200);
        assert_eq!(ask("search=common").await, (vec![jo.clone(), bo.clone()], 2));
        admin.patch(&format!("/api/users/{jo}"), json!({"status": "disabled"})).await.expect(200);
        assert_eq!(ask("search=common&filter=disabled").await, (vec![jo.clone()], 1));
        admin.patch(&format!("/api/users/{jo}"), json!({"email": "else@example.com"})).await.expect(200);
        assert_eq!(ask("search=else%40").await, (vec![jo.clone()], 1));
        assert_eq!(ask("search=jo%40").await, (vec![], 0));
        let mo = app.add_user("Mo Common", "mo@example.com").await;
        assert_eq!(ask("search=common").await, (vec![jo, mo, bo], 3));
    }

    async fn who_is_deleted_by_hand_is_found_no_more(app) {
        let admin = app.admin().await;
        let jo = app.add_user("Jo Common", "jo@example.com").await;
        let gone = admin.post("/api/users", json!({"name": "Gone Common", "email": null, "role": "agent"})).await.expect(201).json();
        let gone = gone["id"].as_str().expect("an id").to_owned();
        admin.patch(&format!("/api/users/{gone}"), json!({"status": "disabled"})).await.expect(200);
        sqlx::query("DELETE FROM users WHERE name = 'Gone Common'").execute(app.store.write()).await.expect("deleted");
        for (question, expected) in [
            ("search=common", vec![jo.as_str()]),
            ("search=gone", vec![]),
            ("search=gone%20c&sort=email", vec![]),
            ("search=gone%20co&sort=extension", vec![]),
            ("search=gone&filter=disabled", vec![]),
            ("search=gone&filter=no_valid_email", vec![]),
        ] {
            let (found, total) = all(&admin, question).await;
            assert_eq!((ids(&found), total), (expected.clone(), expected.len() as u64), "{question}");
        }
        let totals = ["all", "no_valid_email", "disabled"].map(|filter| format!("filter={filter}"));
        for (filter, expected) in totals.iter().zip([2, 0, 0]) {
            assert_eq!(all(&admin, filter).await.1, expected, "{filter}");
        }
    }

    async fn the_numbers_of_filters_follow_every_change(app) {
        let admin = app.admin().await;
        let totals = async || {
            let mut totals = Vec::new();
            for filter in ["all", "no_valid_email", "disabled"] {
                totals.push(admin.get(&format!("/api/users?filter={filter}")).await.expect(200).json()["total"].as_u64().expect("a number"));
            }
            totals
        };
        let jo = app.add_user("Jo", "jo@example.com").await;
        app.add_disabled_user("Di", "di@example.com").await;
        assert_eq!(totals().await, [3, 0, 1]);
        let path = format!("/api/users/{jo}");
        for (change, expected) in [
            (json!({"email": null}), [3, 1, 1]),
            (json!({"name": "Joanna"}), [3, 1, 1]),
            (json!({"status": "disabled"}), [3, 1, 2]),
            (json!({"email": "jo@example.com", "status": "active"}), [3, 0, 1]),
        ] {
            admin.patch(&path, change).await.expect(200);
            assert_eq!(totals().await, expected);
        }
        // A failed change has no effect.
        admin.patch(&path, json!({"status": "disabled", "email": "di@example.com"})).await.expect(409);
        assert_eq!(totals().await, [3, 0, 1]);
    }

    async fn letters_with_strokes_are_found_and_sorted_as_plain_ones(app) {
        let admin = app.admin().await;
        for name in ["Łukasz Øberg", "Lu Zi", "Maria Işık"] {
            app.add_user(name, &format!("{}@example.com", name.len())).await;
        }
        let names = async |query: &str| -> Vec<String> {
            all(&admin, query).await.0.iter().map(|user| user["name"].as_str().expect("a name").to_owned()).collect()
        };
        assert_eq!(names("search=lukasz%20ob").await, ["Łukasz Øberg"]);
        assert_eq!(names("search=isik").await, ["Maria Işık"]);
        assert_eq!(names("search=%C5%82u").await, ["Lu Zi", "Łukasz Øberg"]);
        assert_eq!(names("").await, ["Ada Admin", "Lu Zi", "Łukasz Øberg", "Maria Işık"]);
    }

    async fn users_without_an_address_or_a_login_come_last_in_both_directions(app) {
        let admin = app.admin().await;
        app.add_user("Bo", "bo@example.com").await;
        app.log_in("bo@example.com", PASSWORD).await;
        for name in ["No Mail", "Nor Mail"] {
            admin.post("/api/users", json!({"name": name, "email": null})).await.expect(201);
        }
        for sort in ["email", "-email", "last_login", "-last_login"] {
            let (users, _) = all(&admin, &format!("sort={sort}&limit=1")).await;
            let names: Vec<&str> = users.iter().map(|user| user["name"].as_str().expect("a name")).collect();
            assert!(names.len() == 4 && names[2..].iter().all(|name| name.ends_with("Mail")), "{sort}: {names:?}");
        }
    }

    async fn a_name_of_characters_that_are_many_when_folded_is_kept_and_found(app) {
        let admin = app.admin().await;
        // Each is a complete phrase or word for somebody searching without knowing the symbol; no part is repeated.
        let signs: String = ('\u{3300}'..='\u{3357}').chain('\u{fdf0}'..='\u{fdfb}').chain('\u{20000}'..'\u{20060}').collect();
        assert_eq!(signs.chars().count(), 196);
        let id = app.add_user(&signs, &format!("{}@example.com", "x".repeat(60))).await;
        let (found, total) = all(&admin, "search=%E3%82%A2%E3%83%91%E3%83%BC%E3%83%88").await;
        assert_eq!((ids(&found), total, found[0]["name"].as_str()), (vec![id.as_str()], 1, Some(signs.as_str())));
    }

    async fn among_ten_thousand_users_every_search_is_counted_to_the_end(app) {
        let admin = fill(&app, 1_300, |_, name| format!("{name} Everyman")).await;
        for query in ["search=everyman", "search=everyman&sort=-last_login"] {
            let page = admin.get(&format!("/api/users?{query}&limit=5")).await.expect(200).json();
            assert_eq!((&page["total"], &page["total_is_exact"]), (&json!(1_299), &json!(true)), "{query}");
        }
    }

    async fn among_more_a_search_counts_up_to_five_hundred_and_says_so(app) {
        // By name: a few of the Lastwomen, ten thousand Everymen and most of the Lastmen, then the other Lastwomen, and a few Lastmen.
        let admin = fill(&app, 12_010, |at, name| match at {
            0..10_050 => format!("Mxy {name} Everyman"),
            10_050..10_700 => format!("Mxy \u{d7a3} {name} Lastman"),
            10_700..11_000 => format!("A {name} Lastwoman"),
            11_000..12_000 => format!("{} {name} Lastwoman", ["Z", "Ж", "王", "Z", "ω", "Z"][at % 6]),
            _ => format!("Z {name} Lastman"),
        })
        .await;
        let ask = async |query: &str| admin.get(&format!("/api/users?{query}")).await.expect(200).json();
        let total = |page: &Value| (page["total"].as_u64().expect("a number"), page["total_is_exact"] == true);
        assert_eq!(total(&ask("").await), (12_010, true));
        // Most users match, and the first page is in the requested order.
        let everymen = ask("search=everyman&sort=-name").await;
        let names: Vec<String> = everymen["items"].as_array().expect("items").iter().map(|user| sort_key(user["name"].as_str().expect("a name"))).collect();
        assert!(names.len() == 50 && names.iter().rev().is_sorted() && names[0] > names[49], "{names:?}");
        for query in ["search=everyman", "search=lastwoman", "search=m", "search=everyman&sort=extension", "search=lastwoman&sort=-last_login"] {
            assert_eq!(total(&ask(&format!("{query}&limit=5")).await), (500, false), "{query}");
        }
        // Small totals are exact, and matches are found at any position.
        let (last, few) = all(&admin, "search=12008&sort=name").await;
        assert!(few >= 1 && last.len() as u64 == few, "{few}");

        // On every search path the results are complete and in order, forwards and backwards.
        for (typed, found, sort) in ["name", "-name", "email", "-email", "extension", "-extension", "-last_login"].iter().flat_map(|sort| [("lastwoman", 1_300, sort), ("lastman", 659, sort)]) {
            let question = format!("search={typed}&limit=100&sort={sort}");
            let mut pages = vec![ask(&question).await];
            while let Some(next) = pages.last().and_then(|page| page["next_cursor"].as_str()) {
                let page = ask(&format!("{question}&cursor={next}")).await;
                let back = page["previous_cursor"].as_str().expect("a way back");
                assert_eq!(ask(&format!("{question}&cursor={back}")).await["items"], pages[pages.len() - 1]["items"], "{question}, back to page {}", pages.len());
                pages.push(page);
            }
            assert!(pages.iter().all(|page| total(page) == (500, false)), "{question}");
            let of = |field: &str| -> Vec<String> {
                let users = pages.iter().flat_map(|page| page["items"].as_array().expect("items"));
                users.map(|user| sort_key(user[field].as_str().unwrap_or_default())).collect()
            };
            let (column, descends) = sort.strip_prefix('-').map_or((*sort, false), |column| (column, true));
            if column != "last_login" {
                let mut keys = of(column);
                // Users without a value come last, in both directions.
                let valued = keys.iter().rposition(|key| !key.is_empty()).map_or(0, |last| last + 1);
                keys.truncate(valued);
                assert!(keys.iter().all(|key| !key.is_empty()), "{question}");
                if descends {
                    keys.reverse();
                }
                assert!(keys.is_sorted(), "{question}");
            }
            let (names, mut extensions) = (of("name"), of("extension"));
            extensions.sort_unstable();
            extensions.dedup();
            assert_eq!((names.len(), extensions.len()), (found, found), "{question}");
        }

        // The same applies to a search combined with a filter.
        let mut tx = app.store.begin().await.expect("begins");
        sqlx::query("UPDATE users SET status = 'disabled' WHERE search LIKE '%everyman%' OR search LIKE '%lastwoman%'").execute(&mut *tx).await.expect("disabled");
        tx.commit().await.expect("commits");
        // Most users match, and the first page is in the requested order.
        let everymen = ask("search=everyman&sort=-name").await;
        let names: Vec<String> = everymen["items"].as_array().expect("items").iter().map(|user| sort_key(user["name"].as_str().expect("a name"))).collect();
        assert!(names.len() == 50 && names.iter().rev().is_sorted() && names[0] > names[49], "{names:?}");
        for query in ["search=everyman", "search=lastwoman", "search=lastwoman&sort=-email", "search=m&sort=last_login"] {
            let page = ask(&format!("{query}&filter=disabled")).await;
            assert_eq!((total(&page), page["items"].as_array().map(Vec::len)), ((500, false), Some(50)), "{query}");
        }
        assert_eq!(all(&admin, "search=12008&filter=disabled").await.1, few);
    }
}
