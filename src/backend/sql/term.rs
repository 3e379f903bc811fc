//! Fields and transformers as expressions that are NULL where they are absent.

use super::Writer;
use super::dialect::WRAP;
use crate::backend::clause::plain_path;
use crate::cloudtrail::MemberPath;
use crate::schema::Type;
use crate::sema::ir::{FieldRef, Term};
use crate::sema::values::{Family, family};
use crate::syntax::token::Transformer;
use std::borrow::Cow;

/// The service's domain, which `ct.shortsrc` has not.
const DOMAIN: &str = ".amazonaws.com";

/// Without the `=` at its end.
const BASE64: &str = r"\A(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048])?\z";

/// Parts of an event's time, which CloudTrail writes in UTC and with a `Z` at its end.
const DATE: &str = "substr(event_time, 1, 10)";
const CLOCK: &str = "substr(event_time, 12, 8)";
const NANOS: &str = "rpad(replace(replace(substr(event_time, 20), '.', ''), 'Z', ''), 9, '0')";

const NANOSECONDS: &str =
    "TRY_CAST(rpad(replace(replace(substr(event_time, 20), '.', ''), 'Z', ''), 9, '0') AS BIGINT)";

/// Where instances are that were launched, and the image that was asked for.
const INSTANCES: &str = "responseElements.instancesSet.items";
const IMAGES: [&str; 3] = [
    "requestParameters.imageId",
    "requestParameters.DescribeFastLaunchImagesRequest.ImageId.content",
    "requestParameters.launchSpecification.imageId",
];

fn keys(dotted: &str) -> Vec<String> {
    dotted.split('.').map(str::to_owned).collect()
}

impl Writer {
    /// A term; the error is why there is none.
    pub fn term(&mut self, term: &Term) -> Result<String, String> {
        match term {
            Term::Field(field) => self.field(field),
            Term::Const(text) => Ok(self.dialect.text(text)),
            Term::List(_) => Err("the target has no lists inside transformers".to_owned()),
            Term::Call { transformer, args, .. } => self.call(*transformer, args),
        }
    }

    fn call(&mut self, transformer: Transformer, args: &[Term]) -> Result<String, String> {
        let none = || format!("the target has no `{}()`", transformer.text());
        match (transformer, args) {
            (Transformer::Concat, args) => {
                let parts = args.iter().map(|arg| self.text_of(arg)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("({})", parts.join(" || ")))
            }
            (Transformer::Join, [separator, Term::Field(list)]) if list.list => {
                let (separator, list) = (self.text_of(separator)?, self.list(list)?);
                Ok(self.dialect.joined(&list, &separator))
            }
            (Transformer::Len, [Term::Field(list)]) if list.list => {
                let list = self.list(list)?;
                Ok(self.dialect.size(&list))
            }
            (Transformer::Join, [separator, Term::List(items)]) => {
                let separator = self.text_of(separator)?;
                let items = items.iter().map(|item| self.text_of(item)).collect::<Result<Vec<_>, _>>()?;
                match items.is_empty() {
                    true => Err(none()),
                    false => Ok(format!("({})", items.join(&format!(" || {separator} || ")))),
                }
            }
            (_, [only]) if family(only.type_of().0) == Family::Text && !only.type_of().1 => {
                let inner = self.term(only)?;
                match transformer {
                    Transformer::Val => Ok(inner),
                    Transformer::Tolower => Ok(self.dialect.lower(&inner)),
                    Transformer::Toupper => Ok(self.dialect.upper(&inner)),
                    Transformer::Basename => Ok(self.dialect.basename(&inner)),
                    Transformer::Len => Ok(self.dialect.bytes(&inner)),
                    _ => Err(none()),
                }
            }
            _ => Err(none()),
        }
    }

    /// A term that is joined to others.
    fn text_of(&mut self, term: &Term) -> Result<String, String> {
        match term.type_of() {
            (Type::Charbuf, false) => self.term(term),
            _ => Err("the target joins only texts".to_owned()),
        }
    }

    /// The digits of the bytes that `b64` makes, if the term is made by that; NULL for what is no BASE64.
    pub fn decoded(&mut self, term: &Term) -> Result<Option<String>, String> {
        let Term::Call { transformer: Transformer::B64, args, .. } = term else { return Ok(None) };
        let [inner] = args.as_slice() else { return Ok(None) };
        let text = self.text_of(inner)?;
        let dialect = self.dialect;
        let letters = format!("regexp_replace({text}, {}, '')", dialect.text(r"={1,2}\z"));
        let padded = format!("{letters} || substr('===', 1, (4 - length({letters}) % 4) % 4)");
        // Falco's texts end at a NUL.
        let bytes = dialect.extract(&dialect.decoded(&padded), "^(?:[1-9A-F][0-9A-F]|0[1-9A-F])*");
        Ok(Some(format!("CASE WHEN {} THEN {bytes} END", dialect.regex(&letters, BASE64))))
    }

    /// A field, as a column that is worked out once.
    fn field(&mut self, field: &FieldRef) -> Result<String, String> {
        let name = field.text();
        if field.list {
            return Err(format!("the target has no lists such as `{name}` here"));
        }
        let expression = self.expression(field)?;
        let made = ["ct.shortsrc", "ct.user", "ct.originaluser", "ct.user.accountid", "s3.bytes"]
            .contains(&&*field.name)
            || field.name.starts_with("s3.cnt.")
            || field.name.starts_with("evt.");
        Ok(if made { self.made(&name, expression) } else { self.column(&name, expression) })
    }

    /// A list of texts, as a column that is worked out once: NULL where it is absent or empty.
    pub fn list(&mut self, field: &FieldRef) -> Result<String, String> {
        let (dialect, items) = (self.dialect, keys(INSTANCES));
        let index = field.arg.as_deref().map(str::parse::<usize>);
        let requested = |index: usize| match index {
            0 => self.requested_image(),
            _ => Ok("NULL".to_owned()),
        };
        let (launched, requested) = match (&*field.name, index) {
            ("ec2.imageids", None) => {
                let all = dialect.texts_in(&items, "imageId")?;
                (format!("CASE WHEN {} > 0 THEN {all} END", dialect.size(&all)), requested(0)?)
            }
            ("ec2.imageids", Some(Ok(index))) => {
                let one = dialect.element_at(&items, index, "imageId")?;
                (format!("CASE WHEN {one} IS NOT NULL THEN {} END", dialect.list_of(&one)), requested(index)?)
            }
            _ => return Err(format!("the target has no list `{}`", field.text())),
        };
        let asked = match &*requested {
            "NULL" => requested,
            text => format!("CASE WHEN {text} IS NOT NULL THEN {} END", dialect.list_of(text)),
        };
        let there = dialect.is_there(&items)?;
        Ok(self.column(&field.text(), format!("CASE WHEN {there} THEN {launched} ELSE {asked} END")))
    }

    /// The image in a request.
    fn requested_image(&self) -> Result<String, String> {
        let texts = IMAGES.iter().map(|dotted| self.dialect.text_at(&keys(dotted)));
        Ok(format!("coalesce({})", texts.collect::<Result<Vec<_>, _>>()?.join(", ")))
    }

    fn text_at(&mut self, dotted: &str) -> Result<String, String> {
        let expression = self.dialect.text_at(&keys(dotted))?;
        Ok(self.column(dotted, expression))
    }

    fn expression(&mut self, field: &FieldRef) -> Result<String, String> {
        let dialect = self.dialect;
        let [bytes_in, bytes_out] = ["bytesTransferredIn", "bytesTransferredOut"]
            .map(|key| keys(&format!("additionalEventData.{key}")));
        Ok(match &*field.name {
            "ct.shortsrc" => {
                let whole = self.text_at("eventSource")?;
                let ends = dialect.ends(&whole, &dialect.text(DOMAIN));
                let long = format!("length({whole}) > {}", DOMAIN.len());
                format!(
                    "CASE WHEN {long} AND {ends} THEN substr({whole}, 1, length({whole}) - {}) ELSE {whole} END",
                    DOMAIN.len()
                )
            }
            "ct.user" => self.user()?,
            "ct.originaluser" => self.original_user()?,
            "ct.user.accountid" => {
                format!(
                    "coalesce({}, {})",
                    self.text_at("userIdentity.accountId")?,
                    self.text_at("recipientAccountId")?
                )
            }
            "ct.response" => dialect.json_text_at(&keys("responseElements"))?,
            "ct.request" => dialect.json_text_at(&keys("requestParameters"))?,
            "ct.additionaleventdata" => dialect.json_text_at(&keys("additionalEventData"))?,
            "ct.managementevent" => dialect.flag_at(&keys("managementEvent"))?,
            "ct.readonly" => dialect.flag_at(&keys("readOnly"))?,
            "ct.sessioncredentialfromconsole" => dialect.flag_at(&keys("sessionCredentialFromConsole"))?,
            "s3.bytes.in" => dialect.number_at(&bytes_in)?,
            "s3.bytes.out" => dialect.number_at(&bytes_out)?,
            "s3.bytes" => {
                let (one, other) = (dialect.number_at(&bytes_in)?, dialect.number_at(&bytes_out)?);
                let (one, other) = (self.column("s3.bytes.in", one), self.column("s3.bytes.out", other));
                format!(
                    "CASE WHEN {one} IS NOT NULL OR {other} IS NOT NULL THEN (coalesce({one}, 0) + coalesce({other}, 0)) % {WRAP} END"
                )
            }
            "s3.cnt.get" => format!("CASE WHEN {} = 'GetObject' THEN 1 END", self.text_at("eventName")?),
            "s3.cnt.put" => format!("CASE WHEN {} = 'PutObject' THEN 1 END", self.text_at("eventName")?),
            "s3.cnt.other" => format!(
                "CASE WHEN coalesce({}, '') NOT IN ('GetObject', 'PutObject') THEN 1 END",
                self.text_at("eventName")?
            ),
            "s3.uri" => {
                let [bucket, key] =
                    ["bucketName", "key"].map(|key| keys(&format!("requestParameters.{key}")));
                format!(
                    "'s3://' || {} || '/' || {}",
                    dialect.only_text_at(&bucket)?,
                    dialect.only_text_at(&key)?
                )
            }
            "ct.resources" => dialect.elements_at(&keys("resources"))?,
            "ec2.imageid" => format!(
                "CASE WHEN {} THEN {} ELSE {} END",
                dialect.is_there(&keys(INSTANCES))?,
                dialect.element_at(&keys(INSTANCES), 0, "imageId")?,
                self.requested_image()?
            ),
            "evt.source" => dialect.text("aws_cloudtrail"),
            "evt.pluginname" => dialect.text("cloudtrail"),
            "evt.rawtime" => format!("({} * 1000000000 + {NANOSECONDS})", dialect.seconds("event_time")),
            "evt.rawtime.s" => dialect.seconds("event_time"),
            "evt.rawtime.ns" => NANOSECONDS.to_owned(),
            "evt.time" => format!("{CLOCK} || '.' || {NANOS}"),
            "evt.time.s" => CLOCK.to_owned(),
            "evt.time.iso8601" => format!("{DATE} || 'T' || {CLOCK} || '.' || {NANOS} || '+0000'"),
            "evt.datetime" => format!("{DATE} || ' ' || {CLOCK} || '.' || {NANOS}"),
            "evt.datetime.s" => format!("{DATE} || ' ' || {CLOCK}"),
            "json.value" | "jevt.value" => {
                let pointer = field.arg.as_deref().unwrap_or_default();
                if pointer.is_empty() {
                    return Err("the target has no whole record to compare".to_owned());
                }
                let path = MemberPath::parse(pointer);
                dialect.any_at(&path.keys().map(Cow::into_owned).collect::<Vec<_>>())?
            }
            name => match plain_path(name) {
                Some(dotted) => dialect.text_at(&keys(&dotted))?,
                None => return Err(format!("the target has nothing like `{name}`")),
            },
        })
    }

    /// Who acted, by the kind of identity.
    fn user(&mut self) -> Result<String, String> {
        let kind = self.text_at("userIdentity.type")?;
        let name = self.text_at("userIdentity.userName")?;
        let service = self.text_at("userIdentity.invokedBy")?;
        let issuer = self.text_at("userIdentity.sessionContext.sessionIssuer.userName")?;
        Ok(format!(
            "CASE {kind} WHEN 'Root' THEN {name} WHEN 'IAMUser' THEN {name} WHEN 'AWSService' THEN {service} \
             WHEN 'AssumedRole' THEN coalesce({issuer}, 'AssumedRole') WHEN 'AWSAccount' THEN 'AWSAccount' \
             WHEN 'FederatedUser' THEN 'FederatedUser' END"
        ))
    }

    /// Of a role the name of its session, which ends the ARN or the principal.
    fn original_user(&mut self) -> Result<String, String> {
        let kind = self.text_at("userIdentity.type")?;
        let name = self.text_at("userIdentity.userName")?;
        let (arn, principal) = (self.text_at("userIdentity.arn")?, self.text_at("userIdentity.principalId")?);
        let last = |text: &str, separator: &str, count: usize| {
            let parts = format!("length({text}) - length(replace({text}, '{separator}', ''))");
            format!("CASE WHEN {parts} = {} THEN split_part({text}, '{separator}', {count}) END", count - 1)
        };
        Ok(format!(
            "CASE WHEN coalesce({kind}, '') = 'AssumedRole' THEN coalesce({}, {}) ELSE {name} END",
            last(&arn, "/", 3),
            last(&principal, ":", 2)
        ))
    }
}
