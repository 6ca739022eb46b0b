//! Reads the certificate to present from PEM text; no socket, no clock.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Reads a certificate, its intermediates, and the key, in the order of nginx: the server's
/// own certificate first, the key anywhere. The error is the reason.
pub(super) fn read(pem: &[u8]) -> Result<Arc<ServerConfig>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|problem| format!("certificate: {problem}"))?;
    if chain.is_empty() {
        return Err("no certificate: send it and its key as PEM".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|problem| format!("key: {problem}"))?;
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map(Arc::new)
        .map_err(|problem| problem.to_string())
}
