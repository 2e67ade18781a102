//! Mappings that can be, and that cannot.

use super::*;

fn client() -> CustomerMappingBuilder {
    CustomerMapping::builder("crm", "client")
        .key("no", KeyType::BigInt)
        .column(Column::FullName, "name")
}

#[test]
fn a_name_stays_one_name_whatever_its_letters() {
    for (name, quoted) in [
        ("client", "\"client\""),
        ("Client No", "\"Client No\""),
        ("a\"; DROP TABLE b; --", "\"a\"\"; DROP TABLE b; --\""),
        ("käufer.nr", "\"käufer.nr\""),
    ] {
        assert_eq!(Name::new("column", name.into()).unwrap().quoted(), quoted);
    }
}

#[test]
fn a_mapping_that_cannot_be_says_why() {
    let shown = |builder: CustomerMappingBuilder| builder.build().unwrap_err().to_string();
    let long = "x".repeat(64);
    let cases = [
        (
            shown(CustomerMapping::builder("crm", "client").column(Column::FullName, "name")),
            "the mapping names no key; say which column tells customers apart, with `key`",
        ),
        (
            shown(CustomerMapping::builder("crm", "client").key("no", KeyType::Uuid)),
            "the mapping names no column for `full_name`, which every customer has",
        ),
        (
            shown(client().column(Column::Id, "no")),
            "`id` is made from the key; name the column with `key`",
        ),
        (
            shown(client().column(Column::City, "a").column(Column::City, "b")),
            "`city` is mapped twice",
        ),
        (
            shown(
                client()
                    .attribute("tier", "t")
                    .attributes("extra", ["tier"]),
            ),
            "`tier` is mapped twice",
        ),
        (
            shown(client().attribute("Tier", "t")),
            "`Tier` is no name of an attribute: expected a-z, 0-9, `_` and `.`, a letter first",
        ),
        (
            shown(client().attributes("extra", (0..257).map(|it| format!("a{it}")))),
            "the mapping has 257 attributes, a customer at most 256",
        ),
        (
            shown(client().column(Column::City, "a\0b")),
            "`a\\0b` is no name of a column: expected 1 to 63 bytes without U+0000",
        ),
        (
            shown(client().source("")),
            "`` is no name of a source: expected 1 to 63 bytes without U+0000",
        ),
    ];
    for (error, expected) in cases {
        assert_eq!(error, expected);
    }
    assert!(Name::new("schema", long.into()).is_err());
}
