//! Every operator on every type with every modifier, its denial, and both together with an equality.

use super::{and, check, compile, confirmed, not, one};
use rulec::logic::{Assume, Implied, Satisfiability, Solver};

const TEXT_OPERATORS: [&str; 10] =
    ["=", "==", "!=", "contains", "icontains", "startswith", "endswith", "glob", "iglob", "regex"];
/// On their right stands a number, which texts are then compared with as text.
const ORDER: [&str; 4] = ["<", "<=", ">", ">="];

fn conditions() -> Vec<String> {
    let mut all = Vec::new();
    let texts = [
        "ct.error",
        "ct.shortsrc",
        "ct.user",
        "ct.originaluser",
        "ct.user.accountid",
        "ct.request",
        "ct.readonly",
        "json.value[/a/b]",
        "json.value[/readOnly]",
        "tolower(ct.error)",
        "toupper(ct.name)",
        "basename(ct.request.name)",
        "basename(tolower(ct.user.arn))",
        "s3.uri",
        "ct.resources",
        "concat(ct.name, ct.region)",
        "ec2.imageid",
    ];
    for (at, field) in texts.into_iter().enumerate() {
        all.push(format!("{field} exists"));
        for op in TEXT_OPERATORS {
            let values: &[&str] =
                if at < 2 { &["true", "a", "\"\"", "A*", "x/y/z"] } else { &["true", "A*"] };
            for &value in values {
                if op == "regex" && value == "\"\"" {
                    continue;
                }
                all.push(format!("{field} {op} {value}"));
            }
            for modifier in ["oneof", "anyof", "allof"] {
                all.push(format!("{field} {op} {modifier} (a, b, ab)"));
            }
        }
        for op in ORDER {
            all.extend(["0", "5", "12"].map(|value| format!("{field} {op} {value}")));
        }
        all.push(format!("{field} in (a, true, s3)"));
        all.push(format!("{field} intersects (a, true)"));
        all.push(format!("{field} pmatch (a/b, c, \"[ab]?/x*\")"));
        all.push(format!("{field} regex '[a-z]{{2,3}}(x|yz)*'"));
        all.push(format!("{field} contains allof (ab, bc, abab)"));
        all.push(format!("{field} icontains allof (AB, \"é\")"));
    }
    for field in [
        "s3.bytes",
        "s3.bytes.in",
        "s3.cnt.get",
        "s3.cnt.other",
        "evt.num",
        "len(ct.error)",
        "len(ct.request)",
    ] {
        all.push(format!("{field} exists"));
        for op in ["=", "!=", "<", "<=", ">", ">="] {
            for value in ["0", "1", "7", "18446744073709551615"] {
                all.push(format!("{field} {op} {value}"));
            }
            if !ORDER.contains(&op) {
                all.push(format!("{field} {op} oneof (1, 2, 7)"));
            }
        }
        all.push(format!("{field} in (1, 7)"));
    }
    for op in ["in", "intersects"] {
        all.push(format!("ec2.imageids {op} (ami-1, ami-2)"));
        all.push(format!("ec2.imageids[0] {op} (ami-1)"));
    }
    for op in TEXT_OPERATORS.into_iter().chain(ORDER).filter(|op| *op != "regex") {
        all.push(format!("ct.error {op} val(ct.request.name)"));
        all.push(format!("ct.src {op} val(json.value[/a/b])"));
    }
    all.push("evt.is_async = false".to_owned());
    all.push("evt.source = aws_cloudtrail".to_owned());
    all
}

#[test]
fn atoms_and_their_denials() {
    let conditions = conditions();
    let preds = compile(&conditions);
    let equalities = compile(&[
        "ct.error = ab".to_owned(),
        "json.value[/a/b] = A and ct.request.name = x/y/z".to_owned(),
        "s3.bytes.in = 7".to_owned(),
        "ct.user.identitytype = AssumedRole".to_owned(),
    ]);
    let solver = Solver::new(Assume::CloudTrail);
    let (mut asked, mut unknown) = (0, Vec::new());
    for (condition, pred) in conditions.iter().zip(&preds) {
        let denied = not(pred);
        let mut questions = vec![pred.clone(), denied.clone()];
        for equality in &equalities {
            questions.extend([and(&[pred, equality]), and(&[&denied, equality])]);
        }
        for question in questions {
            asked += 1;
            let found = solver.find(&question);
            check(&question, &found, condition);
            if let Satisfiability::Unknown(reason) = found {
                unknown.push(format!("{condition}: {reason}"));
            }
        }
        // A condition and its denial share no event, and leave none out.
        assert_eq!(solver.disjoint(pred, &denied), Implied::Yes, "{condition}");
        assert_eq!(solver.implies(&rulec::sema::ir::Pred::Const(true), &[pred, &denied]), Implied::Yes);
    }
    println!("{asked} questions, {} unknown", unknown.len());
    for line in &unknown {
        println!("  {line}");
    }
    assert!(unknown.len() * 10 < asked, "{} of {asked} unknown", unknown.len());
}

/// What is possible and what is not, with every word counting.
#[test]
fn known_answers() {
    let solver = Solver::new(Assume::CloudTrail);
    for (condition, possible) in [
        ("ct.error = a and ct.error = b", false),
        ("ct.error = a and ct.error != a", false),
        ("ct.error != a and not ct.error exists", false),
        ("not ct.error = a and not ct.error != a", true),
        ("ct.error startswith ab and ct.error endswith bc and len(ct.error) = 3", true),
        ("ct.error startswith ab and ct.error endswith bc and len(ct.error) = 2", false),
        ("ct.error startswith ab and not ct.error contains b", false),
        ("ct.error regex '[a-z]+' and ct.error regex '[0-9]+'", false),
        ("ct.error regex '[a-z0-9]+' and ct.error contains A", false),
        ("ct.error icontains ACCESS and not ct.error icontains access", false),
        ("tolower(ct.error) = Ab", false),
        ("toupper(ct.error) = AB and ct.error != AB and ct.error != ab and ct.error != aB", true),
        ("ct.error glob 'a*b' and ct.error glob 'b*'", false),
        ("ct.error < 13 and ct.error > 12", true),
        ("ct.error <= 1 and ct.error >= 2", false),
        ("ct.src = iam.amazonaws.com and ct.shortsrc != iam", false),
        ("ct.shortsrc = iam and ct.src = iam", true),
        ("ct.shortsrc endswith .amazonaws.com", true),
        ("ct.shortsrc endswith x.amazonaws.com and ct.shortsrc = x.amazonaws.com", true),
        ("ct.name = a and json.value[/eventName] = b", false),
        ("ct.error = \"\" and json.value[/errorCode] = null", true),
        ("ct.error = \"\" and json.value[/errorCode] = \"[]\"", true),
        ("ct.error = \"\" and json.value[/errorCode] = nul", false),
        ("ct.error = \"\" and json.value[/errorCode] = 12", true),
        ("ct.error = \"\" and json.value[/errorCode] startswith 012", false),
        ("ct.request = null and ct.request.name exists", false),
        ("ct.request contains 0.0.0.0/0 and ct.request.groupname = web", true),
        ("ct.readonly = true and ct.readonly = false", false),
        ("ct.readonly != true and ct.readonly != false", false),
        ("ct.readonly = true and json.value[/readOnly] = false", false),
        ("ct.user = alice and ct.user.identitytype = AWSAccount", false),
        ("ct.user = AWSAccount and ct.user.identitytype = AWSAccount", true),
        ("ct.user = AssumedRole and ct.user.identitytype = AssumedRole", true),
        ("ct.user exists and ct.user.identitytype = SAMLUser", false),
        ("ct.originaluser = s and ct.user.arn = arn:aws:sts::1:assumed-role/r/s", true),
        (
            "ct.originaluser = s and ct.user.identitytype = AssumedRole and not ct.user.arn contains / and not ct.user.principalid exists",
            false,
        ),
        ("evt.num = 0", false),
        ("evt.num < 2", true),
        ("evt.source != aws_cloudtrail", false),
        ("evt.source = aws_cloudtrail", true),
        ("s3.cnt.get = 1 and ct.name != GetObject", false),
        ("s3.cnt.other exists and ct.name = PutObject", false),
        ("s3.bytes.in > 5 and s3.bytes.in < 7", true),
        ("s3.bytes.in > 5 and s3.bytes.in < 6", false),
        ("s3.uri exists and not s3.bucket exists", false),
        ("ct.name = val(ct.error) and ct.name = a and ct.error = a", true),
        ("ct.name != val(ct.error) and ct.name = a and ct.error = a", false),
        ("ct.name = val(ct.error) and not ct.error exists", false),
        ("ct.name = val(ct.request.name) and ct.request.name startswith Del", true),
        ("ct.request.name pmatch (/a/b) and ct.request.name = a", false),
        ("ct.request.name pmatch (/a/b) and not ct.request.name pmatch (/a)", false),
        ("ct.request.documentname exists", false),
        ("ct.error = oneof (a, a)", false),
        ("ct.error contains oneof (a, ab) and ct.error contains b", true),
        ("ct.time startswith 2031-0 and ct.time endswith Z", true),
        ("ct.time = never", false),
        ("json.value[/userIdentity] contains alice and ct.user.identitytype = Root", true),
    ] {
        let pred = one(condition);
        match solver.find(&pred) {
            Satisfiability::Witness(witness) => {
                assert!(possible, "`{condition}` cannot hold, yet there is {}", witness.text());
                assert!(confirmed(&pred, &witness), "`{condition}` on {}", witness.text());
            }
            Satisfiability::Never => assert!(!possible, "`{condition}` can hold"),
            // Whether a time can be written so is not known.
            Satisfiability::Unknown(reason) => {
                assert!(condition.starts_with("ct.time ="), "`{condition}`: {reason}")
            }
        }
    }
}
