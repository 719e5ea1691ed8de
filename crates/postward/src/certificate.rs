//! Issues certificates: a self-signed one for a new host, and one of a throw-away CA for a demo.

use crate::clock;
use crate::command_error::CommandError;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// A certificate and its key, in PEM.
pub(crate) struct CertificateAndKey {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// A self-signed certificate for some names.
pub(crate) fn self_signed(names: &[&str]) -> Result<CertificateAndKey, CommandError> {
    issue(|| {
        let key = KeyPair::generate()?;
        let certificate = leaf(names)?.self_signed(&key)?;
        Ok(CertificateAndKey { certificate: certificate.pem(), key: key.serialize_pem() })
    })
}

/// A certificate of a CA that is created for it, whose key is thrown away. Also returns the certificate of the CA, for
/// clients to trust.
pub(crate) fn signed_by_new_ca(names: &[&str]) -> Result<(CertificateAndKey, String), CommandError> {
    issue(|| {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Postward demo (this run only)");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        validity(&mut params);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = leaf(names)?.signed_by(&key, &issuer)?;
        Ok((CertificateAndKey { certificate: certificate.pem(), key: key.serialize_pem() }, issuer.pem()))
    })
}

fn leaf(names: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let common_name = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // RFC 5280 §4.2.1.1; strict clients (Python 3.13) refuse a certificate without it.
    params.use_authority_key_identifier_extension = true;
    validity(&mut params);
    Ok(params)
}

/// Valid from yesterday, for clocks that are behind. Some clients refuse certificates valid for more than 825 days.
fn validity(params: &mut CertificateParams) {
    let today = clock::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let day = |date: jiff::civil::Date| {
        date_time_ymd(date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = day(today.yesterday().unwrap_or(today));
    params.not_after = day(today.saturating_add(jiff::Span::new().days(800)));
}

fn issue<T>(make: impl FnOnce() -> Result<T, rcgen::Error>) -> Result<T, CommandError> {
    make().map_err(|error| CommandError::new(format!("The certificate cannot be made: {error}.")))
}
