//! Whole files of customers, in chunks.

#![expect(
    clippy::indexing_slicing,
    reason = "places are within the lengths above them, and a case may fail by a panic"
)]

use offerkit_core::{
    criteria::{FieldDefinition, FieldType},
    domain::{Customer, Scope},
    ports::MergeBy,
    services::{BadRow, Context, Customers, Error, ImportOptions, ImportRow, ImportSummary},
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::World,
};

cases! { rules::file_imports:
    a_file_is_imported_in_chunks_and_every_bad_row_told,
    an_import_that_broke_off_goes_on_where_it_stopped,
    another_file_under_the_name_of_an_import_is_found_out,
    rows_without_ids_get_the_same_ones_each_time,
    a_file_is_merged_by_address,
    the_records_of_an_import_quote_no_row,
    importing_a_file_is_for_super_admins_even_an_empty_one,
    a_chunk_has_a_size,
}

fn options(chunk: usize) -> ImportOptions {
    ImportOptions {
        chunk,
        ..ImportOptions::default()
    }
}

fn customers<B: Adapter>(w: &World<B>, count: usize) -> Result<Vec<Customer>, Failure> {
    let customers = (0..count).map(|_| Ok(w.platform.customer(&[])?));
    customers.collect()
}

/// A customer a line, from the second line on.
fn rows(customers: &[Customer]) -> Vec<ImportRow> {
    let lines = (2..).zip(customers);
    lines
        .map(|(line, it)| ImportRow::new(line, it.clone()))
        .collect()
}

async fn quietly(
    customers: &Customers,
    rows: Vec<ImportRow>,
    chunk: usize,
) -> Result<ImportSummary, Error> {
    customers.import_all(rows, options(chunk), |_, _| {}).await
}

async fn a_file_is_imported_in_chunks_and_every_bad_row_told<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let root = w.platform.as_root();
    let renewal = FieldDefinition::attribute("renewal", FieldType::Date)?;
    root.catalog().add_attribute(renewal).await?;
    let customers = customers(&w, 7)?;
    let mut file = rows(&customers);
    let mut undated = customers[5].to_parts();
    let attributes = json!({ "renewal": "2026-02-29" });
    undated.attributes =
        std::borrow::Cow::Owned(attributes.as_object().cloned().unwrap_or_default());
    file[5] = ImportRow::new(7, Customer::from_parts(undated)?);
    file[2] = ImportRow::refused(4, "column 2 is `ben`");
    let taken = customers[0].email().unwrap_or_default();
    file[6] = ImportRow::new(8, w.platform.customer(&[("email", taken)])?);
    let before = w.records(Scope::Platform).await?.len();
    let mut told = Vec::new();
    let mut told_bad = Vec::new();
    let summary = root
        .customers()
        .import_all(file, options(3), |totals, bad_rows| {
            told.push((totals.rows, totals.added, totals.updated, totals.refused));
            told_bad.extend_from_slice(bad_rows);
        })
        .await?;
    assert_eq!(told, [(3, 2, 0, 1), (6, 4, 0, 2), (7, 4, 0, 3)]);
    assert_eq!(summary.totals.done_before, 0);
    assert_eq!(summary.bad_rows, told_bad);
    let [reader, catalog, taken] = summary.bad_rows.as_slice() else {
        return Err(format!("three bad rows, not {:?}", summary.bad_rows).into());
    };
    let reason = "column 2 is `ben`".to_owned();
    assert_eq!(*reader, BadRow { line: 4, reason });
    assert_eq!((catalog.line, taken.line), (7, 8));
    assert!(catalog.reason.contains("`2026-02-29`"), "{catalog:?}");
    assert_eq!(taken.reason, "another customer has this e-mail address");
    assert_eq!(w.records(Scope::Platform).await?.len(), before + 3);
    let ids: Vec<_> = customers.iter().map(Customer::id).collect();
    assert_eq!(store.get_many(&ids).await?.len(), 4);
    Ok(())
}

async fn an_import_that_broke_off_goes_on_where_it_stopped<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let file = customers(&w, 10)?;
    let mut first = rows(&file);
    first[1] = ImportRow::refused(3, "no customer");
    let operation = w.operation();
    let import = w.platform.as_root().operation(operation).customers();
    // The file breaks off within the second chunk.
    let mut broken = first[..7].to_vec();
    broken.push(ImportRow::unreadable(9, "the disk is gone"));
    let mut begun = Vec::new();
    let outcome = import.import_all(broken, options(4), |totals, bad_rows| {
        begun.push((totals.rows, totals.added, bad_rows.to_vec()));
    });
    fails!(outcome.await, Error::Unreadable { line: 9, .. });
    let bad = BadRow {
        line: 3,
        reason: "no customer".to_owned(),
    };
    assert_eq!(begun, [(4, 3, vec![bad.clone()])]);
    let changed = w
        .platform
        .customer(&[("id", &file[0].id().to_string()), ("city", "Delhi")])?;
    w.platform
        .as_root()
        .customers()
        .import(vec![changed.clone()])
        .await?;
    let before = w.records(Scope::Platform).await?.len();
    let mut done_before = Vec::new();
    let again = import
        .import_all(first.clone(), options(4), |totals, _| {
            done_before.push(totals.done_before);
        })
        .await?;
    assert_eq!(done_before, [4, 4, 4]);
    assert_eq!((again.totals.rows, again.totals.added), (10, 9));
    assert_eq!((again.operation, &again.bad_rows), (operation, &vec![bad]));
    assert_eq!(w.records(Scope::Platform).await?.len(), before + 2);
    assert_eq!(store.get_many(&[file[0].id()]).await?, [changed]);
    let third = quietly(&import, first, 4).await?;
    assert_eq!(third.totals.done_before, 10);
    assert_eq!((third.totals.added, third.bad_rows), (9, again.bad_rows));
    Ok(())
}

async fn another_file_under_the_name_of_an_import_is_found_out<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut file = customers(&w, 6)?;
    let import = w.platform.as_root().operation(w.operation()).customers();
    quietly(&import, rows(&file), 2).await?;
    let id = file[3].id().to_string();
    file[3] = w.platform.customer(&[("id", &id), ("city", "Delhi")])?;
    fails!(
        quietly(&import, rows(&file), 2).await,
        Error::ImportChanged { chunk: 2, line: 4 }
    );
    fails!(
        quietly(&import, rows(&file), 3).await,
        Error::ImportChanged { chunk: 1, line: 2 }
    );
    file.truncate(2);
    let by_email = ImportOptions {
        merge_by: MergeBy::Email,
        chunk: 2,
    };
    fails!(
        import.import_all(rows(&file), by_email, |_, _| {}).await,
        Error::ImportChanged { chunk: 1, .. }
    );
    assert_eq!(
        quietly(&import, rows(&file), 2).await?.totals.done_before,
        2
    );
    let ben = w.platform.super_admin("ben").await?;
    let name = import.import_all(Vec::new(), options(2), |_, _| {}).await;
    fails!(name, Error::ImportChanged { chunk: 1, line: 0 });
    let of_ben = w.platform.kit.acting(&ben).customers();
    assert_eq!(quietly(&of_ben, rows(&file), 2).await?.totals.updated, 2);
    Ok(())
}

async fn rows_without_ids_get_the_same_ones_each_time<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut file = Vec::new();
    // A reader that makes up ids and moments makes others each time.
    let read = || -> Result<Vec<ImportRow>, Failure> {
        w.pass(chrono::TimeDelta::hours(1));
        let emails = ["a@example.com", "b@example.com", "c@example.com"];
        let rows = (2..).zip(emails).map(|(line, email)| {
            let customer = w
                .platform
                .customer(&[("email", email), ("full_name", "Asha")])?;
            let mut parts = customer.to_parts();
            parts.phone = None;
            let row = ImportRow::new(line, Customer::from_parts(parts)?);
            Ok(row.without_id().without_created_at())
        });
        rows.collect()
    };
    file.extend(read()?);
    let made: Vec<_> = file
        .iter()
        .filter_map(|row| Some(row.customer()?.id()))
        .collect();
    let import = w.platform.as_root().operation(w.operation()).customers();
    let first = quietly(&import, file, 2).await?;
    assert_eq!((first.totals.added, first.bad_rows), (3, vec![]));
    assert!(store.get_many(&made).await?.is_empty());
    let again = quietly(&import, read()?, 2).await?;
    assert_eq!((again.totals.done_before, again.totals.added), (3, 3));
    // Under another name they are others, whose addresses are taken.
    let other = quietly(&w.platform.as_root().customers(), read()?, 2).await?;
    assert_eq!((other.totals.added, other.totals.refused), (0, 3));
    Ok(())
}

async fn a_file_is_merged_by_address<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = w.platform.customer(&[("email", "asha@example.com")])?;
    let customers = w.platform.as_root().customers();
    customers.import(vec![asha.clone()]).await?;
    let options = ImportOptions {
        merge_by: MergeBy::Email,
        ..ImportOptions::default()
    };
    w.pass(chrono::TimeDelta::hours(1));
    let row = w
        .platform
        .customer(&[("email", "asha@example.com"), ("city", "Pune")])?;
    let file = [ImportRow::new(2, row).without_id().without_created_at()];
    let summary = customers.import_all(file, options, |_, _| {}).await?;
    assert_eq!((summary.totals.added, summary.totals.updated), (0, 1));
    let found = store.get_many(&[asha.id()]).await?;
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.city(), it.created_at()))
        .collect();
    assert_eq!(found, [(Some("Pune"), asha.created_at())]);
    Ok(())
}

async fn the_records_of_an_import_quote_no_row<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let root = w.platform.as_root();
    let renewal = FieldDefinition::attribute("renewal", FieldType::Date)?;
    root.catalog().add_attribute(renewal).await?;
    let with = |attribute: &str| -> Result<Customer, Failure> {
        let customer = w
            .platform
            .customer(&[("full_name", "canary"), ("city", "canary")])?;
        let mut parts = customer.to_parts();
        let attributes = json!({ "renewal": attribute });
        parts.attributes =
            std::borrow::Cow::Owned(attributes.as_object().cloned().unwrap_or_default());
        Ok(Customer::from_parts(parts)?)
    };
    let twice = with("2026-01-01")?;
    let file = [
        ImportRow::new(2, with("canary")?),
        ImportRow::refused(3, "expected an e-mail address, found `canary`"),
        ImportRow::new(4, twice.clone()),
        ImportRow::new(
            5,
            w.platform
                .customer(&[("email", twice.email().unwrap_or_default())])?,
        ),
    ];
    let summary = root
        .customers()
        .import_all(file, options(9), |_, _| {})
        .await?;
    assert_eq!(summary.totals.refused, 3);
    root.customers()
        .import(vec![with("canary")?, with("2026-01-01")?])
        .await?;
    for record in w.records(Scope::Platform).await? {
        let text = serde_json::to_string(&record)?;
        assert!(!text.contains("canary"), "{text}");
    }
    Ok(())
}

async fn importing_a_file_is_for_super_admins_even_an_empty_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for context in [w.tenant.admin.clone(), Context::anonymous()] {
        let customers = w.platform.kit.acting(&context).customers();
        assert!(quietly(&customers, Vec::new(), 5).await.is_err());
    }
    let admin = w.platform.kit.acting(&w.tenant.admin).customers();
    denied(
        quietly(&admin, rows(&customers(&w, 3)?), 5).await,
        "not_super_admin",
    )?;
    let root = w.platform.as_root().customers();
    assert_eq!(quietly(&root, Vec::new(), 5).await?.totals.rows, 0);
    Ok(())
}

async fn a_chunk_has_a_size<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let root = w.platform.as_root().customers();
    for size in [0, offerkit_core::services::MAX_CHUNK_ROWS + 1] {
        fails!(quietly(&root, Vec::new(), size).await, Error::Invalid(_));
    }
    Ok(())
}
