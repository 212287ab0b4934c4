//! The paths of the app. Each is written here once.

use rekey_wire::users::Role;

/// A place in the app.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// Where everybody starts; leads on to a start page.
    Home,
    /// Logging in.
    Login,
    /// Asking for a reset link.
    Forgot,
    /// After asking for one.
    Inbox,
    /// Where a reset link leads.
    Reset,
    /// Where "This wasn't me" leads.
    NotMe,
    /// The users table.
    Users,
    /// Who did what.
    Audit,
    /// One's own account.
    Account,
    /// Changing one's own password.
    ChangePassword,
    /// Anything else.
    NotFound,
}

/// Who may see a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Audience {
    /// Everybody.
    Anybody,
    /// Whoever is logged in.
    SignedIn,
    /// Admins.
    Admins,
}

const PATHS: [(Route, &str); 10] = [
    (Route::Home, "/"),
    (Route::Login, "/login"),
    (Route::Forgot, "/forgot-password"),
    (Route::Inbox, "/check-your-inbox"),
    (Route::Reset, "/reset-password"),
    (Route::NotMe, "/not-me"),
    (Route::Users, "/settings/users"),
    (Route::Audit, "/settings/audit"),
    (Route::Account, "/account"),
    (Route::ChangePassword, "/account/password"),
];

impl Route {
    /// Reads a path; a slash at its end changes nothing.
    #[must_use]
    pub(crate) fn parse(path: &str) -> Self {
        let path = match path.strip_suffix('/') {
            Some(shorter) if !shorter.is_empty() && !shorter.ends_with('/') => shorter,
            _ => path,
        };
        PATHS.iter().find(|(_, known)| *known == path).map_or(Self::NotFound, |(route, _)| *route)
    }

    /// The path. What is not found has none of its own and leads home.
    #[must_use]
    pub(crate) fn path(self) -> &'static str {
        PATHS.iter().find(|(route, _)| *route == self).map_or("/", |(_, path)| path)
    }

    /// Who may see it.
    #[must_use]
    pub(crate) const fn audience(self) -> Audience {
        match self {
            Self::Users | Self::Audit => Audience::Admins,
            Self::Account | Self::ChangePassword => Audience::SignedIn,
            _ => Audience::Anybody,
        }
    }

    /// Where a person begins after logging in.
    #[must_use]
    pub(crate) const fn start_of(role: Role) -> Self {
        match role {
            Role::Admin => Self::Users,
            Role::Agent => Self::Account,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PATHS, Route};

    #[test]
    fn every_path_reads_back() {
        for (route, path) in PATHS {
            assert_eq!(Route::parse(path), route);
            assert_eq!(route.path(), path);
        }
    }

    #[test]
    fn a_slash_at_the_end_changes_nothing_else_does() {
        assert_eq!(Route::parse("/login/"), Route::Login);
        for path in ["", "//", "/login//", "/Login", "/login/x", "/settings", "login", "/reset-password#token=a"] {
            assert_eq!(Route::parse(path), Route::NotFound, "{path:?}");
        }
    }
}
