//! One certificate with its key: made, written as text, read again.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// How many days it is good for, the day before the first included: clocks differ.
const DAYS: i64 = 397;

/// A certificate with its key.
pub(super) struct Made {
    pub(super) names: Vec<String>,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    /// DER.
    pub(super) certificate: Vec<u8>,
    /// PKCS #8, DER.
    pub(super) key: Vec<u8>,
}

impl Made {
    /// A leaf for exactly these hosts, which can sign for no other. Fails where the key cannot be made.
    pub(super) fn make(names: &[String], now: Timestamp) -> Result<Self, String> {
        let said = |error: rcgen::Error| format!("the certificate could not be made: {error}");
        let day_before = now
            .checked_sub(SignedDuration::from_hours(24))
            .unwrap_or(now);
        let lifetime = SignedDuration::from_hours(24 * DAYS);
        let first = date(day_before);
        let last = date(day_before.checked_add(lifetime).unwrap_or(now));
        let mut parameters = CertificateParams::new(names).map_err(said)?;
        let (year, month, day) = parts(first);
        parameters.not_before = date_time_ymd(year, month, day);
        let (year, month, day) = parts(last);
        parameters.not_after = date_time_ymd(year, month, day);
        parameters.is_ca = IsCa::ExplicitNoCa;
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.distinguished_name = DistinguishedName::new();
        let host = names.first().map_or("", String::as_str);
        parameters.distinguished_name.push(
            DnType::CommonName,
            format!("dineroscope callback on {host}"),
        );
        let key = KeyPair::generate().map_err(said)?;
        let certificate = parameters.self_signed(&key).map_err(said)?;
        Ok(Self {
            names: names.to_vec(),
            since: now,
            until: midnight(last).unwrap_or(now),
            certificate: certificate.der().to_vec(),
            key: key.serialize_der(),
        })
    }

    /// SHA-256 over the certificate, in pairs with colons.
    pub(super) fn fingerprint(&self) -> String {
        let bytes = digest(&SHA256, &self.certificate);
        let pairs: Vec<String> = bytes
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        pairs.join(":")
    }

    /// As a file has it.
    pub(super) fn text(&self) -> String {
        let mut table = toml_edit::DocumentMut::new();
        let names: toml_edit::Array = self.names.iter().collect();
        table["names"] = toml_edit::value(names);
        table["made_at"] = toml_edit::value(self.since.to_string());
        table["until"] = toml_edit::value(self.until.to_string());
        table["certificate"] = toml_edit::value(STANDARD.encode(&self.certificate));
        table["key"] = toml_edit::value(STANDARD.encode(&self.key));
        format!(
            "# The certificate of dineroscope's callback listener, with its private key: keep it to yourself.\n\
             {table}"
        )
    }

    /// What a file has; `None` when it is none of ours.
    pub(super) fn read(text: &str) -> Option<Self> {
        let table = text.parse::<toml_edit::DocumentMut>().ok()?;
        let word = |key: &str| table.get(key)?.as_str();
        let names = table.get("names")?.as_array()?.iter();
        Some(Self {
            names: names
                .map(|name| name.as_str().map(str::to_owned))
                .collect::<Option<_>>()?,
            since: word("made_at")?.parse().ok()?,
            until: word("until")?.parse().ok()?,
            certificate: STANDARD.decode(word("certificate")?).ok()?,
            key: STANDARD.decode(word("key")?).ok()?,
        })
    }
}

/// The day on which a moment is, in UTC.
fn date(moment: Timestamp) -> Date {
    moment.to_zoned_datetime(TimeZone::UTC).date()
}

/// Year, month and day.
fn parts(date: Date) -> (i32, u8, u8) {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    (i32::from(date.year()), month, day)
}

/// The beginning of a day.
fn midnight(date: Date) -> Option<Timestamp> {
    let beginning = date.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(beginning.timestamp())
}
