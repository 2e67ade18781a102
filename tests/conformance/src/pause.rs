//! Letting the others of a case go on.

use std::any::Any;

use async_trait::async_trait;
use offerkit_core::{
    domain::Customer,
    id::CustomerId,
    ports::{CustomerSource, Selection, StoreError},
};

use crate::Adapter;

/// Lets the others go on.
pub(crate) async fn pause() {
    let mut is_first = true;
    std::future::poll_fn(|context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}

/// Customers that no ledger recognises, so that their ids travel.
pub(crate) struct Stranger<B>(pub(crate) B);

#[async_trait]
impl<B: Adapter> CustomerSource for Stranger<B> {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        self.0.get_many(ids).await
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        self.0.select(selection, after, limit).await
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        self.0.count(selection).await
    }

    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        self.0.sample(selection, limit).await
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Customers that take their time, so that others go on between a selection and what is done with it.
pub(crate) struct SlowSource<B>(pub(crate) B);

#[async_trait]
impl<B: Adapter> CustomerSource for SlowSource<B> {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        pause().await;
        self.0.get_many(ids).await
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let selected = self.0.select(selection, after, limit).await;
        pause().await;
        selected
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        pause().await;
        self.0.count(selection).await
    }

    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        pause().await;
        self.0.sample(selection, limit).await
    }

    /// It selects as the other does, so a ledger may ask that one.
    fn as_any(&self) -> &dyn Any {
        self.0.as_any()
    }
}
