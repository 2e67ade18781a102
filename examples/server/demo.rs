//! The first people: a super admin, and for a demo a tenant with those who write, approve and run its offers.

use std::fmt::{self, Write as _};

use axum::http::HeaderName;
use chrono::TimeDelta;
use offerkit::{
    Context, Offerkit,
    domain::{Customer, NewUser, customer::CustomerBuilder},
    id::{CustomerId, IdSource as _, SystemIds},
    services::{Acting, Error},
    text::PasswordText,
    time::{Clock as _, SystemClock},
};

use super::{failure::Failure, identity::identity};

/// The demo's tenant.
const TENANT: &str = "credit_card";
/// Its people, each with their groups.
const MEMBERS: [(&str, &[&str]); 3] = [
    ("asha", &["create", "approver"]),
    ("ben", &["approver"]),
    ("chitra", &["admin"]),
];
/// How many customers there are.
const CUSTOMERS: usize = 300;

/// Who can log in, and how. Shown once: only hashes are kept.
pub(crate) struct People {
    pub(crate) password: String,
    is_demo: bool,
    /// The header that names them, where a proxy has checked their login.
    header: Option<HeaderName>,
}

impl People {
    /// The same people, known by a header instead of their passwords.
    pub(crate) fn named_in(mut self, header: &HeaderName) -> Self {
        self.header = Some(header.clone());
        self
    }
}

/// Makes the first super admin, and the demo's people, unless there is a super admin already.
pub(crate) async fn first_people(
    kit: &Offerkit,
    password: Option<&str>,
    is_demo: bool,
) -> Result<Option<People>, Failure> {
    let text = match password {
        Some(text) => text.to_owned(),
        None => made_up_password()?,
    };
    let password = PasswordText::new(&text).map_err(|error| Failure::Input(error.to_string()))?;
    let root = match kit.bootstrap(newcomer("root")?, &password).await {
        Ok(root) => kit.acting(&Context::user(root.id())),
        Err(Error::AlreadyBootstrapped) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if is_demo {
        let tenant = root.tenants().create(TENANT.parse()?, None).await?.id();
        for (name, groups) in MEMBERS {
            let user = member(kit, &root, name, &password).await?;
            for group in groups {
                root.groups(tenant).add(user, &group.parse()?).await?;
            }
        }
        root.customers().import(made_up_customers()?).await?;
    }
    Ok(Some(People {
        password: text,
        is_demo,
        header: None,
    }))
}

/// Someone of this name, who is called so by a proxy, too.
fn newcomer(name: &str) -> Result<NewUser, Failure> {
    let mut new = NewUser::named(name.parse()?);
    new.identity = Some(identity(name)?);
    Ok(new)
}

/// A user who has chosen the password already.
async fn member(
    kit: &Offerkit,
    root: &Acting,
    name: &str,
    password: &PasswordText,
) -> Result<offerkit::id::UserId, Failure> {
    let first = made_up_password()?;
    let first_text = PasswordText::new(&first)?;
    let user = root
        .users()
        .create(newcomer(name)?, Some(&first_text))
        .await?
        .id();
    let account = kit.acting(&Context::user(user)).account();
    account.change_password(&first, password).await?;
    Ok(user)
}

/// 96 random bits.
fn made_up_password() -> Result<String, Failure> {
    let secret = SystemIds::new().secret()?;
    let mut text = String::new();
    for byte in secret.iter().take(12) {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

fn made_up_customers() -> Result<Vec<Customer>, Failure> {
    let (ids, now) = (SystemIds::new(), SystemClock.now());
    let mut customers = Vec::with_capacity(CUSTOMERS);
    for number in 0..CUSTOMERS {
        let id = CustomerId::from_uuid(ids.uuid(now));
        let mut customer = CustomerBuilder::new(id, now);
        customer.set("full_name", &format!("Customer {number}"))?;
        customer.set("email", &format!("customer.{number}@example.com"))?;
        customer.set(
            "segment",
            if number % 3 == 0 {
                "premium"
            } else {
                "standard"
            },
        )?;
        let years = i64::try_from(20 + number % 50)?;
        let born = now.date() - TimeDelta::days(365 * years);
        customer.set("dob", &born.to_string())?;
        customers.push(customer.build()?);
    }
    Ok(customers)
}

impl fmt::Display for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            password,
            is_demo,
            header,
        } = self;
        if *is_demo {
            writeln!(
                f,
                "A demo: the tenant {TENANT} with {CUSTOMERS} made-up customers, and these people:"
            )?;
            writeln!(f, "  root    super admin")?;
            for (name, groups) in MEMBERS {
                writeln!(f, "  {name:<7} {}", groups.join(", "))?;
            }
        } else {
            writeln!(f, "The first super admin is root.")?;
        }
        match header {
            Some(header) => write!(f, "Each is whom the proxy calls so in the header {header}."),
            None => write!(
                f,
                "Each logs in with the password {password}\nIt is shown this once."
            ),
        }
    }
}
