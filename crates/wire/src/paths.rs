//! Page paths and browser storage keys, shared by the pages, the server and the inline bootstrap script.
//!
//! API paths are defined beside the types of their requests (`login::SESSION`, `users::USERS`, …).

use crate::users::Role;

/// A page of the app.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Page {
    /// Redirects to the login form or to a start page.
    Home,
    /// The login form.
    Login,
    /// Requests a reset link.
    ForgotPassword,
    /// Confirms that a reset link was requested.
    Inbox,
    /// Target of a reset link: sets a new password.
    ResetPassword,
    /// Target of "This wasn't me": cancels a reset.
    NotMe,
    /// The users table.
    Users,
    /// The form for a new user.
    NewUser,
    /// The import of users from CSV.
    ImportUsers,
    /// One user, beside the table; see [`user_page_path`].
    User,
    /// The audit log.
    Audit,
    /// The account of the signed-in user.
    Account,
    /// Changes the password of the signed-in user.
    ChangePassword,
}

/// Access required for a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequiredAccess {
    /// No login.
    Public,
    /// Any signed-in user.
    SignedIn,
    /// Admins and managers.
    Staff,
    /// Admins only.
    Admin,
}

impl Page {
    /// All pages.
    pub const ALL: [Self; 13] = [
        Self::Home,
        Self::Login,
        Self::ForgotPassword,
        Self::Inbox,
        Self::ResetPassword,
        Self::NotMe,
        Self::Users,
        Self::NewUser,
        Self::ImportUsers,
        Self::User,
        Self::Audit,
        Self::Account,
        Self::ChangePassword,
    ];

    /// Returns the path of the page; for [`Self::User`] with `:id` in place of the id.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Login => "/login",
            Self::ForgotPassword => "/forgot-password",
            Self::Inbox => "/check-your-inbox",
            Self::ResetPassword => "/reset-password",
            Self::NotMe => "/not-me",
            Self::Users => "/settings/users",
            Self::NewUser => "/settings/users/new",
            Self::ImportUsers => "/settings/users/import",
            Self::User => "/settings/users/:id",
            Self::Audit => "/settings/audit",
            Self::Account => "/account",
            Self::ChangePassword => "/account/password",
        }
    }

    /// Parses the path of a URL; one trailing slash is ignored.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let path = match path.strip_suffix('/') {
            Some(shorter) if !shorter.is_empty() && !shorter.ends_with('/') => shorter,
            _ => path,
        };
        // Not `..`, which a browser would resolve to another page.
        let is_id = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_user = || path.strip_prefix("/settings/users/").is_some_and(is_id);
        Self::ALL.into_iter().find(|page| page.path() == path).or_else(|| is_user().then_some(Self::User))
    }

    /// Returns the access required for the page.
    #[must_use]
    pub const fn required_access(self) -> RequiredAccess {
        match self {
            Self::Home | Self::Login | Self::ForgotPassword | Self::Inbox | Self::ResetPassword | Self::NotMe => RequiredAccess::Public,
            Self::Account | Self::ChangePassword => RequiredAccess::SignedIn,
            Self::Users | Self::NewUser | Self::User => RequiredAccess::Staff,
            Self::ImportUsers | Self::Audit => RequiredAccess::Admin,
        }
    }

    /// Returns the first page after login.
    #[must_use]
    pub const fn start_page(role: Role) -> Self {
        match role {
            Role::Admin | Role::Manager => Self::Users,
            Role::Agent => Self::Account,
        }
    }

    /// Returns the `sessionStorage` key of the token in the link to this page, if such links exist. The bootstrap script moves the token there from
    /// the address bar.
    #[must_use]
    pub const fn token_key(self) -> Option<&'static str> {
        match self {
            Self::ResetPassword => Some("rekey.reset.token"),
            Self::NotMe => Some("rekey.not-me.token"),
            Self::Home
            | Self::Login
            | Self::ForgotPassword
            | Self::Inbox
            | Self::Users
            | Self::NewUser
            | Self::ImportUsers
            | Self::User
            | Self::Audit
            | Self::Account
            | Self::ChangePassword => None,
        }
    }
}

/// Returns the path of [`Page::User`] for the user with this id.
#[must_use]
pub fn user_page_path(id: &str) -> String {
    ["/settings/users/", id].concat()
}

/// `sessionStorage` keys of "Check your inbox": the request and the end of its cooldown.
pub mod inbox_keys {
    /// The address as typed.
    pub const ADDRESS: &str = "rekey.inbox.address";
    /// The token of an expired link that was renewed.
    pub const TOKEN: &str = "rekey.inbox.token";
    /// End of the cooldown, milliseconds since 1970.
    pub const UNTIL: &str = "rekey.inbox.until";
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn every_path_parses_to_its_page() {
        for page in Page::ALL {
            assert_eq!(Page::parse(page.path()), Some(page));
        }
    }

    #[test]
    fn one_trailing_slash_is_ignored_and_nothing_else() {
        assert_eq!(Page::parse("/login/"), Some(Page::Login));
        assert_eq!(Page::parse("/settings/users/7/"), Some(Page::User));
        assert_eq!(Page::parse("/settings/users/new"), Some(Page::NewUser));
        for path in [
            "",
            "//",
            "/login//",
            "/Login",
            "/login/x",
            "/settings",
            "/settings/users/7/x",
            "/settings/users/..",
            "login",
            "/reset-password#token=a",
        ] {
            assert_eq!(Page::parse(path), None, "{path:?}");
        }
    }
}
