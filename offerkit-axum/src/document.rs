//! The OpenAPI document: what the routes say, and what is the same for all of them.

use std::collections::BTreeMap;

use utoipa::openapi::{
    Content, HeaderBuilder, HttpMethod, Info, OpenApi, Ref, RefOr, Required, Response,
    ResponseBuilder,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem},
    schema::{ArrayItems, ObjectBuilder, Schema, Type},
    security::{
        ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
    },
    tag::TagBuilder,
};

use crate::problem::PROBLEM_JSON;

const DESCRIPTION: &str = "Offers that others approve, campaigns that select customers, and what was delivered to whom.\n\n\
    Everything is JSON, and every error is a problem (RFC 9457) whose `type` never changes. What has a revision bears an \
    `ETag`; a change says with `If-Match` what it has seen. Lists come in pages, with a `Link` to the next. A repeat of a \
    change under one `Idempotency-Key` does nothing and gets the first answer. To someone with no group in a tenant, \
    everything in it looks like what does not exist.";

/// The groups of routes, in the order in which they are shown.
const TAGS: [(&str, &str); 19] = [
    ("login", "Sessions by password"),
    ("me", "What everybody does for themselves"),
    ("users", "The users of the platform"),
    ("tenants", "The tenants of the platform"),
    ("groups", "A tenant's groups and members"),
    (
        "configuration",
        "What a tenant's offers must look like, in versions",
    ),
    ("catalog", "The customer fields that criteria may name"),
    ("offers", "Offers: written by some, decided on by others"),
    ("desk", "What waits for a decision"),
    ("segments", "Criteria saved under a name, in versions"),
    ("criteria", "What criteria mean, and whom they select"),
    (
        "campaigns",
        "Campaigns: planned, launched by another person, run and ended",
    ),
    (
        "customers",
        "The platform's customers: who they are, and what they agreed to",
    ),
    ("stops", "What super admins hold back from being sent"),
    ("receipts", "What providers report of messages"),
    (
        "opt-out",
        "The links by which customers opt out, without a login",
    ),
    (
        "reports",
        "What was decided, live, sent and permitted; each drawing is recorded",
    ),
    ("audit", "Reading and verifying the audit logs"),
    ("health", "Whether the process lives, and can do its work"),
];

/// The problems that many routes answer, by status.
const PROBLEMS: [(&str, &str); 13] = [
    ("400", "The request cannot be read."),
    (
        "401",
        "Nobody is logged in, the session has ended, or a name or password is wrong.",
    ),
    ("403", "The policy refuses, and says by which rule."),
    (
        "404",
        "There is no such thing, or the caller may not know of it.",
    ),
    (
        "409",
        "The state of things stands against it, or the first request under the idempotency key still runs.",
    ),
    ("412", "The object has changed since it was seen."),
    ("413", "The body is too large."),
    ("415", "The body is not JSON."),
    (
        "422",
        "The input is wrong, and `errors` says where; or the idempotency key was used for another request.",
    ),
    ("428", "`If-Match` is needed."),
    (
        "429",
        "Too many failed logins or test messages; `Retry-After` says how long to wait.",
    ),
    ("500", "The installation is at fault."),
    (
        "503",
        "Trying again later may succeed; `Retry-After` says when.",
    ),
];

fn response_name(status: &str) -> String {
    format!("Problem{status}")
}

/// The document with what is the same for all routes.
pub(crate) fn finished(mut document: OpenApi, has_passwords: bool) -> OpenApi {
    document.info = Info::builder()
        .title("Offerkit")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    document.servers = None;
    let used = |name: &str| has_passwords || name != "login";
    document.tags = Some(
        TAGS.iter()
            .filter(|(name, _)| used(name))
            .map(|(name, text)| {
                TagBuilder::new()
                    .name(*name)
                    .description(Some(*text))
                    .build()
            })
            .collect(),
    );
    let components = document.components.get_or_insert_default();
    name_items(&mut components.schemas);
    for (status, text) in PROBLEMS {
        let shared = RefOr::T(problem(text));
        components.responses.insert(response_name(status), shared);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "The token that logging in answers, or the host's own.",
        ))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let signature = ApiKeyValue::with_description(
        "webhook-signature",
        "A signature of the body with the secret of receipts, as Standard Webhooks have it.",
    );
    let signature = SecurityScheme::ApiKey(ApiKey::Header(signature));
    components.add_security_scheme("signature", signature);
    if has_passwords {
        let cookie = ApiKeyValue::with_description(
            "__Host-offerkit",
            "The cookie that logging in sets for a browser; changes need the header `X-CSRF-Token` besides.",
        );
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(cookie));
        components.add_security_scheme("cookie", cookie);
    }
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            finish(path, &method, operation, has_passwords);
        }
    }
    document
}

/// Has lists refer to their items by name: what is generic is written out anew for each list.
fn name_items(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let mut named = BTreeMap::new();
    for (list, schema) in schemas.iter_mut() {
        let Some((_, name)) = list.split_once('_') else {
            continue;
        };
        let RefOr::T(Schema::Object(object)) = schema else {
            continue;
        };
        if let Some(RefOr::T(Schema::Array(array))) = object.properties.get_mut("items")
            && let ArrayItems::RefOrSchema(items) = &mut array.items
        {
            let shared = Box::new(RefOr::Ref(Ref::from_schema_name(name)));
            named.insert(name.to_owned(), *std::mem::replace(items, shared));
        }
    }
    for (name, schema) in named {
        schemas.entry(name).or_insert(schema);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation?)))
}

/// What bears an `ETag`.
const TAGGED: [&str; 7] = [
    "User",
    "Tenant",
    "Group",
    "OfferConfiguration",
    "Segment",
    "Offer",
    "Campaign",
];

/// Adds to a route what follows from its method, path and parameters.
fn finish(path: &str, method: &HttpMethod, operation: &mut Operation, has_passwords: bool) {
    add_headers(method, operation);
    let is_link = path.starts_with("/v1/opt-out/");
    let is_open = is_link || matches!(path, "/healthz" | "/readyz" | "/v1/login");
    let is_read = matches!(method, HttpMethod::Get);
    let is_read_by_post =
        path.contains("/criteria/") || path.ends_with("/find") || path.ends_with("/explain");
    let has_body = operation.request_body.is_some();
    let parameters = operation.parameters.get_or_insert_default();
    let any = |is: fn(&Parameter) -> bool| {
        parameters
            .iter()
            .any(|it| matches!(it, RefOr::T(parameter) if is(parameter)))
    };
    let is_guarded = any(|it| it.name == "If-Match");
    let has_query = any(|it| matches!(it.parameter_in, ParameterIn::Query));
    let is_signed = path == "/v1/receipts";
    let is_change = !is_read && !is_open && !is_read_by_post && !is_signed;
    let has_key = is_change && !path.ends_with("/test-send");
    if has_key {
        parameters.push(header(
            "Idempotency-Key",
            "Names this attempt: a repeat under the same key does nothing and gets the first answer; another request is refused.",
            Some(255),
        ));
    }
    if is_change && has_passwords {
        parameters.push(header(
            "X-CSRF-Token",
            "Needed where the session is in a cookie.",
            None,
        ));
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
    let mut statuses = vec!["500", "503"];
    if !is_open {
        statuses.extend(["401", "403", "404"]);
    }
    if is_link {
        statuses.push("404");
    }
    if has_query || has_body || is_change || is_guarded {
        statuses.push("400");
    }
    if has_body {
        statuses.extend(["413", "415", "422"]);
    }
    if is_change {
        statuses.extend(["409", "422"]);
    }
    if is_guarded {
        statuses.extend(["412", "428"]);
    }
    // Days that there are, and that no report is drawn for.
    if path.ends_with("/reports/decisions") || path.ends_with("/reports/live-offers") {
        statuses.push("422");
    }
    if path.ends_with("/test-send") {
        statuses.push("429");
    }
    if matches!(path, "/v1/login" | "/v1/me/password") {
        statuses.extend(["401", "429"]);
    }
    for status in statuses {
        let shared = RefOr::Ref(Ref::from_response_name(response_name(status)));
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert(shared);
    }
    if !is_open {
        let none = Vec::<String>::new();
        let scheme = if is_signed { "signature" } else { "bearer" };
        let mut security = vec![SecurityRequirement::new(scheme, none.clone())];
        if has_passwords && !is_signed {
            security.push(SecurityRequirement::new("cookie", none));
        }
        operation.security = Some(security);
    }
}

/// Adds to the answers of a route the headers that come with what they show.
fn add_headers(method: &HttpMethod, operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let shown = response.content.values().find_map(|content| match content {
            RefOr::T(Content {
                schema: Some(RefOr::Ref(shown)),
                ..
            }) => shown.ref_location.rsplit('/').next().map(str::to_owned),
            RefOr::T(_) | RefOr::Ref(_) => None,
        });
        let mut add = |name: &str, text: &str| {
            let header = HeaderBuilder::new()
                .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
                .description(Some(text))
                .build();
            response.headers.insert(name.to_owned(), RefOr::T(header));
        };
        let Some(shown) = shown else {
            continue;
        };
        if TAGGED.contains(&shown.as_str()) {
            add("ETag", "What a change says with `If-Match`.");
            if status == "201" && matches!(method, HttpMethod::Post) {
                add(
                    "Location",
                    "Where what was made is found, relative to the request.",
                );
            }
        }
        if shown.starts_with("Page_") {
            add(
                "Link",
                "The next page, where there is one, relative to the request.",
            );
        }
    }
}

fn header(name: &str, text: &str, longest: Option<usize>) -> RefOr<Parameter> {
    let kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(longest.map(|_| 1))
        .max_length(longest);
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(text))
        .schema(Some(kind.build()));
    RefOr::T(parameter.build())
}

fn problem(text: &str) -> Response {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    ResponseBuilder::new()
        .description(text)
        .content(PROBLEM_JSON, Content::new(Some(schema)))
        .build()
}
