//! Argon2id over a peppered password: one hash at a time, on a blocking thread, with reused memory that is wiped.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hmac::{Hmac, KeyInit, Mac};
use phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use portal::keys::{KeyId, KeyRing};
use portal::limits::Limits;
use portal::secret::Secret;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::fault::Fault;
use crate::random::Random;

/// Octets of a hash.
const OUTPUT_OCTETS: usize = 32;

/// The parameters of a hash, as its PHC string names them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// The result of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The password is wrong.
    Wrong,
    /// The password is right.
    Right {
        /// Whether the hash has other parameters or an older key than a new one would have.
        outdated: bool,
    },
}

/// Hashes and verifies passwords: [`Passwords`], or the model checker's fake.
pub trait PasswordHasher: Send + Sync {
    /// The hash, in its stored form, of a password in the normal form of [`portal::password::folded`].
    fn hash(&self, password: Arc<Secret>) -> BoxFuture<'_, Result<String, Fault>>;

    /// Whether the hash is that of the password; without a hash the same work is done, and the answer is wrong.
    fn verify<'a>(
        &'a self,
        password: Arc<Secret>,
        hash: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Verified, Fault>>;
}

impl PasswordHasher for Passwords {
    fn hash(&self, password: Arc<Secret>) -> BoxFuture<'_, Result<String, Fault>> {
        Self::hash(self, password).boxed()
    }

    fn verify<'a>(
        &'a self,
        password: Arc<Secret>,
        hash: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Verified, Fault>> {
        Self::verify(self, password, hash).boxed()
    }
}

struct Memory {
    blocks: Vec<Block>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.blocks.zeroize();
    }
}

/// Hashes and verifies passwords.
///
/// Clones share the memory, so an environment has one buffer and computes one hash at a time: parallel ones would
/// share the core and only take longer (`docs/adr/0016-argon2id-with-pepper-and-kept-memory.md`).
#[derive(Clone)]
pub struct Passwords {
    keys: Arc<KeyRing>,
    cost: Cost,
    memory: Arc<Mutex<Memory>>,
    dummy: Arc<str>,
}

impl Passwords {
    /// Hashes with the parameters of `limits` and the current key of the ring.
    pub fn new(keys: Arc<KeyRing>, limits: &Limits) -> Result<Self, Fault> {
        let number = |value: u64| u32::try_from(value).map_err(|_| Fault::Hash("parameters"));
        let cost = Cost {
            memory: number(limits.hash_memory.count())?,
            passes: number(limits.hash_passes)?,
            lanes: 1,
        };
        let memory = Arc::new(Mutex::new(Memory { blocks: Vec::new() }));
        // The dummy has the form of any other hash, so that a verification without a hash costs the same; no password
        // matches it.
        let dummy = phc_string(
            keys.current(),
            &cost,
            &Random::System.salt()?,
            &[Random::System.salt()?, Random::System.salt()?].concat(),
        )?;
        Ok(Self {
            keys,
            cost,
            memory,
            dummy: dummy.into(),
        })
    }

    /// The PHC string of a password in the normal form of [`portal::password::folded`].
    pub async fn hash(&self, password: Arc<Secret>) -> Result<String, Fault> {
        let this = self.clone();
        blocking(move || {
            let salt = Random::System.salt()?;
            let key = this.keys.current();
            let output = compute(&this.keys, key, &this.cost, &this.memory, &password, &salt)?;
            phc_string(key, &this.cost, &salt, output.as_slice())
        })
        .await
    }

    /// Whether the hash is that of the password; without a hash the same work is done, and the answer is wrong.
    pub async fn verify(&self, password: Arc<Secret>, hash: Option<&str>) -> Result<Verified, Fault> {
        let this = self.clone();
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.dummy).to_owned();
        let verified = blocking(move || this.verify_now(&password, &hash)).await?;
        Ok(if known { verified } else { Verified::Wrong })
    }

    fn verify_now(&self, password: &Secret, hash: &str) -> Result<Verified, Fault> {
        let parsed = PasswordHash::new(hash).map_err(|_| Fault::Hash("stored string"))?;
        let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
            return Err(Fault::Hash("stored string"));
        };
        let number = |name: &str| {
            parsed
                .params
                .get_decimal(name)
                .ok_or(Fault::Hash("stored parameters"))
        };
        let cost = Cost {
            memory: number("m")?,
            passes: number("t")?,
            lanes: number("p")?,
        };
        let key = KeyId::new(
            parsed
                .params
                .get_str("keyid")
                .ok_or(Fault::Hash("stored key id"))?,
        );
        let output = compute(&self.keys, &key, &cost, &self.memory, password, &salt)?;
        if !bool::from(output.as_slice().ct_eq(expected.as_bytes())) {
            return Ok(Verified::Wrong);
        }
        Ok(Verified::Right {
            outdated: cost != self.cost || key != *self.keys.current(),
        })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Fault::Hash("panicked"))?
}

/// Argon2id over HMAC-SHA-256(pepper, password): without the key ring a stolen table is useless.
fn compute(
    keys: &KeyRing,
    key: &KeyId,
    cost: &Cost,
    memory: &Mutex<Memory>,
    password: &Secret,
    salt: &[u8],
) -> Result<Zeroizing<[u8; OUTPUT_OCTETS]>, Fault> {
    let pepper = keys.derive(key, &["pepper"])?;
    let mut block = Zeroizing::new([0_u8; 64]);
    block
        .iter_mut()
        .zip(pepper.iter())
        .for_each(|(to, from)| *to = *from);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(password.expose().as_bytes());
    let peppered = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));

    let params =
        Params::new(cost.memory, cost.passes, cost.lanes, Some(OUTPUT_OCTETS)).map_err(Fault::Argon2)?;
    let count = params.block_count();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut output = Zeroizing::new([0_u8; OUTPUT_OCTETS]);
    // A poisoned lock means that a hash panicked; the next one overwrites the buffer in any case.
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.blocks.len() < count {
        memory.blocks.resize(count, Block::default());
    }
    let blocks = memory.blocks.get_mut(..count).ok_or(Fault::Hash("memory"))?;
    let hashed =
        argon2.hash_password_into_with_memory(peppered.as_slice(), salt, output.as_mut_slice(), &mut *blocks);
    blocks.iter_mut().zeroize();
    hashed.map_err(Fault::Argon2)?;
    Ok(output)
}

fn phc_string(key: &KeyId, cost: &Cost, salt: &[u8], output: &[u8]) -> Result<String, Fault> {
    let mut params = ParamsString::new();
    for (name, value) in [("m", cost.memory), ("t", cost.passes), ("p", cost.lanes)] {
        params
            .add_decimal(name, value)
            .map_err(|_| Fault::Hash("parameters"))?;
    }
    params
        .add_str("keyid", phc_value(key)?)
        .map_err(|_| Fault::Hash("key id"))?;
    let hash = PasswordHash {
        algorithm: Ident::new("argon2id").map_err(|_| Fault::Hash("algorithm"))?,
        version: Some(0x13),
        params,
        salt: Some(Salt::new(salt).map_err(|_| Fault::Hash("salt"))?),
        hash: Some(Output::new(output).map_err(|_| Fault::Hash("output"))?),
    };
    Ok(hash.to_string())
}

fn phc_value(key: &KeyId) -> Result<phc::Value<'_>, Fault> {
    phc::Value::new(key.as_str()).map_err(|_| Fault::Hash("key id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn ring(current: &str) -> Arc<KeyRing> {
        let keys: BTreeMap<_, _> = ["k1", "k2"]
            .map(|id| {
                (
                    KeyId::new(id),
                    Zeroizing::new(vec![id.len().try_into().unwrap_or(0); 32]),
                )
            })
            .into();
        Arc::new(KeyRing::new(KeyId::new(current), keys).unwrap())
    }

    fn cheap() -> Limits {
        Limits {
            hash_memory: portal::limits::Kibibytes::new(64),
            hash_passes: 1,
            ..Limits::standard()
        }
    }

    fn secret(text: &str) -> Arc<Secret> {
        Arc::new(portal::password::folded(text))
    }

    #[tokio::test]
    async fn the_right_password_and_only_that_is_right() {
        let passwords = Passwords::new(ring("k1"), &cheap()).unwrap();
        let hash = passwords
            .hash(secret("ながいあんしょうばんごう二十六"))
            .await
            .unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=64,t=1,p=1,keyid=k1$"),
            "{hash}"
        );
        let right = passwords
            .verify(secret("ながいあんしょうばんごう二十六"), Some(&hash))
            .await
            .unwrap();
        assert_eq!(right, Verified::Right { outdated: false });
        assert_eq!(
            passwords.verify(secret("another"), Some(&hash)).await.unwrap(),
            Verified::Wrong
        );
        assert_eq!(
            passwords.verify(secret("another"), None).await.unwrap(),
            Verified::Wrong
        );
        // NFD and NFC are the same password.
        let hash = passwords.hash(secret("が")).await.unwrap();
        assert!(matches!(
            passwords.verify(secret("か\u{3099}"), Some(&hash)).await.unwrap(),
            Verified::Right { .. }
        ));
    }

    #[tokio::test]
    async fn a_hash_of_older_parameters_or_key_works_and_says_so() {
        let old = Passwords::new(ring("k1"), &cheap()).unwrap();
        let hash = old.hash(secret("password")).await.unwrap();
        let new_key = Passwords::new(ring("k2"), &cheap()).unwrap();
        assert_eq!(
            new_key.verify(secret("password"), Some(&hash)).await.unwrap(),
            Verified::Right { outdated: true }
        );
        let costlier = Passwords::new(
            ring("k1"),
            &Limits {
                hash_memory: portal::limits::Kibibytes::new(128),
                ..cheap()
            },
        )
        .unwrap();
        assert_eq!(
            costlier.verify(secret("password"), Some(&hash)).await.unwrap(),
            Verified::Right { outdated: true }
        );
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let passwords = Passwords::new(ring("k1"), &cheap()).unwrap();
        assert_ne!(
            passwords.hash(secret("password")).await.unwrap(),
            passwords.hash(secret("password")).await.unwrap()
        );
    }
}
