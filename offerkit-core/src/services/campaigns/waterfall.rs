//! Which part of its criteria leaves a campaign how many customers.

use super::Campaigns;
use crate::{
    criteria::{Catalog, Criteria, Waterfall, WaterfallStep},
    id::CampaignId,
    ports::Selection,
    services::Error,
};

impl Campaigns {
    /// How many active customers each clause at the top of a campaign's criteria leaves now, one after the other.
    ///
    /// ```
    /// # use offerkit_core::{id, services::{Campaigns, Error}};
    /// # async fn example(campaigns: Campaigns, id: id::CampaignId) -> Result<(), Error> {
    /// let waterfall = campaigns.waterfall(id).await?;
    /// println!("{} active customers", waterfall.total);
    /// for step in &waterfall.steps {
    ///     println!("{}: {} remain", step.description, step.remaining);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`preview`](Self::preview).
    pub async fn waterfall(&self, id: CampaignId) -> Result<Waterfall, Error> {
        let selection = {
            let mut work = self.view().await?;
            let campaign = work.viewed_campaign(id).await?;
            work.saved_selection(&campaign).await?
        };
        self.counted(&selection).await
    }

    /// How many active customers each clause at the top of criteria leaves now; nothing is saved.
    ///
    /// # Errors
    ///
    /// As for [`preview_criteria`](Self::preview_criteria).
    pub async fn waterfall_of_criteria(&self, criteria: &str) -> Result<Waterfall, Error> {
        let selection = {
            let mut work = self.view().await?;
            let configuration = work.configuration().await?;
            let written = work.criteria(&configuration, criteria).await?;
            work.selection(&configuration, written.criteria)?
        };
        self.counted(&selection).await
    }

    async fn counted(&self, selection: &Selection) -> Result<Waterfall, Error> {
        let customers = &self.acting.kit().inner.customers;
        let of =
            |criteria: Criteria| Selection::new(selection.tenant(), criteria, *selection.moment());
        let everyone = Criteria::parse(r#"{"$everyone": true}"#, &Catalog::customers())?;
        let total = customers.count(&of(everyone)).await?;
        let mut steps = Vec::new();
        for step in selection.criteria().steps() {
            let remaining = customers.count(&of(step.criteria().clone())).await?;
            steps.push(WaterfallStep::new(&step, remaining));
        }
        Ok(Waterfall { total, steps })
    }
}
