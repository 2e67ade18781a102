//! Who may do what, as a table.

use offerkit_core::policy::{Action, Job};

use crate::world::Thing;

/// One row an action: what it is about, whose groups permit it, and what applies to it.
///
/// - `about`: the kinds of object it may be asked for;
/// - `all`: everybody, for their own account; no other mark counts then;
/// - `read_only` to `admin`: the default groups; `unmasked`: a custom group that permits `view_recipients_unmasked`;
/// - `super`: super admins, with or without a group;
/// - `job`: the jobs that do it;
/// - `changes`: a refusal is recorded (reading recipients counts: it leaves a record);
/// - `active`: only in an active tenant;
/// - `decides`: holds and waits apply.
const TABLE: &str = "
| action                            | about                      | all | read_only | create | approver | admin | unmasked | super | job                | changes | active | decides |
|-----------------------------------|----------------------------|-----|-----------|--------|----------|-------|----------|-------|--------------------|---------|--------|---------|
| self.view                         | account                    |  ●  |           |        |          |       |          |       |                    |         |        |         |
| self.change_password              | account                    |  ●  |           |        |          |       |          |       |                    |    ●    |        |         |
| platform.bootstrap                | platform                   |     |           |        |          |       |          |       | bootstrap          |    ●    |        |         |
| platform.view                     | platform                   |     |           |        |          |       |          |   ●   |                    |         |        |         |
| platform.view_audit               | platform                   |     |           |        |          |       |          |   ●   |                    |         |        |         |
| user.create                       | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| user.update                       | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| user.deactivate                   | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| user.reactivate                   | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| user.set_temporary_password       | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| user.confirm_reset                | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| user.grant_super_admin            | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| user.revoke_super_admin           | account                    |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| catalog.manage                    | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| customer.import                   | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| customer.erase                    | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| sending.stop                      | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| sending.lift_stop                 | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |    ●    |
| contact.view                      | platform                   |     |           |        |          |       |          |   ●   |                    |         |        |         |
| consent.keep                      | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| address.suppress                  | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| address.release                   | platform                   |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| tenant.create                     | platform, tenant           |     |           |        |          |       |          |   ●   |                    |    ●    |   ●    |         |
| tenant.update                     | tenant                     |     |           |        |          |       |          |   ●   |                    |    ●    |   ●    |         |
| tenant.deactivate                 | tenant                     |     |           |        |          |       |          |   ●   |                    |    ●    |   ●    |         |
| tenant.reactivate                 | tenant                     |     |           |        |          |       |          |   ●   |                    |    ●    |        |         |
| tenant.allow_protected_fields     | tenant                     |     |           |        |          |       |          |   ●   |                    |    ●    |   ●    |         |
| group.create                      | tenant                     |     |           |        |          |       |          |   ●   |                    |    ●    |   ●    |    ●    |
| group.update                      | group                      |     |           |        |          |       |          |   ●   |                    |    ●    |   ●    |    ●    |
| membership.give                   | membership                 |     |           |        |          |       |          |   ●   | identity           |    ●    |   ●    |    ●    |
| membership.take                   | membership                 |     |           |        |          |       |          |   ●   | identity           |    ●    |        |    ●    |
| tenant.view_members               | tenant                     |     |           |        |          |   ●   |          |   ●   |                    |         |        |         |
| tenant.view_audit                 | tenant                     |     |           |        |          |   ●   |          |       |                    |         |        |         |
| configuration.view                | tenant                     |     |     ●     |   ●    |    ●     |   ●   |    ●     |       |                    |         |        |         |
| configuration.publish             | tenant                     |     |           |        |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.view                        | tenant, offer              |     |     ●     |   ●    |    ●     |   ●   |          |       |                    |         |        |         |
| offer.create                      | tenant                     |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.edit                        | offer                      |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.submit                      | offer                      |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.withdraw                    | offer                      |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.discard_draft               | offer                      |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.delete                      | offer                      |     |           |        |          |   ●   |          |       |                    |    ●    |   ●    |         |
| offer.approve                     | offer                      |     |           |        |    ●     |       |          |       |                    |    ●    |   ●    |    ●    |
| offer.reject                      | offer                      |     |           |        |    ●     |       |          |       |                    |    ●    |   ●    |    ●    |
| offer.request_changes             | offer                      |     |           |        |    ●     |       |          |       |                    |    ●    |   ●    |    ●    |
| offer.retire                      | offer                      |     |           |        |    ●     |       |          |       |                    |    ●    |   ●    |    ●    |
| offer.comment                     | offer                      |     |           |   ●    |    ●     |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.view                     | tenant, campaign           |     |           |   ●    |    ●     |   ●   |          |       |                    |         |        |         |
| campaign.create                   | tenant                     |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.edit                     | campaign                   |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.request_launch           | campaign                   |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.launch                   | campaign                   |     |           |        |    ●     |   ●   |          |       |                    |    ●    |   ●    |    ●    |
| campaign.decline_launch           | campaign                   |     |           |        |    ●     |   ●   |          |       |                    |    ●    |   ●    |    ●    |
| campaign.pause                    | campaign                   |     |           |   ●    |    ●     |   ●   |          |       | audience, schedule |    ●    |   ●    |         |
| campaign.resume                   | campaign                   |     |           |        |          |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.complete                 | campaign                   |     |           |        |          |   ●   |          |       | schedule           |    ●    |   ●    |         |
| campaign.comment                  | campaign                   |     |           |   ●    |    ●     |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.fill_audience            | tenant, campaign           |     |           |        |          |       |          |       | audience           |    ●    |   ●    |         |
| campaign.run_deliveries           | platform, tenant, campaign |     |           |        |          |       |          |       | delivery           |    ●    |   ●    |         |
| campaign.retry_deliveries         | campaign                   |     |           |        |          |   ●   |          |       |                    |    ●    |   ●    |         |
| campaign.view_recipients          | tenant, campaign           |     |           |        |          |   ●   |          |       |                    |    ●    |        |         |
| campaign.view_recipients_unmasked | campaign                   |     |           |        |          |       |    ●     |       |                    |    ●    |        |         |
| campaign.test_send                | campaign                   |     |           |   ●    |    ●     |   ●   |          |       |                    |    ●    |   ●    |         |
| customer.judge                    | tenant                     |     |           |        |          |   ●   |          |       |                    |    ●    |   ●    |         |
| segment.write                     | tenant                     |     |           |   ●    |          |   ●   |          |       |                    |    ●    |   ●    |         |
| report.decisions                  | tenant                     |     |           |        |          |   ●   |          |       |                    |    ●    |        |         |
| report.live_offers                | tenant                     |     |     ●     |   ●    |    ●     |   ●   |          |       |                    |    ●    |        |         |
| report.recipients                 | tenant                     |     |           |   ●    |    ●     |   ●   |          |       |                    |    ●    |        |         |
| report.customer                   | tenant                     |     |           |        |          |   ●   |          |       |                    |    ●    |        |         |
| report.permissions                | tenant                     |     |           |        |          |   ●   |          |   ●   |                    |    ●    |        |         |
| audit.seal                        | platform, tenant           |     |           |        |          |       |          |       | sealer             |    ●    |        |         |
";

/// The groups of the columns.
pub(crate) const GROUPS: [&str; 5] = ["read_only", "create", "approver", "admin", "unmasked"];

/// A row of the table.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row of marks")]
pub(crate) struct Row {
    pub(crate) action: Action,
    about: Vec<&'static str>,
    pub(crate) everybody: bool,
    /// Which of [`GROUPS`] permit it.
    pub(crate) groups: [bool; GROUPS.len()],
    pub(crate) super_admin: bool,
    job: &'static str,
    pub(crate) changes: bool,
    pub(crate) needs_active_tenant: bool,
    pub(crate) decides: bool,
}

impl Row {
    /// Whether the action may be asked for this kind of object.
    pub(crate) fn is_about(&self, thing: Thing) -> bool {
        self.about.contains(&thing.kind())
    }

    /// Whether the job does it.
    pub(crate) fn is_work_of(&self, job: Job) -> bool {
        self.job.split(", ").any(|name| name == job.as_str())
    }

    /// Whether no person does it.
    pub(crate) fn is_for_jobs_only(&self) -> bool {
        !self.everybody && !self.super_admin && self.groups == [false; GROUPS.len()]
    }
}

/// The table, in the order of [`Action::ALL`].
pub(crate) fn rows() -> Vec<Row> {
    let rows: Vec<_> = TABLE.trim().lines().skip(2).map(row).collect();
    let listed: Vec<_> = rows.iter().map(|row| row.action).collect();
    assert_eq!(
        listed,
        Action::ALL,
        "the table lists every action once, in order"
    );
    rows
}

fn row(line: &'static str) -> Row {
    let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [
        action,
        about,
        all,
        groups @ ..,
        super_admin,
        job,
        changes,
        active,
        decides,
    ] = &cells[..]
    else {
        panic!("too few cells: {line}");
    };
    Row {
        action: action.parse().unwrap(),
        about: about.split(", ").collect(),
        everybody: mark(all),
        groups: groups
            .iter()
            .map(|cell| mark(cell))
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
        super_admin: mark(super_admin),
        job,
        changes: mark(changes),
        needs_active_tenant: mark(active),
        decides: mark(decides),
    }
}

fn mark(cell: &str) -> bool {
    match cell {
        "●" => true,
        "" => false,
        other => panic!("`{other}` is no mark"),
    }
}

#[test]
fn the_columns_of_the_table_are_the_groups() {
    let header = TABLE.trim().lines().next().unwrap();
    let columns: Vec<_> = header.trim_matches('|').split('|').map(str::trim).collect();
    assert_eq!(columns[3..8], GROUPS);
}
