//! What a page is served with, so that it need not ask for it when it comes to life.

use crate::config::Config;
use crate::login::Session;
use serde::{Deserialize, Serialize};

/// The content of `<template id="start">`, as JSON.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PageStart {
    /// The answer to `GET /api/config`.
    pub config: Config,
    /// The answer to `GET /api/session`.
    pub session: Session,
}
