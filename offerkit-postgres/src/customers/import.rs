//! Adding and replacing customers, one after the other as far as anyone can tell.

use std::collections::{HashMap, HashSet};

use offerkit_core::{
    domain::Customer,
    id::CustomerId,
    ports::{Candidate, ImportReport, StoreError, UniqueKey},
};
use sqlx::types::Uuid;

use crate::{connection::Open, error::backend};

/// A text that one customer alone may have.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Unique {
    ExternalId(Box<str>),
    Email(Box<str>),
}

fn uniques(external_id: Option<&str>, email: Option<&str>) -> Vec<Unique> {
    let external_id = external_id.map(|text| Unique::ExternalId(text.into()));
    let email = email.map(|text| Unique::Email(text.into()));
    external_id.into_iter().chain(email).collect()
}

/// Who is there of those that an import is about, and who has the texts that it brings.
#[derive(Default)]
struct Present {
    customers: HashMap<CustomerId, Vec<Unique>>,
    erased: HashSet<CustomerId>,
    holders: HashMap<Unique, CustomerId>,
}

/// Someone else took an external id or e-mail address between our look and our write.
#[derive(Debug, thiserror::Error)]
#[error("another import gave a customer the same external id or e-mail address")]
struct Overtaken;

/// Adds or replaces, and leaves out those that cannot be.
pub(super) async fn import(
    open: &mut Open,
    candidates: &[Candidate],
) -> Result<ImportReport, StoreError> {
    let mut present = Present::of(open, candidates).await?;
    let mut report = ImportReport::default();
    let mut taken = Vec::new();
    let mut ids = HashSet::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let customer = match present.accepted(candidate) {
            Ok(customer) => customer,
            Err(why) => {
                report.refused.push((place, why.to_owned()));
                continue;
            }
        };
        // One statement changes a row once, so who comes again waits for the next one.
        if !ids.insert(customer.id()) {
            put(open, &std::mem::take(&mut taken)).await?;
            ids = HashSet::from([customer.id()]);
        }
        if present.put(customer) {
            report.updated += 1;
        } else {
            report.added += 1;
        }
        taken.push(customer);
    }
    put(open, &taken).await?;
    Ok(report)
}

impl Present {
    /// Reads, and holds until the transaction ends.
    async fn of(open: &mut Open, candidates: &[Candidate]) -> Result<Self, StoreError> {
        let customers: Vec<&Customer> = candidates.iter().flatten().collect();
        let ids: Vec<Uuid> = customers.iter().map(|it| it.id().as_uuid()).collect();
        let externals: Vec<String> = texts(&customers, Customer::external_id);
        let emails: Vec<String> = texts(&customers, Customer::email);
        let statement = open
            .query(&[
                "SELECT it.id, it.external_id, it.email, it.erased_at IS NOT NULL AS is_erased
                FROM {schema}.customers AS it
                WHERE it.id = ANY ($1) OR it.external_id = ANY ($2) OR it.email = ANY ($3)
                ORDER BY it.id FOR UPDATE",
            ])
            .bind(ids)
            .bind(externals)
            .bind(emails);
        let mut present = Self::default();
        for row in open.all(statement).await? {
            let id = CustomerId::from_uuid(row.get("id")?);
            if row.get("is_erased")? {
                present.erased.insert(id);
            }
            present.keep(id, uniques(row.get("external_id")?, row.get("email")?));
        }
        Ok(present)
    }

    /// The customer, or why they are refused: by whoever brought them, or here.
    fn accepted<'c>(&self, candidate: &'c Candidate) -> Result<&'c Customer, &'c str> {
        let customer = candidate.as_ref().map_err(String::as_str)?;
        match self.refusal(customer) {
            Some(why) => Err(why),
            None => Ok(customer),
        }
    }

    fn refusal(&self, customer: &Customer) -> Option<&'static str> {
        if self.erased.contains(&customer.id()) {
            return Some("this customer was erased");
        }
        let texts = uniques(customer.external_id(), customer.email());
        let is_taken = |text: &&Unique| {
            let holder = self.holders.get(*text);
            holder.is_some_and(|holder| *holder != customer.id())
        };
        Some(match texts.iter().find(is_taken)? {
            Unique::ExternalId(_) => "another customer has this external id",
            Unique::Email(_) => "another customer has this e-mail address",
        })
    }

    /// Answers whether the customer was there.
    fn put(&mut self, customer: &Customer) -> bool {
        let before = self.customers.remove(&customer.id());
        for text in before.iter().flatten() {
            self.holders.remove(text);
        }
        self.keep(
            customer.id(),
            uniques(customer.external_id(), customer.email()),
        );
        before.is_some()
    }

    fn keep(&mut self, id: CustomerId, texts: Vec<Unique>) {
        let held = texts.iter().map(|text| (text.clone(), id));
        self.holders.extend(held);
        self.customers.insert(id, texts);
    }
}

fn texts(customers: &[&Customer], of: impl Fn(&Customer) -> Option<&str>) -> Vec<String> {
    let texts = customers.iter().filter_map(|customer| of(customer));
    texts.map(str::to_owned).collect()
}

/// Writes customers in their order, each once. Their JSON form has the names of the columns.
async fn put(open: &mut Open, customers: &[&Customer]) -> Result<(), StoreError> {
    if customers.is_empty() {
        return Ok(());
    }
    let document = serde_json::to_string(customers).map_err(backend)?;
    let statement = open
        .query(&[
            "INSERT INTO {schema}.customers AS it (id, external_id, full_name, email, phone, dob, gender, kyc_status,
                segment, occupation, annual_income, credit_score, state, city, pin_code, marital_status,
                account_age_months, preferred_language, is_active, created_at, attributes)
            SELECT new.id, new.external_id, new.full_name, new.email, new.phone, new.dob, new.gender, new.kyc_status,
                new.segment, new.occupation, new.annual_income, new.credit_score, new.state, new.city, new.pin_code,
                new.marital_status, new.account_age_months, new.preferred_language, new.is_active, new.created_at,
                coalesce(new.attributes, '{}')
            FROM ROWS FROM (json_to_recordset($1::TEXT::JSON) AS (id UUID, external_id TEXT, full_name TEXT, email TEXT,
                phone TEXT, dob DATE, gender TEXT, kyc_status TEXT, segment TEXT, occupation TEXT, annual_income NUMERIC,
                credit_score INTEGER, state TEXT, city TEXT, pin_code TEXT, marital_status TEXT,
                account_age_months INTEGER, preferred_language TEXT, is_active BOOLEAN, created_at TIMESTAMPTZ,
                attributes JSONB)) WITH ORDINALITY AS new
            ORDER BY new.ordinality
            ON CONFLICT (id) DO UPDATE SET external_id = excluded.external_id, full_name = excluded.full_name,
                email = excluded.email, phone = excluded.phone, dob = excluded.dob, gender = excluded.gender,
                kyc_status = excluded.kyc_status, segment = excluded.segment, occupation = excluded.occupation,
                annual_income = excluded.annual_income, credit_score = excluded.credit_score, state = excluded.state,
                city = excluded.city, pin_code = excluded.pin_code, marital_status = excluded.marital_status,
                account_age_months = excluded.account_age_months, preferred_language = excluded.preferred_language,
                is_active = excluded.is_active, created_at = excluded.created_at, attributes = excluded.attributes",
        ])
        .bind(document);
    match open.execute(statement).await {
        Err(StoreError::Duplicate(UniqueKey::Customer)) => {
            Err(StoreError::Retry(Box::new(Overtaken)))
        }
        done => done.map(drop),
    }
}
