//! Languages of pages and mails.

use serde::{Deserialize, Serialize};

/// A language, by its BCP 47 tag.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "strum", derive(strum::EnumString, strum::IntoStaticStr), strum(serialize_all = "kebab-case"))]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// German.
    De,
    /// French.
    Fr,
    /// Brazilian Portuguese.
    #[serde(rename = "pt-BR")]
    #[cfg_attr(feature = "strum", strum(serialize = "pt-BR"))]
    PtBr,
    /// Hebrew.
    He,
}

impl Language {
    /// All languages, in display order.
    pub const ALL: [Self; 6] = [Self::En, Self::Es, Self::De, Self::Fr, Self::PtBr, Self::He];

    /// Returns the BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::De => "de",
            Self::Fr => "fr",
            Self::PtBr => "pt-BR",
            Self::He => "he",
        }
    }

    /// Returns the language's name in that language.
    #[must_use]
    pub const fn endonym(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Es => "Español",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::PtBr => "Português (Brasil)",
            Self::He => "עברית",
        }
    }

    /// Parses a tag in the form of [`Self::tag`].
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}
