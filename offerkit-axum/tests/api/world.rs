//! A platform with the API in front of it, and people who use it.

use axum::Router;
use offerkit_axum::Api;
use offerkit_core::{
    domain::{Campaign, ExternalIdentity, Offer, UserChange},
    services::{Offerkit, OfferkitBuilder},
    testing::{TestPlatform, TestTenant},
};

use crate::{client::Client, store};

/// The password of the first super admin.
pub(crate) const ROOT_PASSWORD: &str = "the first super admin's password";

/// A platform with the tenant `loan` and a user in each of its groups.
pub(crate) struct World {
    pub(crate) platform: TestPlatform,
    pub(crate) loan: TestTenant,
    pub(crate) router: Router,
    _kept: store::Kept,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Api::new).await
    }

    /// A world whose API is put together otherwise.
    pub(crate) async fn with(api: impl FnOnce(Offerkit) -> Api) -> Self {
        Self::built(|builder| builder, api).await
    }

    /// The same, with the installation put together otherwise.
    pub(crate) async fn built(
        change: impl FnOnce(OfferkitBuilder) -> OfferkitBuilder,
        api: impl FnOnce(Offerkit) -> Api,
    ) -> Self {
        let (store, kept) = store::empty().await;
        let platform = TestPlatform::with(store, change).await.unwrap();
        let loan = platform.tenant("loan").await.unwrap();
        platform.user("nobody").await.unwrap();
        platform.super_admin("second").await.unwrap();
        let router = api(platform.kit.clone()).router();
        Self {
            platform,
            loan,
            router,
            _kept: kept,
        }
    }

    /// Someone who is not logged in.
    pub(crate) fn anonymous(&self) -> Client {
        Client::new(self.router.clone())
    }

    /// A user of this name, logged in: `loan.creator`, `nobody`, `root`.
    pub(crate) async fn logged_in(&self, name: &str) -> Client {
        let login = if name == "root" {
            self.platform.kit.login(name, ROOT_PASSWORD, None).await
        } else {
            let identity = ExternalIdentity {
                issuer: "https://login.example.com".parse().unwrap(),
                subject: name.parse().unwrap(),
            };
            self.platform.kit.login_external(&identity).await
        };
        let token = login.unwrap().token;
        let bearer = format!("Bearer {}", token.expose());
        self.anonymous().with("authorization", &bearer)
    }

    /// Gives somebody of the staff an e-mail address.
    pub(crate) async fn reachable(&self, name: &str) {
        let users = self.platform.as_root().users();
        let user = users.get_by_name(&name.parse().unwrap()).await.unwrap();
        let change = UserChange {
            email: Some(Some("ben@bank.example".parse().unwrap())),
            ..UserChange::default()
        };
        users
            .update(user.id(), user.version(), change)
            .await
            .unwrap();
    }

    /// An offer in each of the statuses that routes ask for.
    pub(crate) async fn draft(&self) -> Offer {
        self.loan.draft_offer("Gold").await.unwrap()
    }

    pub(crate) async fn submitted(&self) -> Offer {
        self.loan.submitted_offer("Gold").await.unwrap()
    }

    pub(crate) async fn approved(&self) -> Offer {
        self.loan.approved_offer("Gold").await.unwrap()
    }

    pub(crate) async fn requested_campaign(&self) -> Campaign {
        let offer = self.approved().await;
        let draft = self.loan.campaign(offer.id()).unwrap();
        self.loan.requested_campaign(draft).await.unwrap()
    }

    pub(crate) async fn launched_campaign(&self) -> Campaign {
        let offer = self.approved().await;
        let draft = self.loan.campaign(offer.id()).unwrap();
        self.loan.launched_campaign(draft).await.unwrap()
    }
}
