//! What stands in a host's table: what a customer may have, what they may not, and what lies just beside either.

use offerkit_core::criteria::{Catalog, FieldDefinition, FieldType};

use crate::world::Outcome;

type Pool = &'static [&'static str];

const WORDS: Pool = &[
    "'premium'",
    "' premium'",
    "'premium '",
    "''",
    "' '",
    r"E'\u00A0x'",
    r"E'x\u3000'",
    r"E'x\u0085'",
    r"E'\u200Bx'",
    r"E'\tx'",
    r"E'x\n'",
    r"E'x\x0B'",
    "repeat('x', 256)",
    "repeat('x', 257)",
    "repeat('é', 128)",
    "repeat('é', 129)",
    "repeat('x', 2000)",
    "' ' || repeat('x', 256)",
];
const NAMES: Pool = &[
    "'premium'",
    "' q '",
    r"E'\u2003Asha Rao\u2029'",
    "''",
    r"E' \u00A0 '",
    "repeat('x', 512)",
    "repeat('x', 513)",
    "repeat('x', 2000)",
    "repeat('é', 257)",
];
const MAILS: Pool = &[
    "'asha@example.in'",
    "' asha@example.in '",
    r"E'asha@example.in\u00A0'",
    "'o''brien@example.com'",
    "'O''BRIEN@EXAMPLE.COM'",
    "'nobody'",
    "'@x'",
    "'x@'",
    "'a@b@c'",
    "'a b@c'",
    r"E'a\u0007@b'",
    r"E'a\u007F@b'",
    r"E'a\u2028@b'",
    r"E'a@b\nBcc: c@d'",
    "'ä@ö'",
    "repeat('x', 252) || '@y'",
    "repeat('x', 253) || '@y'",
];
const PHONES: Pool = &[
    "'+91 98'",
    "' +91 98 '",
    "repeat('5', 64)",
    "repeat('5', 65)",
    "'x'",
];
const DATES: Pool = &[
    "'infinity'",
    "'-infinity'",
    "'0044-03-15 BC'",
    "'0001-01-01'",
    "'0001-12-31 BC'",
    "'9999-12-31'",
    "'10000-01-01'",
    "'1992-02-29'",
    "'1992-03-01'",
    "'2008-01-31'",
    "'2026-01-31'",
    "'2025-12-31'",
];
const MOMENTS: Pool = &[
    "'infinity'",
    "'-infinity'",
    "'0001-01-01 00:00:00Z'",
    "'0001-12-31 23:59:59.999999Z BC'",
    "'9999-12-31 23:59:59.999999Z'",
    "'10000-01-01 00:00:00Z'",
    "'2026-01-31 04:00:00.5Z'",
    "'2026-01-31 04:00:00Z'",
    "'2026-01-31 03:59:59.999999Z'",
    "'2026-01-30 04:00:00Z'",
];
const NUMBERS: Pool = &[
    "'NaN'",
    "'Infinity'",
    "'-Infinity'",
    "0",
    "0.50",
    "-12.25",
    "0.00001",
    "0.1",
    "0.1000000000000000000000000000001",
    "0.10000000000000000001",
    "5.00",
    "9999.99",
    "-9999.99",
    "1e23",
    "1e24",
    "1e27",
    "1e30",
    "1e400",
    "1e-400",
    "999999999999999999999999.9999",
    "9007199254740993.0",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "123456789012345",
    "0.1234567890123456",
];
const WHOLE: Pool = &[
    "-2147483648",
    "-2147483649",
    "2147483647",
    "2147483648",
    "-1",
    "0",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
];
const TRUTHS: Pool = &["TRUE", "TRUE", "FALSE"];
const UUIDS: Pool = &[
    "'018f4a2c-0000-7000-8000-000000000001'",
    "'ffffffff-ffff-7fff-bfff-ffffffffffff'",
];
const TEXTS: Pool = &[
    "''",
    "' x'",
    "'gold'",
    "'2026-01-31'",
    "'2026-1-31'",
    "'infinity'",
    "'2026-01-31T04:00:00.000000Z'",
    "'2026-01-31T04:00:00Z'",
    "'018f4a2c-0000-7000-8000-000000000001'",
    "'018F4A2C-0000-7000-8000-000000000001'",
    "'5'",
];

/// The columns of the host's table that random rows fill, with what they may hold; and whether hostile texts do, too.
pub(crate) const COLUMNS: [(&str, Pool, bool); 29] = [
    ("\"Ext Ref\"", WORDS, true),
    ("name", NAMES, true),
    ("mail", MAILS, false),
    ("mobile", PHONES, true),
    ("born", DATES, false),
    (
        "sex",
        &["'male'", "'female'", "'other'", "'MALE'", "' male'", "''"],
        false,
    ),
    ("checked", &["'verified'", "'pending'", "'unknown'"], false),
    (
        "grade",
        &[
            "'premium'",
            "'PREMIUM'",
            "' premium'",
            "repeat('x', 300)",
            "''",
            "'q'",
        ],
        false,
    ),
    ("job", WORDS, true),
    ("income", NUMBERS, false),
    ("score", WHOLE, false),
    ("province", WORDS, true),
    ("town", WORDS, true),
    ("zip", WORDS, true),
    (
        "married",
        &[
            "'single'",
            "'married'",
            "'it is complicated'",
            "repeat('x', 2000)",
        ],
        false,
    ),
    ("months", &["-2147483648", "-1", "0", "2147483647"], false),
    ("lang", WORDS, true),
    ("live", TRUTHS, false),
    ("since", MOMENTS, false),
    ("a_text", TEXTS, true),
    ("a_enum", &["'verified'", "'pending'"], false),
    ("a_int", WHOLE, false),
    ("a_decimal", NUMBERS, false),
    ("a_bool", TRUTHS, false),
    ("a_date", DATES, false),
    ("a_timestamp", MOMENTS, false),
    (
        "a_set",
        &[
            "'{}'",
            "'{x}'",
            "'{x, ß, x}'",
            "'{x, NULL}'",
            "'{{x}, {y}}'",
            "'{PREMIUM, ß, É}'",
        ],
        false,
    ),
    ("a_uuid", UUIDS, false),
    (
        "a_json",
        &[
            "'true'",
            "'\"x\"'",
            "'[\"x\"]'",
            "'[\"x\", 1]'",
            "'{\"x\": 1}'",
            "'null'",
            "'1e400'",
            "'5.0'",
            "'[[\"x\"]]'",
        ],
        false,
    ),
];

const ODD: [&str; 4] = ["[1]", "{}", "null", "[[\"x\"]]"];

/// The members of the host's object, with what they may hold.
pub(crate) const EXTRA: [(&str, Pool); 9] = [
    (
        "a.text",
        &[
            "\"x\"",
            "\" premium \"",
            "\"\"",
            "5",
            ODD[0],
            ODD[1],
            ODD[2],
        ],
    ),
    ("a.enum", &["\"gold\"", "\"silver\"", "\"bronze\"", ODD[3]]),
    (
        "a.int",
        &[
            "9007199254740993",
            "9007199254740993.0",
            "9223372036854775807",
            "9223372036854775808",
            "5.0",
            "1e400",
            "0.5",
            "\"5\"",
        ],
    ),
    (
        "a.decimal",
        &[
            "0.1",
            "0.10",
            "0.1000000000000000000000000000001",
            "0.10000000000000000001",
            "9999.99",
            "10000",
            "1e-400",
            "1e400",
            "-9999.99",
            "0.001",
            "\"0.1\"",
        ],
    ),
    ("a.bool", &["true", "false", "\"true\"", "0"]),
    (
        "a.date",
        &[
            "\"2026-01-31\"",
            "\"2026-1-31\"",
            "\"10000-01-01\"",
            "\"infinity\"",
            "20260131",
        ],
    ),
    (
        "a.timestamp",
        &[
            "\"2026-01-31T04:00:00.000000Z\"",
            "\"2026-01-31T04:00:00Z\"",
            "\"2026-01-31T09:30:00.000000+05:30\"",
            "5",
        ],
    ),
    (
        "a.set",
        &[
            "[]",
            "[\"x\"]",
            "[\"x\", \"ß\", \"x\"]",
            "[\"x\", 1]",
            "[\"x\", null]",
            "\"x\"",
            ODD[3],
        ],
    ),
    (
        "a.uuid",
        &[
            "\"018f4a2c-0000-7000-8000-000000000001\"",
            "\"018F4A2C-0000-7000-8000-000000000001\"",
            "5",
        ],
    ),
];

/// Each attribute, with a column of its type and one of another.
pub(crate) fn fields() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [
        ("a.text", "a_text", "a_date"),
        ("a.enum", "a_enum", "a_text"),
        ("a.int", "a_int", "a_decimal"),
        ("a.decimal", "a_decimal", "a_int"),
        ("a.bool", "a_bool", "a_json"),
        ("a.date", "a_date", "a_text"),
        ("a.timestamp", "a_timestamp", "a_text"),
        ("a.set", "a_set", "a_json"),
        ("a.uuid", "a_uuid", "a_text"),
    ]
    .into_iter()
}

/// The built-in fields, one attribute of each type, and the protected fields allowed.
pub(crate) fn catalog() -> Outcome<Catalog> {
    let values = vec!["gold".into(), "silver".into()];
    let decimal = FieldType::Decimal {
        precision: 6,
        scale: 2,
    };
    let types = [
        FieldType::Text,
        FieldType::Enum { values },
        FieldType::Int,
        decimal,
        FieldType::Bool,
        FieldType::Date,
        FieldType::Timestamp,
        FieldType::Set,
        FieldType::Uuid,
    ];
    let mut catalog = Catalog::customers().allowing(&["gender", "marital_status"])?;
    for ((name, ..), field_type) in fields().zip(types) {
        catalog = catalog.with_attribute(FieldDefinition::attribute(name, field_type)?)?;
    }
    Ok(catalog)
}
