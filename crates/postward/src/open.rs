//! Opens what a configuration names: the authority on its store, the TLS certificate, other files.

use crate::clock;
use crate::command_error::CommandError;
use crate::config::{Certificate, Config};
use postward_authority::{Authority, Settings};
use rustls::ServerConfig;
use std::path::Path;
use std::sync::Arc;

/// Opens the authority on the store of a configuration.
pub(crate) async fn authority(config: &Config) -> Result<Authority, CommandError> {
    let settings = Settings {
        database: config.store.clone(),
        node: config.node.clone(),
        policy: config.policy.clone(),
        hashing: config.hashing,
        reconnect: config.reconnect,
        throttle: config.throttle,
        key_file: config.key_file.clone(),
    };
    Ok(Authority::open(settings, clock::now()).await?)
}

/// Reads the certificate and its key into the configuration of the TLS listeners.
pub(crate) fn certificate(files: &Certificate) -> Result<Arc<ServerConfig>, CommandError> {
    let chain = read(&files.chain, "certificate")?;
    let key = read(&files.key, "private key")?;
    postward_gate::tls::server_config(&chain, &key).map_err(|error| {
        CommandError::new(format!("{} and {}: {error}.", files.chain.display(), files.key.display()))
    })
}

/// Reads a file that the configuration names; `what` describes it in an error.
pub(crate) fn read(path: &Path, what: &str) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path)
        .map_err(|error| CommandError::new(format!("The {what} {} cannot be read: {error}.", path.display())))
}
