//! Documents as SQL, as `criteria sql` shows them.

use super::{NOW, Temporary, done, tell};

const DOCUMENT: &str = r#"{"city": {"$in": ["Pune", "O'Brien\""]}, "dob": {"$age": {"$gte": 18}}}"#;

#[test]
fn the_statement_and_its_values_are_shown() {
    let out = done(DOCUMENT, &["sql", "-", "--now", NOW, "--schema", "bank"]);
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(
        lines,
        [
            r#"SELECT c."id" AS id FROM "bank".customers AS c WHERE c."is_active" AND (c."city" = ANY ($1) AND c."dob" <= $2)"#,
            r#"$1 text[]: {"O'Brien\"","Pune"}"#,
            "$2 date: 2008-03-01",
        ]
    );
}

#[test]
fn deliveries_are_asked_of_the_named_tenant() {
    let tenant = "018f4a2c-0000-7000-8000-000000000007";
    let document = r#"{"$received": {"status": "sent"}}"#;
    let out = done(document, &["sql", "-", "--tenant", tenant]);
    assert!(out.contains(&format!("$1 uuid: {tenant}\n")), "{out}");
}

#[test]
fn a_throw_away_server_explains_the_plan() {
    let document = Temporary::new("sql.json", DOCUMENT).unwrap();
    let out = done("", &["sql", document.path(), "--explain", "--postgres"]);
    let (_, plan) = out.split_once("\n\n").unwrap();
    assert!(plan.contains("Scan") && plan.contains("customers"), "{out}");
}

#[test]
fn what_cannot_be_explained_is_told() {
    for (arguments, problem) in [
        (vec!["--explain"], "--database"),
        (vec!["--postgres"], "--explain"),
        (
            vec!["--explain", "--postgres", "--database", "x"],
            "cannot be used with",
        ),
        (
            vec!["--explain", "--database", "postgres://127.0.0.1:1/none"],
            "error: ",
        ),
        (vec!["--schema", "Bank"], "is not a schema name"),
    ] {
        let arguments: Vec<_> = ["sql", "-"].into_iter().chain(arguments).collect();
        let told = tell(DOCUMENT, &arguments);
        assert_eq!(told.code, 2, "{arguments:?}");
        assert!(told.err.contains(problem), "{arguments:?}: {}", told.err);
    }
    let told = tell(r#"{"citty": "Pune"}"#, &["sql", "-"]);
    assert_eq!((told.code, told.out.as_str()), (2, ""));
}
