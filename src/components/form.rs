//! Form state: the fields, and the validation errors of the request.
//!
//! Inputs are uncontrolled, so that hydration keeps what was typed before it. A form validates its request with `validator`, as the server does;
//! errors of both have the same shape.

use crate::api::Error;
use crate::components::field::{Field, FieldKind};
use crate::config::use_config;
use leptos::prelude::*;
use rekey_wire::problem::{FieldErrors, field_errors};
use validator::ValidationErrors;

type Validate = Box<dyn Fn() -> Result<(), ValidationErrors> + Send + Sync>;

/// Handle to a form; `Copy`, every copy refers to the same form.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    fields: StoredValue<Vec<Field>>,
    validate: StoredValue<Option<Validate>>,
    client_errors: Memo<FieldErrors>,
    server_errors: RwSignal<FieldErrors>,
}

impl Form {
    /// Creates a form without fields.
    #[must_use]
    pub(crate) fn new() -> Self {
        let validate = StoredValue::new(None::<Validate>);
        let run = move |validate: &Option<Validate>| validate.as_ref().and_then(|validate| validate().err());
        Self {
            fields: StoredValue::new(Vec::new()),
            validate,
            client_errors: Memo::new(move |_| validate.with_value(run).map(|errors| field_errors(&errors)).unwrap_or_default()),
            server_errors: RwSignal::new(FieldErrors::new()),
        }
    }

    /// Adds a field; `name` is its name in the request.
    #[must_use]
    pub(crate) fn field(self, name: &'static str, kind: FieldKind) -> Field {
        let field = Field::new(self, name, kind, use_config());
        self.fields.update_value(|fields| fields.push(field));
        field
    }

    /// Sets the validation: `validate` builds the request from the fields' values and validates it.
    pub(crate) fn validate_with(self, validate: impl Fn() -> Result<(), ValidationErrors> + Send + Sync + 'static) {
        self.validate.set_value(Some(Box::new(validate)));
    }

    /// Reads all inputs and validates them. From now on, fields show their errors while typing. The first invalid field is focused.
    #[must_use]
    pub(crate) fn is_valid(self) -> bool {
        self.fields.with_value(|fields| {
            for field in fields {
                field.touch();
            }
            let errors = self.client_errors.get_untracked();
            let refused = fields.iter().find(|field| errors.contains_key(field.name()));
            if let Some(field) = refused {
                field.focus();
            }
            errors.is_empty()
        })
    }

    /// Shows the server's errors at the fields, each until its field changes. The first rejected field is focused.
    pub(crate) fn apply_server_error(self, error: &Error) {
        if let Error::Api(error) = error {
            self.refuse(error.fields.clone());
        }
    }

    /// Shows these errors like [`Self::apply_server_error`].
    pub(crate) fn refuse(self, errors: FieldErrors) {
        let refused = self.fields.with_value(|fields| fields.iter().find(|field| errors.contains_key(field.name())).copied());
        self.server_errors.set(errors);
        if let Some(field) = refused {
            field.focus();
        }
    }

    /// Clears all fields.
    pub(crate) fn clear(self) {
        self.server_errors.set(FieldErrors::new());
        self.fields.with_value(|fields| fields.iter().for_each(|field| field.clear()));
    }

    /// Returns code and English text of a field's error, tracked; client errors only if `touched`.
    pub(super) fn error(self, name: &str, touched: bool) -> Option<(String, String)> {
        let first = |errors: &FieldErrors| errors.get(name)?.first().map(|error| (error.code.clone(), error.message.clone()));
        self.server_errors.with(first).or_else(|| if touched { self.client_errors.with(first) } else { None })
    }

    /// Drops the server's errors of a field.
    pub(super) fn drop_server_error(self, name: &str) {
        if self.server_errors.with_untracked(|errors| errors.contains_key(name)) {
            self.server_errors.update(|errors| _ = errors.remove(name));
        }
    }
}
