//! What criteria mean, without counting, and why they select one customer or not.

use serde::Serialize;

use super::Campaigns;
use crate::{
    criteria::{CriteriaWarning, Explanation},
    domain::SavedCriteria,
    id::CustomerId,
    services::Error,
};

/// Criteria that can be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedCriteria {
    /// The criteria, checked.
    pub criteria: SavedCriteria,
    /// The criteria in words.
    pub description: String,
    /// What a writer may want to look at again.
    pub warnings: Vec<CriteriaWarning>,
}

/// Whether criteria select one customer now, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SelectionExplanation {
    /// Whether the customer is selected.
    pub is_selected: bool,
    /// Whether the customer is active: nobody else is ever selected.
    pub is_active: bool,
    /// What each clause asks, and whether it holds. Values are not told.
    pub explanation: Explanation,
}

impl Campaigns {
    /// What criteria mean; nobody is counted, and nothing is saved.
    ///
    /// # Errors
    ///
    /// [`Error::Criteria`] with every mistake in them; [`Error::NotFound`] for outsiders.
    pub async fn check_criteria(&self, criteria: &str) -> Result<CheckedCriteria, Error> {
        let mut work = self.view().await?;
        let configuration = work.configuration().await?;
        let written = work.criteria(&configuration, criteria).await?;
        Ok(CheckedCriteria {
            description: written.criteria.describe(),
            warnings: written.criteria.warnings().to_vec(),
            criteria: written.saved(),
        })
    }

    /// Why criteria select a customer now, or do not, clause by clause. The customer's values are not told, only whether
    /// there is one ([`Found::Hidden`](crate::criteria::Found)). That the customer was looked at is recorded.
    ///
    /// # Errors
    ///
    /// As for [`check_criteria`](Self::check_criteria); [`Error::Denied`] unless a group permits to see recipients;
    /// [`Error::NotFound`] for a customer who is not there.
    pub async fn explain_criteria(
        &self,
        criteria: &str,
        customer: CustomerId,
    ) -> Result<SelectionExplanation, Error> {
        let acting = &self.acting;
        acting.record_judging(self.tenant, customer).await?;
        let past = acting.past_of(self.tenant, customer).await?;
        let selection = {
            let mut work = self.view().await?;
            let configuration = work.configuration().await?;
            let written = work.criteria(&configuration, criteria).await?;
            work.selection(&configuration, written.criteria)?
        };
        let customer = acting.customer(customer).await?;
        let situation = selection.moment().with_history(&past);
        let explanation = selection.criteria().explain(&customer, situation);
        Ok(SelectionExplanation {
            is_selected: customer.is_active() && explanation.holds(),
            is_active: customer.is_active(),
            explanation: explanation.without_values(),
        })
    }
}
