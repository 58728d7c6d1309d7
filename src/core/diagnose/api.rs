//! Rules about the API's answer: one for each thing it can mean, the token's own troubles apart.
//!
//! What an answer means is decided in `refusal`; here it gets its words.

use super::refusal::{ApiError, Meaning, call, meaning, page_size, query};
use super::seen::{clip, quoted, span, their_words};
use super::{Evidence, Found, Rule, Severity, query_filter};
use crate::core::dinero::catalogue::{nearest_to, operation_at, successor};
use crate::core::oauth::Step;
use crate::core::oauth::callback::target;
use crate::core::wire::{Cut, Record, Response};
use jiff::fmt::rfc2822::DateTimeParser;

/// A rule about an answer of the API.
pub(super) const fn rule(
    name: &'static str,
    severity: Severity,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Requests],
        severity,
        source,
        check,
    }
}

/// What is known only from Dinero's own pages.
const DINERO: &str = "Dinero documentation";

use Severity::{Error, Warning};

/// The rules about the API.
pub(super) const RULES: &[Rule] = &[
    rule("api-forbidden-no-pro", Error, DINERO, no_pro),
    rule("api-forbidden-role", Error, DINERO, role),
    rule(
        "api-not-found",
        Error,
        "Dinero documentation, client code",
        not_found,
    ),
    rule(
        "api-wrong-path",
        Error,
        "Dinero's OpenAPI document, inferred",
        wrong_path,
    ),
    rule(
        "api-validation",
        Error,
        "Dinero documentation, client code",
        validation,
    ),
    rule("api-query-filter", Error, DINERO, filter),
    rule(
        "api-page-size",
        Error,
        "Dinero's OpenAPI document",
        page_size_refused,
    ),
    rule("api-limit-exceeded", Error, DINERO, limit_exceeded),
    rule(
        "api-rate-limited",
        Error,
        "Dinero documentation, RFC 6585 4",
        rate_limited,
    ),
    rule("api-server-error", Error, "RFC 9110 15.6", server_error),
    rule("api-body-not-json", Error, "RFC 9110 8.3", not_json),
    rule("api-file-too-large", Error, DINERO, file_too_large),
    rule("api-timestamp-outdated", Error, DINERO, timestamp_outdated),
    rule(
        "api-duplicate",
        Error,
        "Dinero documentation, client code",
        duplicate,
    ),
    rule("api-refused", Error, "RFC 9110 15", refused),
    rule("api-brown-out", Warning, DINERO, brown_out),
    rule(
        "api-no-organizations",
        Warning,
        "Dinero documentation, inferred",
        no_organizations,
    ),
];

/// The call and its answer, when it means that.
pub(super) fn when<'a>(
    evidence: &Evidence<'a>,
    meant: Meaning,
) -> Option<(&'a Record, &'a Response)> {
    call(evidence).filter(|_| meaning(evidence) == Some(meant))
}

/// Status, code and words of an answer, and what it answers.
pub(super) fn seen(evidence: &Evidence<'_>, record: &Record, response: &Response) -> String {
    let error = ApiError::of(evidence, response);
    let code = error
        .code
        .map_or_else(String::new, |code| format!(", code {code}"));
    let words = error.message.map_or_else(String::new, |words| {
        format!(": {}", their_words(evidence, &words))
    });
    let (path, _) = target(&record.request.url);
    let from = match record.request.method.as_str() {
        // An answer that was pasted alone.
        "" => String::new(),
        method => format!(" from {} {}", clip(method, 12), clip(path, 60)),
    };
    format!("{}{code}{from}{words}", response.status)
}

fn no_pro(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::NoPro)?;
    Some(Found::new(
        "This company has no Pro subscription",
        seen(evidence, record, response),
        "Dinero answers calls for companies with Pro or Total only; the list of organizations works \
         without.",
        &[
            "choose another company (g), or upgrade this one in Dinero",
            "start a free trial in Dinero to get a company for tests",
        ],
    ))
}

fn role(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::Role)?;
    Some(Found::new(
        "The user may not do this in that company",
        seen(evidence, record, response),
        "The role of the user who signed in is too low there, or the company is not one of theirs. \
         The token itself was taken.",
        &[
            "compare the number in the path with GET /v1.1/organizations",
            "ask an owner of the company for a higher role, or sign in as somebody else",
        ],
    ))
}

fn not_found(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::NotFound)?;
    Some(Found::new(
        "The API finds nothing under that id",
        seen(evidence, record, response),
        "The path is right, but what it names is not there: it was deleted, or belongs to another \
         company.",
        &["take the id from a list of the same company"],
    ))
}

fn wrong_path(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::WrongPath)?;
    let (path, _) = target(&record.request.url);
    let nearest = nearest_to(&record.request.method, path);
    let fix = match nearest {
        _ if path.contains("/manual") => "write `manuel`: Dinero spells it so".to_owned(),
        Some(operation) => format!("try {} {}", operation.method, operation.path),
        None => "compare the path with https://api.dinero.dk/openapi".to_owned(),
    };
    let is_known = operation_at(&record.request.method, path).is_some();
    let (headline, cause) = if is_known {
        (
            "The server does not know this call",
            "The catalogue has it, as Dinero published it: either it was removed since, or this server is another \
             one, an older version or a test.",
        )
    } else if response.status == 405 {
        (
            "The API does not take this method at that path",
            "The path is there, but not for this method.",
        )
    } else {
        (
            "There is no such path at this API",
            "The API does not know the path at all: the version at its start is another one, the number \
             of the company is missing, or a word is misspelt.",
        )
    };
    Some(Found::new(
        headline,
        seen(evidence, record, response),
        cause,
        &[&fix],
    ))
}

fn validation(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::Validation)?;
    let fields = ApiError::of(evidence, response).fields;
    let named: Vec<String> = fields
        .iter()
        .take(5)
        .map(|(field, words)| format!("{}: {}", clip(field, 40), their_words(evidence, words)))
        .collect();
    let cause = if named.is_empty() {
        "A value is missing or not one that Dinero takes; it does not say which.".to_owned()
    } else {
        format!("Dinero does not take {}.", named.join(" · "))
    };
    let fix = match fields.as_slice() {
        [] => "compare path and query with https://api.dinero.dk/openapi".to_owned(),
        [(field, _), ..] => format!("correct {}", quoted(field)),
    };
    Some(Found::new(
        "The API does not take a value of this request",
        seen(evidence, record, response),
        cause,
        &[&fix],
    ))
}

fn filter(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::QueryFilter)?;
    let filter = query(record, "queryFilter")?;
    let (path, _) = target(&record.request.url);
    let cause = query_filter::fault(&filter, path).map_or_else(
        || "By our reading the filter is well-formed; a value may not fit its field.".to_owned(),
        |fault| format!("In it {fault}."),
    );
    Some(Found::new(
        "The API does not understand the queryFilter",
        format!(
            "{}; queryFilter {}",
            seen(evidence, record, response),
            quoted(&filter)
        ),
        cause,
        &["write it as `Name eq 'value'` or `Name contains 'value'`, several with `;` between"],
    ))
}

fn page_size_refused(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::PageSize)?;
    let size = page_size(record)?;
    Some(Found::new(
        "The page size is not one Dinero takes",
        format!(
            "{}; pageSize {}",
            seen(evidence, record, response),
            quoted(&size)
        ),
        "A page has 1 to 1000 rows.",
        &["set `pageSize` to 1000 at most and ask for the next with `page`, counted from 0"],
    ))
}

fn limit_exceeded(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::Limit)?;
    Some(Found::new(
        "A value is beyond a limit of Dinero",
        seen(evidence, record, response),
        "Code 43: a number is above the highest or below the lowest that is taken.",
        &["compare the numbers of the request with https://api.dinero.dk/openapi"],
    ))
}

fn rate_limited(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::RateLimited)?;
    let after = response.headers.get("retry-after");
    let seconds = after.and_then(|after| {
        after.trim().parse().ok().or_else(|| {
            let until = DateTimeParser::new().parse_timestamp(after).ok()?;
            Some(until.duration_since(record.at).as_secs().max(0))
        })
    });
    let (said, wait) = match seconds {
        Some(seconds) => (format!("Retry-After {seconds}"), span(seconds)),
        None => (
            "no Retry-After".to_owned(),
            "a minute (inferred)".to_owned(),
        ),
    };
    Some(Found::new(
        "Too many calls in a short time",
        format!("{}; {said}", seen(evidence, record, response)),
        "Dinero takes 100 calls a minute for each company and client.",
        &[&format!("wait {wait}, then send it again")],
    ))
}

fn server_error(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::ServerError)?;
    Some(Found::new(
        "The API failed by itself",
        seen(evidence, record, response),
        "The trouble is the server's. What was to be changed may have been changed or not.",
        &["wait a minute, then send it again; read first, if it was to change something"],
    ))
}

fn brown_out(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::BrownOut)?;
    let (path, _) = target(&record.request.url);
    let newer = successor(&record.request.method, path).map_or_else(
        || "use the newer version of this path: https://api.dinero.dk/openapi".to_owned(),
        |row| format!("use {} {}", row.method, row.path),
    );
    Some(Found::new(
        "This path is being switched off",
        seen(evidence, record, response),
        "Dinero lets old paths fail now and then before it removes them (480, a brown-out).",
        &[&newer],
    ))
}

fn no_organizations(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::NoOrganizations)?;
    Some(Found::new(
        "This user has no company in Dinero",
        format!("{}: an empty list", seen(evidence, record, response)),
        "Sign-in and token are fine, but the user who signed in belongs to no company there. Perhaps \
         the browser was signed in as somebody else.",
        &[
            "sign out at the provider, then ctrl-n and sign in as the right user",
            "ask the company's owner for access",
        ],
    ))
}

fn not_json(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::NotJson)?;
    if response.status == 400 {
        return Some(Found::new(
            "What was sent is not the JSON it says it is",
            format!(
                "{}; {} bytes sent as {}",
                seen(evidence, record, response),
                record.request.body.len(),
                quoted(&record.request.headers.media_type())
            ),
            "Content type and body of the request disagree: a form was sent as JSON, or the JSON is broken.",
            &["write the body as JSON: names and texts in double quotes, no comma after the last"],
        ));
    }
    let kind = response.headers.media_type();
    let (headline, cause) = if response.cut == Some(Cut::Stalled) {
        (
            "The API's answer stopped coming",
            "Its beginning came, then nothing for as long as one waits.",
        )
    } else if response.cut == Some(Cut::ConnectionEnded) {
        (
            "The API's answer broke off",
            "The connection ended before the answer did.",
        )
    } else if kind == "text/html" {
        (
            "The API answered with a web page",
            "A sign-in page or a proxy answered in its place, or the address is not the API's.",
        )
    } else {
        (
            "The API's answer is not the JSON it says it is",
            "Content type and body disagree: something on the way changed one of them.",
        )
    };
    Some(Found::new(
        headline,
        format!(
            "{}; Content-Type {}, {} bytes",
            seen(evidence, record, response),
            quoted(&kind),
            response.body.len()
        ),
        cause,
        &["check `base_url` under `[api]`", "send it again"],
    ))
}

fn file_too_large(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::TooLarge)?;
    Some(Found::new(
        "What was sent is too large",
        format!(
            "{}; {} bytes sent",
            seen(evidence, record, response),
            record.request.body.len()
        ),
        "Dinero takes files up to 6 MB.",
        &["send a smaller file: a picture scaled down, a PDF without embedded images"],
    ))
}

fn timestamp_outdated(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::TimestampOutdated)?;
    Some(Found::new(
        "It was changed by somebody else meanwhile",
        seen(evidence, record, response),
        "A write carries the timestamp of what it changes. This one is outdated: somebody, or an earlier \
         call, wrote in between.",
        &["read it again, take its new timestamp, then write once more"],
    ))
}

fn duplicate(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::Duplicate)?;
    Some(Found::new(
        "It is there already",
        seen(evidence, record, response),
        "The Guid of the request was used before: an earlier try went through, or the same id was given \
         twice.",
        &["look whether the earlier one is what was wanted; else send it with a new Guid"],
    ))
}

fn refused(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::OtherRefusal)?;
    let cause = match response.status {
        300..400 => {
            "It sends us to another address. That is shown and not followed, for the token would go \
             along."
        }
        _ => "The words of the API stand above; it is none of the usual refusals.",
    };
    Some(Found::new(
        "The API did not do what was asked",
        seen(evidence, record, response),
        cause,
        &["read the whole answer, then change the request"],
    ))
}
