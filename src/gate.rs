//! Who sees what: from a place and a person to a screen or another place.

use crate::next;
use crate::route::{Audience, Route};
use crate::router::Address;
use crate::session::Person;
use rekey_wire::users::Role;

/// What to do with a visit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Visit {
    /// Show the screen.
    Show(Route),
    /// Go there instead.
    Go(String),
    /// An agent at a page for admins.
    Forbidden,
    /// It depends on who it is, and nobody has said yet.
    Wait,
}

/// Decides about a visit of `person` at `address`.
#[must_use]
pub(crate) fn decide(address: &Address, person: &Person) -> Visit {
    let route = Route::parse(&address.path);
    match (route, person) {
        (Route::Home | Route::Login, Person::Unknown) => Visit::Wait,
        (Route::Home, Person::Visitor | Person::LeftBehind) => Visit::Go(Route::Login.path().to_owned()),
        (Route::Home, Person::User(user)) => Visit::Go(Route::start_of(user.role).path().to_owned()),
        (Route::Login, Person::User(user)) => {
            Visit::Go(next::wanted(&address.search).unwrap_or_else(|| Route::start_of(user.role).path().to_owned()))
        }
        _ => match (route.audience(), person) {
            (Audience::Anybody, _) => Visit::Show(route),
            (_, Person::Unknown) => Visit::Wait,
            (_, Person::Visitor | Person::LeftBehind) => Visit::Go(next::login_for(&address.print())),
            (Audience::Admins, Person::User(user)) if user.role != Role::Admin => Visit::Forbidden,
            (_, Person::User(_)) => Visit::Show(route),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Visit, decide};
    use crate::route::Route;
    use crate::router::Address;
    use crate::session::Person;
    use rekey_wire::login::SessionUser;
    use rekey_wire::users::Role;

    fn user(role: Role) -> Person {
        Person::User(SessionUser { id: "1".into(), name: "Jo".into(), email: None, role, extension: "100".into() })
    }

    fn go(to: &str) -> Visit {
        Visit::Go(to.to_owned())
    }

    #[test]
    fn everybody_starts_at_their_start_page() {
        for place in ["/", "/login"] {
            let at = Address::parse(place);
            assert_eq!(decide(&at, &Person::Unknown), Visit::Wait);
            assert_eq!(decide(&at, &user(Role::Admin)), go("/settings/users"));
            assert_eq!(decide(&at, &user(Role::Agent)), go("/account"));
        }
        assert_eq!(decide(&Address::parse("/"), &Person::Visitor), go("/login"));
        assert_eq!(decide(&Address::parse("/login"), &Person::Visitor), Visit::Show(Route::Login));
    }

    #[test]
    fn a_visitor_logs_in_and_comes_back() {
        assert_eq!(decide(&Address::parse("/account/password"), &Person::Visitor), go("/login?next=/account/password"));
        assert_eq!(decide(&Address::parse("/login?next=/account/password"), &user(Role::Admin)), go("/account/password"));
        assert_eq!(decide(&Address::parse("/login?next=//evil.example"), &user(Role::Agent)), go("/account"));
    }

    #[test]
    fn settings_are_for_admins() {
        for place in ["/settings/users", "/settings/audit"] {
            assert_eq!(decide(&Address::parse(place), &user(Role::Agent)), Visit::Forbidden);
            assert_eq!(decide(&Address::parse(place), &user(Role::Admin)), Visit::Show(Route::parse(place)));
        }
    }

    #[test]
    fn links_from_mail_work_for_everybody() {
        for person in [Person::Unknown, Person::Visitor, user(Role::Agent)] {
            assert_eq!(decide(&Address::parse("/reset-password"), &person), Visit::Show(Route::Reset));
            assert_eq!(decide(&Address::parse("/not-me"), &person), Visit::Show(Route::NotMe));
        }
    }
}
