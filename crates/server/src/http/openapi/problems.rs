//! Error responses of each kind of operation, for the OpenAPI description.

use rekey_wire::problem::MEDIA_TYPE;
use std::collections::BTreeMap;
use utoipa::IntoResponses;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{ContentBuilder, Object, Ref, RefOr, Response, ResponseBuilder, Type};

type Responses = BTreeMap<String, RefOr<Response>>;

/// Any operation: internal errors and temporary unavailability.
const FAULTS: &[u16] = &[500, 503];
/// Operations with an unsafe method.
const WRITE: &[u16] = &[403, 413, 415];
/// Operations with a body.
const BODY: &[u16] = &[400, 408, 422];
/// Operations with a query.
const QUERY: &[u16] = &[414, 422];
/// Operations for signed-in users or admins only.
const ADMIN: &[u16] = &[401, 403];

fn described(groups: &[&[u16]]) -> Responses {
    groups.concat().into_iter().map(|status| (status.to_string(), RefOr::T(response(status)))).collect()
}

fn response(status: u16) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(meaning(status)).content(MEDIA_TYPE, content);
    if matches!(status, 429 | 503) {
        let seconds = HeaderBuilder::new().schema(Some(Object::with_type(Type::Integer))).description(Some("Seconds to wait")).build();
        return response.header("Retry-After", seconds).build();
    }
    response.build()
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "`bad_request`: the body is not one JSON object in UTF-8",
        401 => "`not_signed_in`, or for a login `invalid_credentials`",
        403 => {
            "`forbidden`: your role does not allow it; `above_your_role`: managers reach agents alone; `cross_site`: the call came from another site's page"
        }
        404 => "`not_found`",
        408 => "`request_timeout`: the body did not arrive within 10 seconds",
        409 => "`email_taken`, `extension_taken`, `no_valid_email`, `user_disabled`, `last_admin`, `own_account` or `no_secret`",
        410 => "`link_expired`, `link_used`, `link_cancelled` or `link_invalid`",
        412 => "`changed_meanwhile`: `current` is the user as it is now",
        413 => "`payload_too_large`: the body is over 16 KiB",
        414 => "`uri_too_long`: the query is over 4 KiB",
        415 => "`unsupported_media_type`: the body is not application/json",
        422 => "`invalid_fields`: `errors` names them",
        429 => "`too_many_requests`: wait as long as `Retry-After` says",
        503 => "`unavailable`: the database cannot be reached",
        _ => "`internal`: a fault of the server",
    }
}

/// Declares one type per kind of operation, for `#[utoipa::path(responses(…))]`.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $($group:expr),+;)+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> Responses {
                described(&[FAULTS, $($group),+])
            }
        }
    )+ };
}

kinds! {
    /// Reading public data.
    ReadProblems: &[];
    /// Logging out: no body.
    PlainProblems: WRITE;
    /// Requesting a link.
    PublicProblems: WRITE, BODY, &[429];
    /// Using a link.
    LinkProblems: WRITE, BODY, &[410, 429];
    /// Logging in.
    LoginProblems: WRITE, BODY, &[401, 429];
    /// Changing one's own password.
    AccountProblems: WRITE, BODY, &[401, 429];
    /// Lists and streams for admins.
    AdminProblems: ADMIN, QUERY;
    /// Creating or starting something as an admin.
    AdminWriteProblems: ADMIN, WRITE, BODY, &[409, 429];
    /// Reading a single resource as an admin.
    AdminItemProblems: ADMIN, &[404];
    /// Changing a single resource as an admin.
    AdminItemWriteProblems: ADMIN, WRITE, BODY, &[404, 409, 429];
    /// Resetting a user's password as an admin: no body.
    AdminResetProblems: ADMIN, WRITE, &[404, 409, 429];
}

#[cfg(test)]
mod tests {
    use super::{AdminItemWriteProblems, LinkProblems, ReadProblems};
    use utoipa::IntoResponses;

    fn statuses<T: IntoResponses>() -> String {
        T::responses().into_keys().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_kind_names_every_status_once() {
        assert_eq!(statuses::<ReadProblems>(), "500 503");
        assert_eq!(statuses::<LinkProblems>(), "400 403 408 410 413 415 422 429 500 503");
        assert_eq!(statuses::<AdminItemWriteProblems>(), "400 401 403 404 408 409 413 415 422 429 500 503");
    }

    #[test]
    fn a_limit_says_that_it_says_when() {
        let json = serde_json::to_value(LinkProblems::responses()).expect("JSON");
        assert_eq!(json["429"]["headers"]["Retry-After"]["schema"]["type"], "integer");
        assert_eq!(json["410"]["content"]["application/problem+json"]["schema"]["$ref"], "#/components/schemas/Problem");
    }
}
