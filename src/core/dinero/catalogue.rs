//! The operations of the Dinero API, as data: one table, `catalogue.toml`, that list, editor, scope check,
//! sandbox, rules and command line read.
//!
//! The file says where its facts come from. It is read when it is first asked for, once.

mod nearest;
mod read;

pub use nearest::nearest_to;

use std::sync::LazyLock;

/// What stands for the organization in a path.
pub const ORGANIZATION: &str = "organizationId";

/// Everything the file holds, and what does not hold together in it.
static CATALOGUE: LazyLock<(Catalogue, Vec<String>)> =
    LazyLock::new(|| read::read(include_str!("catalogue.toml")));

/// Every operation and every model.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// The resources in the order in which they are listed.
    pub resources: Vec<String>,
    /// Every operation, in the order of its resource.
    pub operations: Vec<Operation>,
    /// Every model.
    pub models: Vec<Model>,
    /// Paths that the API has no longer.
    pub former: Vec<Former>,
}

/// The catalogue.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE.0
}

/// What does not hold together in the file; a test holds that it is nothing.
pub fn contradictions() -> &'static [String] {
    &CATALOGUE.1
}

/// One operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name on the command line: `invoices.list`.
    pub name: String,
    /// Dinero's word for what it is about.
    pub resource: String,
    /// Method, upper case.
    pub method: String,
    /// Path with parameters in braces.
    pub path: String,
    /// Its name below its resource.
    pub label: String,
    /// What it is for.
    pub summary: String,
    /// Further words to find it by, Danish ones among them.
    pub words: String,
    /// The parameters of its path, in order.
    pub in_path: Vec<Parameter>,
    /// The parameters of its query.
    pub in_query: Vec<Parameter>,
    /// The fields of an answer when `fields` is not given.
    pub fields: Option<String>,
    /// The fields that `queryFilter` may name.
    pub filters: Vec<String>,
    /// What is sent along.
    pub body: Option<BodyKind>,
    /// Whether the body may be left out.
    pub body_is_optional: bool,
    /// What comes back.
    pub answer: Answer,
    /// The scope it needs.
    pub scope: Scope,
    /// What it can do.
    pub danger: Danger,
    /// Whether Dinero marks it as deprecated.
    pub deprecated: bool,
    /// The name of the operation that replaces it.
    pub newer: Option<String>,
}

/// A parameter of a path or a query, or a field of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// As it is sent.
    pub name: String,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
    /// What the API takes when it is left out.
    pub default: Option<String>,
    /// The largest number it may be.
    pub most: Option<u32>,
    /// What it means, in a few words.
    pub meaning: String,
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number; an amount keeps its digits.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// `YYYY-MM-DDTHH:mm:ssZ`, UTC.
    Moment,
    /// `yyyy/MM/dd`.
    Day,
    /// A UUID.
    Guid,
    /// One of these.
    Choice(Vec<String>),
    /// Several of these, joined by commas.
    Choices(Vec<String>),
    /// Names of fields of the answer, joined by commas.
    Fields,
    /// `Field op 'value'`, joined by `;`.
    Filter,
    /// A JSON object of that model.
    Object(String),
    /// A JSON array of that model; of what is not published, where it is empty.
    List(String),
}

/// What is sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyKind {
    /// A JSON object of that model.
    Object(String),
    /// A JSON array of that model.
    List(String),
    /// One file, as multipart.
    File,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A page of that model, in Dinero's envelope (reference 2.2).
    Page(String),
    /// A plain array of that model.
    List(String),
    /// One object of that model.
    One(String),
    /// JSON of a shape that is not published.
    Value,
    /// Nothing.
    Empty,
    /// The bytes of a file.
    File,
}

/// The scope that an operation needs, and how sure that is. The API publishes it for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `dineropublicapi:read`, inferred.
    Read,
    /// `dineropublicapi:write`, inferred.
    Write,
    /// A POST that stores nothing: nothing tells which of the two.
    ReadOrWrite,
}

impl Scope {
    /// As it is asked for and granted; of one that is not known the lesser.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read | Self::ReadOrWrite => READ,
            Self::Write => WRITE,
        }
    }

    /// In lists: `read`, `write`, `read?`.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::ReadOrWrite => "read?",
        }
    }

    /// Whether a token with these scopes lacks it; never said where it is not known.
    pub fn is_missing(self, granted: &[String]) -> bool {
        self != Self::ReadOrWrite && !granted.iter().any(|scope| scope == self.name())
    }
}

/// Dinero's scope for reading.
pub const READ: &str = "dineropublicapi:read";

/// Dinero's scope for changing.
pub const WRITE: &str = "dineropublicapi:write";

/// What an operation can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// It reads.
    Reads,
    /// It changes something.
    Writes,
    /// It cannot be undone.
    Final,
    /// It sends something out of the house.
    Mails,
    /// It costs money.
    Costs,
}

impl Danger {
    /// Whether it is always asked about before it is sent.
    pub const fn always_asks(self) -> bool {
        matches!(self, Self::Final | Self::Mails | Self::Costs)
    }

    /// In lists, and as the file says it: `read`, `write`, `final`, `mail`, `costs`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reads => "read",
            Self::Writes => "write",
            Self::Final => "final",
            Self::Mails => "mail",
            Self::Costs => "costs",
        }
    }

    /// What is said of it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "changes data",
            Self::Final => "cannot be undone",
            Self::Mails => "sends something out of the house",
            Self::Costs => "costs money",
        }
    }
}

/// A model of a body or of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Model {
    /// Dinero's name for it, or ours where none is published.
    pub name: String,
    /// Whether Dinero has more fields than are known here.
    pub partial: bool,
    /// Its fields; the required ones first.
    pub fields: Vec<Parameter>,
}

/// A path that the API has no longer.
#[derive(Debug, PartialEq, Eq)]
pub struct Former {
    /// Method.
    pub method: String,
    /// Path; `{}` is one segment.
    pub path: String,
    /// The name of the operation that took its place.
    pub newer: String,
}

/// The operation of that name.
pub fn operation(name: &str) -> Option<&'static Operation> {
    let mut all = catalogue().operations.iter();
    all.find(|operation| operation.name == name)
}

/// The model of that name.
pub fn model(name: &str) -> Option<&'static Model> {
    catalogue().models.iter().find(|model| model.name == name)
}

/// The operation that a request with this method and path is, its query left out. One whose words all fit
/// goes before one with a parameter in their place: `…/invoices/templates` is no invoice.
pub fn operation_at(method: &str, path: &str) -> Option<&'static Operation> {
    let all = catalogue().operations.iter();
    all.filter(|operation| operation.method == method && operation.is_at(path))
        .min_by_key(|operation| operation.in_path.len())
}

/// What replaces the operation at that place; `None` when nothing does.
pub fn successor(method: &str, path: &str) -> Option<&'static Operation> {
    let newer = match operation_at(method, path) {
        Some(found) => found.newer.as_deref(),
        None => catalogue()
            .former
            .iter()
            .find(|former| former.method == method && fits(&former.path, path))
            .map(|former| former.newer.as_str()),
    };
    operation(newer?)
}

/// Whether a path fits one with parameters.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut one, mut other) = (pattern.split('/'), path.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(segment), Some(given)) if segment.starts_with('{') && !given.is_empty() => {}
            (Some(segment), Some(given)) if segment == given => {}
            _ => return false,
        }
    }
}

impl Operation {
    /// Whether a path is one of its own.
    pub fn is_at(&self, path: &str) -> bool {
        fits(&self.path, path)
    }

    /// The values of the path's parameters, as they stand in a path of its own, still encoded.
    pub fn path_values<'a>(&self, path: &'a str) -> Vec<&'a str> {
        let segments = self.path.split('/').zip(path.split('/'));
        segments
            .filter(|(own, _)| own.starts_with('{'))
            .map(|(_, given)| given)
            .collect()
    }

    /// Whether its path names an organization.
    pub fn names_organization(&self) -> bool {
        self.in_path
            .first()
            .is_some_and(|one| one.name == ORGANIZATION)
    }

    /// The fields that an answer can have.
    pub fn answer_fields(&self) -> impl Iterator<Item = &'static str> {
        let name = match &self.answer {
            Answer::Page(model) | Answer::List(model) | Answer::One(model) => Some(model),
            Answer::Value | Answer::Empty | Answer::File => None,
        };
        let fields = name
            .and_then(|name| model(name))
            .map(|model| model.fields.as_slice());
        fields
            .unwrap_or_default()
            .iter()
            .map(|field| field.name.as_str())
    }

    /// Whether it may be tried without harm: it reads, or calculates and stores nothing.
    pub const fn is_safe(&self) -> bool {
        matches!(self.danger, Danger::Reads)
    }

    /// Whether the answer comes in pages.
    pub fn is_paged(&self) -> bool {
        self.in_query
            .iter()
            .any(|parameter| parameter.name == "page")
    }
}

/// What Dinero documents about a scope; `None` for scopes of others.
pub fn scope_meaning(scope: &str) -> Option<&'static str> {
    Some(match scope {
        READ => "see invoices, contacts, accounts; change nothing",
        WRITE => "create, change, book and delete in their name",
        "offline_access" => "a refresh token: no sign-in every hour",
        "openid" => "who signed in; Dinero advises against it",
        "profile" => "the user's name; needs openid",
        "email" => "the user's e-mail address; needs openid",
        _ => return None,
    })
}

/// The fields that the list at a path can be filtered by; `None` for what is no such list.
pub fn filter_fields(path: &str) -> Option<&'static [String]> {
    let found = operation_at("GET", path).map(|operation| operation.filters.as_slice());
    found.filter(|filters| !filters.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_together() {
        assert_eq!(contradictions(), &[] as &[String]);
    }

    #[test]
    fn a_request_finds_its_operation() {
        let name = |method, path| operation_at(method, path).map(|found| found.name.as_str());
        for (method, path, expected) in [
            (
                "GET",
                "/v1/1/invoices/templates",
                Some("invoices.templates"),
            ),
            ("GET", "/v1/1/invoices/abc", Some("invoices.get")),
            ("POST", "/v1/1/invoices/fetch", Some("invoices.fetch")),
            ("GET", "/v1/1/vouchers/purchase/abc", Some("purchases.get")),
            ("POST", "/v1/1/attachments/a/b/c", Some("attachments.add")),
            (
                "POST",
                "/v1/1/attachments/bind/default/a/b",
                Some("attachments.bind-default"),
            ),
            ("GET", "/v1//invoices", None),
            ("GET", "/v1/1/invoices/", None),
            ("get", "/v1/1/invoices", None),
        ] {
            assert_eq!(name(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn what_is_replaced_names_what_replaces_it() {
        let newer = |method, path| successor(method, path).map(|found| found.name.as_str());
        assert_eq!(newer("PUT", "/v1/1/contacts/a"), Some("contacts.update"));
        assert_eq!(newer("PUT", "/v1/1/invoices/a"), Some("invoices.update"));
        assert_eq!(newer("PUT", "/v2/1/contacts/a"), None);
        assert_eq!(newer("GET", "/v1/1/contacts"), None);
    }
}
