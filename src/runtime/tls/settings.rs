//! Reads `[tls]` and the files it names.

use std::fmt::Display;

use crate::runtime::settings::{Marked, Section};

use super::{Pem, Tls, UnusableTls, texts};

impl Tls {
    /// Reads `[tls]`; `None` when TLS is off.
    pub fn read(section: &mut Section<'_>) -> Option<Self> {
        let certificate = section.text("cert_file");
        let key = section.text("key_file");
        let client_ca = section.text("client_ca_file");
        if let (Some(certificate), Some(key)) = (certificate, key) {
            return PemFiles { certificate, key, client_ca }.read(section);
        }
        let keys = ["cert_file", "key_file", "client_ca_file"];
        if keys.iter().any(|key| section.has(key)) {
            for key in keys[..2].iter().filter(|key| !section.has(key)) {
                section.report(section.place(), texts::MISSING.message(&[("key", key)]));
            }
        }
        None
    }
}

/// The names of the files.
struct PemFiles {
    certificate: Marked<String>,
    key: Marked<String>,
    client_ca: Option<Marked<String>>,
}

impl PemFiles {
    fn read(&self, section: &Section<'_>) -> Option<Tls> {
        let read = |setting: &str, file: &Marked<String>| {
            let pem = section.pem(setting, &section.folders().find(&file.value));
            pem.map_err(|problem| section.report(file.place, problem)).ok()
        };
        section.hold_secret(&section.folders().find(&self.key.value));
        let certificate = read("cert_file", &self.certificate);
        let key = read("key_file", &self.key);
        let client_ca = match &self.client_ca {
            Some(file) => Some(read("client_ca_file", file)?),
            None => None,
        };
        match Tls::new(&Pem { certificate: certificate?, key: key?, client_ca }) {
            Ok(tls) => {
                self.warn_of_dates(section, &tls);
                Some(tls)
            }
            Err(unusable) => {
                self.report(section, &unusable);
                None
            }
        }
    }

    fn warn_of_dates(&self, section: &Section<'_>, tls: &Tls) {
        if let Some(problem) = tls.date_problem() {
            let path = section.folders().find(&self.certificate.value);
            let parts: [(&str, &dyn Display); 2] =
                [("path", &path.display()), ("problem", &problem)];
            section.warn(texts::DATES.message(&parts));
        }
    }

    /// Reports the file that makes TLS `unusable`.
    fn report(&self, section: &Section<'_>, unusable: &UnusableTls) {
        let (setting, file) = match (unusable, &self.client_ca) {
            (UnusableTls::Certificate, _) => ("cert_file", &self.certificate),
            (UnusableTls::ClientCa, Some(client_ca)) => ("client_ca_file", client_ca),
            _ => ("key_file", &self.key),
        };
        let path = section.folders().find(&file.value);
        let message = texts::FILE.message(&[
            ("setting", &setting),
            ("path", &path.display()),
            ("problem", &unusable.message()),
        ]);
        section.report(file.place, message);
    }
}
