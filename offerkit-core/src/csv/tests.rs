use std::fmt::Write as _;

use serde_json::json;

use super::*;
use crate::{
    criteria::{Criteria, FieldDefinition, FieldType, Moment},
    id::SystemIds,
};

const ID: &str = "01890000-0000-7000-8000-000000000001";

fn now() -> Timestamp {
    "2026-01-31T09:30:00Z".parse().unwrap()
}

/// What each row gives: a name, or what is wrong.
fn read(file: impl AsRef<[u8]>) -> Vec<String> {
    let ids = SystemIds::new();
    let rows = customers(file.as_ref(), &ids, now()).unwrap();
    rows.map(|row| match row {
        Ok(customer) => customer.full_name().to_owned(),
        Err(error) => error.to_string(),
    })
    .collect()
}

fn header_error(file: impl AsRef<[u8]>) -> String {
    let ids = SystemIds::new();
    customers(file.as_ref(), &ids, now())
        .unwrap_err()
        .to_string()
}

#[test]
fn columns_may_stand_in_any_order() {
    let file = format!(
        "is_active,email,id,full_name,created_at,attributes.tier,city\n\
         no,asha@example.com,{ID}, Asha Rao ,2020-02-29T00:00:00+05:30, gold ,Pune\n"
    );
    let ids = SystemIds::new();
    let mut rows = customers(file.as_bytes(), &ids, now()).unwrap();
    let customer = rows.next().unwrap().unwrap();
    assert_eq!(rows.line(), 2);
    assert!(rows.next().is_none());
    assert_eq!(customer.id().to_string(), ID);
    assert_eq!(customer.full_name(), "Asha Rao");
    assert!(!customer.is_active());
    let created = customer.created_at().to_string();
    assert_eq!(created, "2020-02-28T18:30:00.000000Z");
    assert_eq!(customer.attribute("tier"), Some(&Value::from("gold")));
    assert_eq!(customer.city(), Some("Pune"));
}

#[test]
fn what_a_file_leaves_out_is_made_or_absent() {
    let ids = SystemIds::new();
    let file = "full_name,id,created_at,email,attributes.tier\nAsha,,,,\nBen,,,,\n";
    let made: Vec<_> = customers(file.as_bytes(), &ids, now())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(made.len(), 2);
    assert_ne!(made[0].id(), made[1].id());
    assert_eq!(made[0].created_at(), now());
    assert_eq!(made[0].email(), None);
    assert!(made[0].is_active());
    assert!(made[0].attributes().is_empty());
}

#[test]
fn a_mistake_stands_at_its_line_and_column_and_stops_nothing() {
    let file = "full_name,email,credit_score\nAsha,asha@,700\nBen,,7oo\nChitra,,700\n,,700\n";
    let rows = read(file);
    assert_eq!(
        rows,
        [
            "line 2, column 2 (email): expected an e-mail address, found `asha@`",
            "line 3, column 3 (credit_score): expected a whole number from -2147483648 to 2147483647, found `7oo`",
            "Chitra",
            "line 5, column 1 (full_name): expected a name, since every customer has one, found nothing",
        ]
    );
}

#[test]
fn a_mistake_that_only_the_whole_row_shows_has_its_column_too() {
    let rows = read("full_name,annual_income\nAsha,1.23456\n");
    assert!(
        rows[0].starts_with("line 2, column 2 (annual_income): expected "),
        "{rows:?}"
    );
}

#[test]
fn quotes_and_line_breaks_in_them_leave_the_lines_right() {
    let file = "full_name,city,email\n\
                \"Rao, Asha\",\"a \"\"b\"\"\nc\nd\",x\n\
                \"Ben\nIto\",Pune,y\n\
                Chitra,Pune,z\n";
    assert_eq!(
        read(file),
        [
            "line 4, column 3 (email): expected an e-mail address, found `x`",
            "line 6, column 3 (email): expected an e-mail address, found `y`",
            "line 7, column 3 (email): expected an e-mail address, found `z`",
        ]
    );
}

#[test]
fn lines_are_counted_alike_however_they_end() {
    let file = "\n\nfull_name,email\n\nAsha,x\n\n\nBen,b@example.com\n  \nChitra,\"y\"\n\n";
    let expected = [
        "line 5, column 2 (email): expected an e-mail address, found `x`",
        "Ben",
        "line 10, column 2 (email): expected an e-mail address, found `y`",
    ];
    assert_eq!(read(file), expected);
    assert_eq!(read(file.replace('\n', "\r\n")), expected);
    assert_eq!(read(file.trim_end()), expected);
    assert_eq!(read(file.trim_end().replace('\n', "\r\n")), expected);
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    struct Bytewise<'a>(&'a [u8]);
    impl Read for Bytewise<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    let file = "\u{feff}full_name,email\r\nAsha,\r\n";
    assert_eq!(read(file), ["Asha"]);
    let ids = SystemIds::new();
    let mut rows = customers(Bytewise(file.as_bytes()), &ids, now()).unwrap();
    assert_eq!(rows.next().unwrap().unwrap().full_name(), "Asha");
}

#[test]
fn a_row_of_another_length_is_refused_whole() {
    let file = "full_name,email\nAsha\nBen,,x\nChitra,c@example.com\n\"Dev,d@example.com\n";
    assert_eq!(
        read(file),
        [
            "line 2: the row has 1 value, and the header names 2 columns",
            "line 3: the row has 3 values, and the header names 2 columns",
            "Chitra",
            "line 5: the row has 1 value, and the header names 2 columns; a quotation mark may not be closed",
        ]
    );
}

#[test]
fn a_value_that_is_not_utf_8_is_refused_alone() {
    let rows = read(b"full_name,city\nAsha,M\xfcnchen\nBen,Pune\n");
    assert_eq!(
        rows,
        ["line 2, column 2 (city): the value is not UTF-8", "Ben"]
    );
}

#[test]
fn a_wrong_header_is_told_at_once() {
    let error = header_error("email,segmnet,email,attributes.\n");
    let told = "the header in line 1 has no column `full_name`, and repeats `email` (column 3), and has unknown names: \
                `segmnet` (column 2), `attributes.` (column 4); known are id, external_id, full_name,";
    assert!(error.starts_with(told), "{error}");
    let error = header_error("full_name;email\n");
    assert!(
        error.ends_with("; columns are separated by commas"),
        "{error}"
    );
    assert!(header_error("").starts_with("the file is empty"));
    assert!(header_error("\n \r\n").starts_with("the file is empty"));
    let error = header_error(b"full_name,\xff\n");
    assert_eq!(error, "the name of column 2 in line 1 is not UTF-8");
}

#[test]
fn a_file_that_cannot_be_read_on_ends_the_rows() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }

    let ids = SystemIds::new();
    let file = b"full_name\nAsha\n".chain(Broken);
    let rows: Vec<_> = customers(file, &ids, now()).unwrap().take(9).collect();
    assert_eq!(rows.len(), 2);
    let error = rows[1].as_ref().unwrap_err();
    assert!(matches!(error.problem(), RowProblem::Read(_)));
    assert!(customers(Broken, &ids, now()).is_err());
}

#[test]
fn repeated_words_are_kept_once() {
    let mut file = "full_name,segment\n".to_owned();
    for number in 0..3 {
        writeln!(file, "Asha {number},premium").unwrap();
    }
    let ids = SystemIds::new();
    let mut rows = customers(file.as_bytes(), &ids, now()).unwrap();
    assert_eq!(rows.by_ref().flatten().count(), 3);
    assert_eq!(rows.words.len(), 1);
}

fn catalog() -> Catalog {
    let decimal = FieldType::Decimal {
        precision: 6,
        scale: 2,
    };
    let values = vec!["gold".into(), "silver".into()];
    let fields = [
        ("visits", FieldType::Int),
        ("spent", decimal),
        ("vip", FieldType::Bool),
        ("renewal", FieldType::Date),
        ("seen", FieldType::Timestamp),
        ("tags", FieldType::Set),
        ("tier", FieldType::Enum { values }),
        ("branch", FieldType::Uuid),
        ("note", FieldType::Text),
    ];
    fields
        .into_iter()
        .fold(Catalog::customers(), |catalog, (name, field_type)| {
            let field = FieldDefinition::attribute(name, field_type).unwrap();
            catalog.with_attribute(field).unwrap()
        })
}

/// The attributes of one row, or what is wrong.
fn attribute(name: &str, text: &str) -> Result<Value, String> {
    let file = format!(
        "full_name,attributes.{name}\nAsha,\"{}\"\n",
        text.replace('"', "\"\"")
    );
    let ids = SystemIds::new();
    let rows = customers(file.as_bytes(), &ids, now()).unwrap();
    let customer = rows.typed_by(&catalog()).next().unwrap();
    let customer = customer.map_err(|error| error.to_string())?;
    Ok(customer.attribute(name).cloned().unwrap_or_default())
}

#[test]
fn attributes_have_the_types_that_the_catalog_declares() {
    for (name, text, expected) in [
        ("visits", "-42", json!(-42)),
        (
            "visits",
            "9007199254740993",
            json!(9_007_199_254_740_993_i64),
        ),
        ("spent", "1234.5", json!(1234.5)),
        ("spent", "-0.10", json!(-0.1)),
        ("spent", "7", json!(7.0)),
        ("spent", "0007.5000", json!(7.5)),
        ("vip", "Yes", json!(true)),
        ("vip", "0", json!(false)),
        ("renewal", "2024-02-29", json!("2024-02-29")),
        (
            "seen",
            "2026-01-31T09:30:00+05:30",
            json!("2026-01-31T04:00:00.000000Z"),
        ),
        ("tags", "b| a |b||c d", json!(["a", "b", "c d"])),
        ("tags", r#"["x|y", "a"]"#, json!(["a", "x|y"])),
        ("tier", "gold", json!("gold")),
        (
            "branch",
            "018F4A2C000070008000000000000001",
            json!("018f4a2c-0000-7000-8000-000000000001"),
        ),
        ("note", "5", json!("5")),
        ("unknown", "5", json!("5")),
        ("visits", "", json!(null)),
        ("tags", "", json!(null)),
    ] {
        assert_eq!(attribute(name, text), Ok(expected), "{name}: {text}");
    }
}

#[test]
fn an_attribute_of_another_type_is_a_mistake_at_its_place() {
    for (name, text, expected) in [
        ("visits", "4.5", "a whole number of 64 bits"),
        ("visits", "9223372036854775808", "a whole number of 64 bits"),
        (
            "spent",
            "12345",
            "a number with at most 4 digits before the point and 2 behind it",
        ),
        (
            "spent",
            "1.234",
            "a number with at most 4 digits before the point and 2 behind it",
        ),
        (
            "spent",
            "1e3",
            "a number with at most 4 digits before the point and 2 behind it",
        ),
        (
            "spent",
            ".5",
            "a number with at most 4 digits before the point and 2 behind it",
        ),
        (
            "spent",
            "NaN",
            "a number with at most 4 digits before the point and 2 behind it",
        ),
        ("vip", "maybe", "`true` or `false`"),
        ("renewal", "2026-02-29", "a date as `YYYY-MM-DD`"),
        (
            "seen",
            "2026-01-31T09:30:00",
            "a timestamp with an offset, such as `2026-01-31T09:30:00Z`",
        ),
        (
            "tags",
            "[1]",
            "texts with `|` between them, or a JSON array of texts",
        ),
        ("tier", "bronze", "one of `gold`, `silver`"),
        ("branch", "42", "a UUID"),
    ] {
        let told =
            format!("line 2, column 2 (attributes.{name}): expected {expected}, found `{text}`");
        assert_eq!(attribute(name, text), Err(told));
    }
}

#[test]
fn criteria_find_what_a_typed_file_says() {
    let file = "full_name,attributes.visits,attributes.spent,attributes.tags,attributes.vip\nAsha,3,99.95,a|b,t\n";
    let ids = SystemIds::new();
    let rows = customers(file.as_bytes(), &ids, now()).unwrap();
    let asha = rows.typed_by(&catalog()).next().unwrap().unwrap();
    let criteria = r#"{"visits": {"$gte": 3}, "spent": 99.95, "tags": {"$has": "b"}, "vip": true}"#;
    let criteria = Criteria::parse(criteria, &catalog()).unwrap();
    assert!(criteria.matches(&asha, Moment::in_utc(now())));
}

#[test]
fn an_import_learns_what_the_rows_say_themselves() {
    let file = format!(
        "full_name,id,created_at,email\nAsha,{ID},2020-01-01T00:00:00Z,\nBen,,,\nChitra,,,chitra\n"
    );
    let ids = SystemIds::new();
    let rows = customers(file.as_bytes(), &ids, now()).unwrap();
    let rows: Vec<_> = rows.import_rows().map(|row| format!("{row:?}")).collect();
    let has = |row: &str, id: bool| {
        assert!(
            row.contains(&format!("has_id: {id}, has_created_at: {id}")),
            "{row}"
        );
    };
    has(&rows[0], true);
    has(&rows[1], false);
    let told =
        r#"line: 4, customer: Err("column 4 (email): expected an e-mail address, found `chitra`")"#;
    assert!(rows[2].contains(told), "{}", rows[2]);
}
