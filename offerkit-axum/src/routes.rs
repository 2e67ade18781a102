//! The routes, a file for each resource. A handler reads a request, calls a service and writes its answer.

#![expect(
    unused_qualifications,
    reason = "`utoipa::path` writes the types of parameters with a path of its own"
)]

mod audit;
mod campaigns;
mod catalog;
mod configuration;
mod consents;
mod criteria;
mod customers;
mod desk;
mod eligibility;
mod groups;
mod health;
mod launches;
mod login;
mod me;
mod messages;
mod offer_decisions;
mod offers;
mod opt_out;
mod params;
mod progress;
mod receipts;
mod recipients;
mod reports;
mod segments;
mod sessions;
mod stops;
mod suppressions;
mod tenants;
mod users;

pub(crate) use customers::IMPORT;
use utoipa_axum::router::OpenApiRouter;

use crate::{problem::Problem, state::State};

/// Every route, with its description. Without passwords those for logging in and out are absent.
pub(crate) fn all(has_passwords: bool) -> OpenApiRouter<State> {
    let routes = vec![
        health::routes(),
        me::routes(),
        users::routes(),
        tenants::routes(),
        groups::routes(),
        configuration::routes(),
        catalog::routes(),
        offers::routes(),
        offer_decisions::routes(),
        desk::routes(),
        segments::routes(),
        criteria::routes(),
        eligibility::routes(),
        campaigns::routes(),
        launches::routes(),
        progress::routes(),
        recipients::routes(),
        messages::routes(),
        customers::routes(),
        consents::routes(),
        suppressions::routes(),
        stops::routes(),
        opt_out::routes(),
        receipts::routes(),
        reports::routes(),
        audit::routes(),
    ];
    let mut all = OpenApiRouter::with_openapi(problems());
    if has_passwords {
        all = all
            .merge(login::routes())
            .merge(sessions::routes())
            .merge(users::password_routes());
    }
    routes.into_iter().fold(all, OpenApiRouter::merge)
}

/// The description of problems, which every route may answer.
fn problems() -> utoipa::openapi::OpenApi {
    #[derive(utoipa::OpenApi)]
    #[openapi(components(schemas(Problem)))]
    struct Problems;
    <Problems as utoipa::OpenApi>::openapi()
}
