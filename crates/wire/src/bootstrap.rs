//! Bootstrap data: embedded in each HTML page, so that the app starts without a request.

use crate::config::Config;
use crate::login::Session;
use serde::{Deserialize, Serialize};

/// The data, as JSON in `<template id="bootstrap">`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct BootstrapData {
    /// The response to `GET /api/config`.
    pub config: Config,
    /// The response to `GET /api/session`.
    pub session: Session,
}
