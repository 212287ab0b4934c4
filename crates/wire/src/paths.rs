//! Page paths and browser storage keys, shared by the pages, the server and the inline bootstrap script.
//!
//! API paths stand beside the types of their requests (`login::SESSION`, `users::USERS`, …).

use crate::users::Role;

/// A page of the app.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Page {
    /// Redirects to the login form or to a start page.
    Home,
    /// The login form.
    Login,
    /// Asks for a reset link.
    ForgotPassword,
    /// Confirms that a reset link was asked for.
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

/// Who may open a page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RequiredAccess {
    /// Everybody.
    Public,
    /// Any signed-in user.
    SignedIn,
    /// Admins and managers.
    Staff,
    /// Admins only.
    Admin,
}

impl Page {
    /// Every page.
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

    /// The path of the page; of [`Self::User`] with `:id` in the place of the id.
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
        let is_user = || path.strip_prefix("/settings/users/").is_some_and(|id| !id.is_empty() && !id.contains('/'));
        Self::ALL.into_iter().find(|page| page.path() == path).or_else(|| is_user().then_some(Self::User))
    }

    /// Who may open the page.
    #[must_use]
    pub const fn required_access(self) -> RequiredAccess {
        match self {
            Self::Home | Self::Login | Self::ForgotPassword | Self::Inbox | Self::ResetPassword | Self::NotMe => RequiredAccess::Public,
            Self::Account | Self::ChangePassword => RequiredAccess::SignedIn,
            Self::Users | Self::NewUser | Self::User => RequiredAccess::Staff,
            Self::ImportUsers | Self::Audit => RequiredAccess::Admin,
        }
    }

    /// The first page after login.
    #[must_use]
    pub const fn start_page(role: Role) -> Self {
        match role {
            Role::Admin | Role::Manager => Self::Users,
            Role::Agent => Self::Account,
        }
    }

    /// The `sessionStorage` key of the secret in the page's link, for the pages that such a link leads to. The bootstrap script
    /// moves the secret there from the address bar.
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

/// The path of [`Page::User`] for the user with this id.
#[must_use]
pub fn user_page_path(id: &str) -> String {
    ["/settings/users/", id].concat()
}

/// `sessionStorage` keys of "Check your inbox": what was asked for, and until when another mail has to wait.
pub mod inbox_keys {
    /// The address that was typed.
    pub const ADDRESS: &str = "rekey.inbox.address";
    /// The secret of an expired link that was renewed.
    pub const TOKEN: &str = "rekey.inbox.token";
    /// Milliseconds since 1970 at which another mail may be asked for.
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
        for path in ["", "//", "/login//", "/Login", "/login/x", "/settings", "/settings/users/7/x", "login", "/reset-password#token=a"] {
            assert_eq!(Page::parse(path), None, "{path:?}");
        }
    }
}
