//! The key file: what second factors are sealed under, outside the database. Whoever copies the one without the other
//! has nothing.
//!
//! A key file holds one key a line, oldest first; the last one is used for everything new. Older ones stay until
//! nothing in the store needs them any more.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use sha2::Sha256;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use thiserror::Error;
use zeroize::Zeroizing;

/// What the first lines of a key file say to whoever opens it.
const HEAD: &str = "# Keys of this host's second factors, app passwords and mailed links, oldest first.\n\
     # Without this file nobody with 2FA gets in. Back it up, apart from the database.\n";

/// Names a key of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyId(pub(crate) i64);

/// The keys of a file, as they are now.
pub(crate) struct Keys {
    path: PathBuf,
    ring: RwLock<Arc<Ring>>,
}

/// Something sealed, and the key it was sealed under.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) key: KeyId,
    /// Nonce, ciphertext, tag.
    pub(crate) bytes: Vec<u8>,
}

/// Why nothing can be sealed, opened or compared. Always a trouble of ours: never «no second factor», never «wrong».
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file is not there.
    #[error("the key file {} is missing", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read or written.
    #[error("the key file {} cannot be used: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
    /// A line of the file, counted from one, is not a key.
    #[error("line {} of the key file {} is not a key", .1, .0.display())]
    Malformed(PathBuf, usize),
    /// The file does not hold the key something was sealed under: it is the file of another host, or an old copy.
    #[error("the key file {} does not hold a key that is needed", .0.display())]
    Unknown(PathBuf),
    /// What was sealed does not open: the key is another one, or the bytes were changed or moved.
    #[error("what was sealed does not open with the key it names")]
    Broken,
}

impl Keys {
    /// Keys in a file. Whether it is there shows when one is needed: a host without it still serves all who need none.
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path, ring: RwLock::default() }
    }

    /// Makes the file with a first key, where there is none. For a host that has nothing sealed yet.
    pub(crate) fn create_if_missing(&self) -> Result<(), KeyError> {
        match self.read() {
            Err(KeyError::Missing(_)) => self.write(&Ring { keys: vec![Key::draw(KeyId(1))] }),
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    /// Adds a key that is used from now on.
    pub(crate) fn rotate(&self) -> Result<KeyId, KeyError> {
        let ring = self.read()?;
        let next = KeyId(ring.newest().map_or(1, |key| key.id.0 + 1));
        let mut keys = ring.keys.clone();
        keys.push(Key::draw(next));
        self.write(&Ring { keys })?;
        Ok(next)
    }

    /// The key for everything new.
    pub(crate) fn newest(&self) -> Result<KeyId, KeyError> {
        Ok(self.find(None)?.id)
    }

    /// Seals what only [`Keys::open`] with the same `bound` brings back.
    pub(crate) fn seal(&self, plain: &[u8], bound: &[u8]) -> Result<Sealed, KeyError> {
        let key = self.find(None)?;
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut bytes = plain.to_vec();
        // Random nonces are safe for 2^32 seals under one key (NIST SP 800-38D §8.3): one each second for 136 years.
        key.sealing()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut bytes)
            .map_err(|_| KeyError::Broken)?;
        Ok(Sealed { key: key.id, bytes: [&nonce[..], &bytes].concat() })
    }

    /// Opens what was sealed.
    pub(crate) fn open(&self, sealed: &Sealed, bound: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let key = self.find(Some(sealed.key))?;
        let (nonce, bytes) = sealed.bytes.split_at_checked(NONCE_LEN).ok_or(KeyError::Broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Broken)?;
        let mut bytes = Zeroizing::new(bytes.to_vec());
        let plain = key
            .sealing()?
            .open_in_place(nonce, Aad::from(bound), &mut bytes)
            .map_err(|_| KeyError::Broken)?;
        Ok(Zeroizing::new(plain.to_vec()))
    }

    /// A keyed hash, for what is compared and never brought back.
    pub(crate) fn digest(&self, key: KeyId, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32], KeyError> {
        let key = self.find(Some(key))?;
        let mut mac = key.mac("digest");
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }

    /// One key, or the newest. A key that is not known here may have been added by another node: the file is looked at
    /// again.
    fn find(&self, id: Option<KeyId>) -> Result<Key, KeyError> {
        let known = self.ring.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(key) = known.find(id) {
            return Ok(key.clone());
        }
        let ring = self.read()?;
        let key = ring.find(id).cloned().ok_or_else(|| KeyError::Unknown(self.path.clone()));
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        key
    }

    fn read(&self) -> Result<Ring, KeyError> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => Ring::parse(&Zeroizing::new(text))
                .map_err(|line| KeyError::Malformed(self.path.clone(), line)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(KeyError::Missing(self.path.clone()))
            }
            Err(error) => Err(KeyError::Io(self.path.clone(), error)),
        }
    }

    /// Puts the file in its place whole, and on the disk: a seal under a key that is lost can never be opened.
    fn write(&self, ring: &Ring) -> Result<(), KeyError> {
        let failed = |error| KeyError::Io(self.path.clone(), error);
        let next = self.path.with_extension("next");
        let mut options = OpenOptions::new();
        let mut file =
            options.create(true).truncate(true).write(true).mode(0o600).open(&next).map_err(failed)?;
        file.write_all(ring.text().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&next, &self.path).map_err(failed)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(failed)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring.clone());
        Ok(())
    }
}

/// The keys, oldest first.
#[derive(Clone, Default)]
struct Ring {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
}

impl Ring {
    /// Reads a file's text; the error is the number of the line that is no key.
    fn parse(text: &str) -> Result<Self, usize> {
        let mut keys: Vec<Key> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = Key::parse(line).ok_or(number)?;
            if keys.last().is_some_and(|before| before.id >= key.id) {
                return Err(number);
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(1) } else { Ok(Self { keys }) }
    }

    fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(HEAD.to_owned());
        for Key { id, bytes } in &self.keys {
            let encoded = Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(&bytes[..]));
            text.push_str(&Zeroizing::new(format!("{} {}\n", id.0, *encoded)));
        }
        text
    }

    fn newest(&self) -> Option<&Key> {
        self.keys.last()
    }

    fn find(&self, id: Option<KeyId>) -> Option<&Key> {
        match id {
            Some(id) => self.keys.iter().find(|key| key.id == id),
            None => self.newest(),
        }
    }
}

impl Key {
    fn draw(id: KeyId) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut bytes[..]);
        Self { id, bytes }
    }

    fn parse(line: &str) -> Option<Self> {
        let (id, encoded) = line.split_once(' ')?;
        let bytes = Zeroizing::new(BASE64_STANDARD_NO_PAD.decode(encoded.trim()).ok()?);
        let id = id.parse().ok().filter(|id| *id > 0)?;
        Some(Self { id: KeyId(id), bytes: Zeroizing::new(bytes.as_slice().try_into().ok()?) })
    }

    /// One key never does two jobs: each has a key of its own, made from it.
    fn mac(&self, job: &str) -> Hmac<Sha256> {
        let mut of_job =
            Hmac::<Sha256>::new_from_slice(&self.bytes[..]).expect("HMAC takes keys of any length");
        of_job.update(job.as_bytes());
        let key = Zeroizing::new(<[u8; 32]>::from(of_job.finalize().into_bytes()));
        Hmac::new_from_slice(&key[..]).expect("HMAC takes keys of any length")
    }

    fn sealing(&self) -> Result<LessSafeKey, KeyError> {
        let key = Zeroizing::new(<[u8; 32]>::from(self.mac("seal").finalize().into_bytes()));
        UnboundKey::new(&AES_256_GCM, &key[..]).map(LessSafeKey::new).map_err(|_| KeyError::Broken)
    }
}

#[cfg(test)]
mod tests;
