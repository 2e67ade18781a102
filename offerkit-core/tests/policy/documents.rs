//! What the documentation says is what the data says.

use offerkit_core::{
    domain::{Permission, PermissionSet},
    policy::DEFAULT_GROUPS,
};

const SOURCE: &str = include_str!("../../src/policy/table.rs");

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|')
        .split('|')
        .map(|cell| cell.trim().trim_matches('`'))
        .collect()
}

#[test]
fn the_documented_table_of_default_groups_is_the_data() {
    let table: Vec<_> = SOURCE
        .lines()
        .take_while(|line| !line.starts_with("pub const DEFAULT_GROUPS"))
        .filter_map(|line| line.strip_prefix("/// "))
        .filter(|line| line.starts_with('|'))
        .collect();
    let [header, _, rows @ ..] = table.as_slice() else {
        panic!("the doc comment of DEFAULT_GROUPS has no table");
    };

    let names: Vec<_> = DEFAULT_GROUPS.iter().map(|group| group.name).collect();
    assert_eq!(cells(header)[1..], names);
    let permissions: Vec<Permission> = rows
        .iter()
        .map(|row| cells(row)[0].parse().unwrap())
        .collect();
    assert_eq!(permissions, Permission::ALL);
    for (column, group) in DEFAULT_GROUPS.iter().enumerate() {
        let documented: PermissionSet = rows
            .iter()
            .zip(&permissions)
            .filter(|(row, _)| match cells(row)[column + 1] {
                "●" => true,
                "" => false,
                other => panic!("`{other}` is no mark"),
            })
            .map(|(_, permission)| *permission)
            .collect();
        assert_eq!(documented, group.permissions, "{}", group.name);
    }
}

#[test]
fn unmasked_addresses_are_in_no_default_group() {
    for group in DEFAULT_GROUPS {
        assert!(
            !group
                .permissions
                .contains(Permission::ViewRecipientsUnmasked),
            "{}",
            group.name
        );
    }
}
