//! An installation on another store.

use futures_executor::block_on;
use offerkit::{memory::MemoryStore, testing::TestPlatform};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// First seen to fail where every source was taken from the new store.
#[test]
fn an_installation_on_another_store_keeps_the_hosts_own_source_of_customers() -> Outcome {
    block_on(async {
        let source = MemoryStore::new();
        TestPlatform::new(source.clone())
            .await?
            .customers(2)
            .await?;
        let store = MemoryStore::new();
        let platform = TestPlatform::with(store.clone(), |it| it.customers(source)).await?;
        let tenant = platform.tenant("loan").await?;
        platform.customers(5).await?;
        let on_it = platform.kit.on(store);
        let campaigns = on_it.acting(&tenant.creator).campaigns(tenant.id);
        let everyone = campaigns.preview_criteria(r#"{"$everyone": true}"#).await?;
        assert_eq!(everyone.count, 2);
        Ok(())
    })
}

#[test]
fn an_installation_on_another_store_has_that_ones_people_and_customers() -> Outcome {
    block_on(async {
        let (one, two) = (
            TestPlatform::new(MemoryStore::new()).await?,
            MemoryStore::new(),
        );
        let other = TestPlatform::new(two.clone()).await?;
        let tenant = other.tenant("loan").await?;
        other.customers(3).await?;
        let on_it = one.kit.on(two);
        let campaigns = on_it.acting(&tenant.creator).campaigns(tenant.id);
        let everyone = campaigns.preview_criteria(r#"{"$everyone": true}"#).await?;
        assert_eq!(everyone.count, 3);
        // What was built stays where it was.
        let nobody = one.kit.acting(&tenant.creator).campaigns(tenant.id);
        assert!(
            nobody
                .preview_criteria(r#"{"$everyone": true}"#)
                .await
                .is_err()
        );
        Ok(())
    })
}
