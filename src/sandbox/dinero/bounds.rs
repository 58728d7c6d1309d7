//! What a model asks of its fields beyond their types (reference 2.4), as a table.

use super::amount;
use super::refusal::Wrong;
use super::rows::Row;

/// What is asked of a field.
enum Bound {
    /// A number between two, both included.
    Between(i32, i32),
    /// Not nothing.
    NotZero,
    /// So many characters at most.
    Short(usize),
    /// So many letters, no more and no less.
    Letters(usize),
    /// This text somewhere in it.
    Contains(&'static str),
    /// A web address that is encrypted.
    Https,
    /// One of it at least.
    NotEmpty,
    /// It must be there although the model does not say so.
    Given,
    /// It must be there where that other field is not.
    GivenWithout(&'static str),
    /// It must be there where that other field has that value.
    GivenWhere(&'static str, &'static str),
    /// It must not be there where that other field has that value.
    AbsentWhere(&'static str, &'static str),
}

use Bound::{
    AbsentWhere, Between, Contains, Given, GivenWhere, GivenWithout, Https, Letters, NotEmpty,
    NotZero, Short,
};

/// The models that begin so, the field, what is asked of it.
const BOUNDS: &[(&str, &str, Bound)] = &[
    ("", "ExternalReference", Short(128)),
    ("AccountCreateModel", "Number", Between(1000, 99_999)),
    ("DepositCreateModel", "Number", Between(55_000, 55_999)),
    ("Contact", "CountryKey", Letters(2)),
    ("Contact", "AttPerson", AbsentWhere("IsPerson", "true")),
    ("Contact", "VatNumber", AbsentWhere("IsPerson", "true")),
    ("Contact", "EanNumber", AbsentWhere("IsPerson", "true")),
    ("Contact", "SENumber", AbsentWhere("IsPerson", "true")),
    ("Contact", "PNumber", AbsentWhere("IsPerson", "true")),
    (
        "Contact",
        "PaymentConditionNumberOfDays",
        AbsentWhere("PaymentConditionType", "NettoCash"),
    ),
    ("Product", "Comment", Short(128)),
    ("ProductLine", "Discount", Between(0, 100)),
    ("ProductLine", "Description", GivenWithout("ProductGuid")),
    ("ProductLine", "Unit", GivenWhere("LineType", "Product")),
    ("Invoice", "ProductLines", NotEmpty),
    ("Invoice", "ReminderFee", Between(0, 100)),
    ("Invoice", "ReminderInterestRate", Between(0, 100)),
    ("PaymentCreateModel", "Amount", NotZero),
    ("PurchaseVoucherCreditPayment", "Amount", NotZero),
    ("ApiMailoutModel", "Message", Contains("[link-to-pdf]")),
    (
        "PurchaseVoucher",
        "PaymentDate",
        AbsentWhere("PurchaseType", "cash"),
    ),
    ("WebhookSubscribeModel", "Uri", Given),
    ("WebhookSubscribeModel", "Uri", Https),
    ("WebhookSubscribeModel", "EventId", Given),
    ("WebhookUnsubscribeModel", "EventId", Given),
];

/// Says what of a row is out of bounds.
pub(super) fn check(model: &str, row: &Row, at: &str, wrong: &mut Wrong) {
    for (beginning, field, bound) in BOUNDS {
        if !model.starts_with(beginning) {
            continue;
        }
        if let Some(why) = trouble(row, field, bound) {
            let place = if at.is_empty() {
                (*field).to_owned()
            } else {
                format!("{at}.{field}")
            };
            wrong.push((place, why));
        }
    }
}

/// Why a field is out of its bound.
fn trouble(row: &Row, field: &str, bound: &Bound) -> Option<String> {
    let given = row.has(field);
    let text = row.text(field);
    let say = |broken: bool, why: String| broken.then_some(why);
    match bound {
        Between(least, most) => {
            let value = amount::or_nothing(&text);
            let whole = |number: i32| i128::from(number) * 1_000_000;
            let inside = (whole(*least)..=whole(*most)).contains(&value);
            say(given && !inside, format!("must be from {least} to {most}"))
        }
        NotZero => say(
            given && amount::ore_of(&text) == 0,
            "must not be 0".to_owned(),
        ),
        Short(most) => say(
            text.chars().count() > *most,
            format!("must be {most} characters at most"),
        ),
        Letters(count) => say(
            given && (text.len() != *count || !text.bytes().all(|byte| byte.is_ascii_alphabetic())),
            format!("must be {count} letters"),
        ),
        Contains(part) => say(
            given && !text.contains(part),
            format!("must contain {part}"),
        ),
        Https => say(
            given && !text.to_ascii_lowercase().starts_with("https://"),
            "must begin with https://".to_owned(),
        ),
        NotEmpty => say(
            row.rows(field).is_empty(),
            "must have one line at least".to_owned(),
        ),
        Given => say(!given || text.is_empty(), "must be given".to_owned()),
        GivenWithout(other) => say(
            !row.has(other) && text.is_empty(),
            format!("must be given where {other} is not"),
        ),
        GivenWhere(other, value) => say(
            row.is(other, value) && !given,
            format!("must be given where {other} is {value}"),
        ),
        AbsentWhere(other, value) => say(
            given && row.is(other, value),
            format!("must be left out where {other} is {value}"),
        ),
    }
}
