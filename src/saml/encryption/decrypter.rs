//! Decryption of what peers encrypt to keys of ours. What they may send is narrow: the key beside the content, both in
//! the message, by algorithms of the list; nothing is fetched, and nothing is decrypted twice.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::crypto::{Algorithm, BlockedAlgorithms, ContentCipher, DecryptionKey, KeyTransport};

use super::super::document::{Comments, Element, Scope};
use super::super::name::content_method;
use super::super::{Error, base64, blocked};
use super::EncryptionMethod;
use super::algorithm::{ELEMENT, KeyMethod, key_method, read_content_method, read_key_method};

/// Keys that one content may be encrypted with; each is tried with every key of ours.
const MAX_ENCRYPTED_KEYS: usize = 4;

/// Our keys, of which any may have been encrypted to: while a new one takes over, peers still use the old.
#[derive(Clone, Debug)]
pub struct Decrypter {
    keys: Vec<Arc<DecryptionKey>>,
    blocked: BlockedAlgorithms,
    accepts_cbc: bool,
}

/// What is encrypted, as it was read.
struct Encrypted {
    cipher: ContentCipher,
    content: Vec<u8>,
    keys: Vec<EncryptedKey>,
}

struct EncryptedKey {
    transport: KeyTransport,
    /// As it was said.
    method: KeyMethod,
    content: Vec<u8>,
}

impl Decrypter {
    /// One that tries these keys in their order and refuses CBC, and what is `blocked`.
    pub fn new(keys: impl IntoIterator<Item = Arc<DecryptionKey>>, blocked: BlockedAlgorithms) -> Self {
        Self { keys: keys.into_iter().collect(), blocked, accepts_cbc: false }
    }

    /// As it is, but it takes CBC too: for peers that have nothing else. CBC does not notice changes, so whatever is
    /// decrypted with it must stand under a signature that was verified before.
    #[must_use]
    pub fn accepting_cbc(self) -> Self {
        Self { accepts_cbc: true, ..self }
    }

    /// By which algorithms something may be encrypted to these keys, the best first: what our metadata says of them.
    /// None where so much is blocked that nothing may.
    pub fn methods(&self) -> Vec<EncryptionMethod> {
        let accepted = ContentCipher::ALL.into_iter();
        let accepted = accepted
            .filter(|cipher| cipher.is_authenticated() || self.accepts_cbc)
            .filter(|cipher| !self.blocked.blocks(Algorithm::Content(*cipher)));
        let mut methods: Vec<_> =
            accepted.map(|cipher| EncryptionMethod::new(content_method(cipher))).collect();
        let is_open = |transport: &KeyTransport| self.blocked.of_transport(*transport).is_none();
        let transports: Vec<_> = KeyTransport::ALL.into_iter().filter(is_open).collect();
        if methods.is_empty() || transports.is_empty() {
            return Vec::new();
        }
        for transport in transports {
            let KeyMethod { algorithm, digest, .. } = key_method(transport);
            let digest = Some(digest.to_owned());
            let method = EncryptionMethod { digest, ..EncryptionMethod::new(algorithm) };
            if !methods.contains(&method) {
                methods.push(method);
            }
        }
        methods
    }

    /// `message` with what is encrypted in it decrypted: the element at `path`, name by name from the root, gives way
    /// to the one that it holds, which must be called `plain`. Without an element at `path` it stays as it is.
    ///
    /// # Errors
    /// [`Error::Blocked`] when it says that it is encrypted by an algorithm that is blocked, which is told before
    /// anything is decrypted; [`Error::Undecryptable`] for whatever else is wrong with what is encrypted;
    /// [`Error::Misplaced`] when there is more than one of it.
    pub(in super::super) fn decrypt(
        &self,
        message: &Element,
        path: &[&'static str],
        plain: &'static str,
    ) -> Result<Element, Error> {
        let mut decrypted = message.clone();
        let mut scope = Scope::new();
        let mut place = &mut decrypted;
        for name in path {
            scope.extend(place.declarations().iter().cloned());
            match place.at_most_one_mut(name)? {
                Some(child) => place = child,
                None => return Ok(decrypted),
            }
        }
        scope.extend(place.declarations().iter().cloned());
        let encrypted = Encrypted::read(place).ok_or(Error::Undecryptable)?;
        encrypted.refuse_blocked(self.blocked)?;
        *place = self.open(&encrypted, &scope, plain).ok_or(Error::Undecryptable)?;
        Ok(decrypted)
    }

    fn open(&self, encrypted: &Encrypted, scope: &Scope, plain: &'static str) -> Option<Element> {
        if !encrypted.cipher.is_authenticated() && !self.accepts_cbc {
            return None;
        }
        let content = encrypted.decrypt(&self.keys)?;
        let xml = std::str::from_utf8(&content).ok()?;
        let element = Element::parse_within(xml, scope, Comments::Refuse).ok()?;
        let is_encrypted =
            |element: &Element| element.is("xenc:EncryptedData") || element.is("xenc:EncryptedKey");
        let refuse_encrypted = &mut |_: &Element, element: &Element| {
            if is_encrypted(element) { Err(Error::Undecryptable) } else { Ok(()) }
        };
        (element.is(plain) && element.walk(refuse_encrypted).is_ok()).then_some(element)
    }
}

impl Encrypted {
    /// Reads the `xenc:EncryptedData` in `wrapper`. Its keys stand in its `ds:KeyInfo` or beside it (saml-core-2.0-os
    /// §2.2.4); hints at which key is whose are not needed, and references to them are not followed.
    fn read(wrapper: &Element) -> Option<Self> {
        let data = wrapper.one("xenc:EncryptedData").ok()?;
        only(wrapper, &["xenc:EncryptedData", "xenc:EncryptedKey"])?;
        only(data, &["xenc:EncryptionMethod", "ds:KeyInfo", "xenc:CipherData"])?;
        if data.attribute("Type").is_some_and(|stated| stated != ELEMENT) {
            return None;
        }
        let key_info = data.at_most_one("ds:KeyInfo").ok()?;
        let inside = key_info.into_iter().flat_map(|key_info| key_info.all("xenc:EncryptedKey"));
        let keys: Vec<&Element> =
            inside.chain(wrapper.all("xenc:EncryptedKey")).take(MAX_ENCRYPTED_KEYS + 1).collect();
        if keys.len() > MAX_ENCRYPTED_KEYS {
            return None;
        }
        let keys = keys.into_iter().map(|key| {
            let (transport, method) = read_key_method(key.one("xenc:EncryptionMethod").ok()?)?;
            Some(EncryptedKey { transport, method, content: cipher_value(key)? })
        });
        Some(Self {
            cipher: read_content_method(data.one("xenc:EncryptionMethod").ok()?)?,
            content: cipher_value(data)?,
            keys: keys.collect::<Option<_>>()?,
        })
    }

    /// Refuses it for what it says of itself, whichever of its keys is ours.
    fn refuse_blocked(&self, blocked: BlockedAlgorithms) -> Result<(), Error> {
        let what = "xenc:EncryptionMethod";
        blocked::check_algorithm(blocked, what, Algorithm::Content(self.cipher))?;
        self.keys.iter().try_for_each(|key| {
            blocked::check_uri(blocked, what, key.method.algorithm)?;
            blocked::check_uri(blocked, "ds:DigestMethod", key.method.digest)
        })
    }

    /// Where no key of ours opens any of its keys, the content is decrypted all the same, with a key that is nobody's:
    /// how long it takes does not tell which of the two failed.
    fn decrypt(&self, ours: &[Arc<DecryptionKey>]) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.keys.iter().find_map(|EncryptedKey { transport, content, .. }| {
            let opened = ours.iter().filter_map(|key| key.decrypt_key(*transport, content).ok());
            opened.into_iter().find(|key| key.len() == self.cipher.key_length())
        });
        let nobodys = Zeroizing::new(vec![0; self.cipher.key_length()]);
        let content = self.cipher.decrypt(key.as_ref().unwrap_or(&nobodys), &self.content).ok();
        key.and(content)
    }
}

/// The bytes in the one `xenc:CipherValue` of an element; a reference to them is refused.
fn cipher_value(element: &Element) -> Option<Vec<u8>> {
    let data = element.one("xenc:CipherData").ok()?;
    only(data, &["xenc:CipherValue"])?;
    base64::decode(data.one("xenc:CipherValue").ok()?.text().ok()?)
}

/// `None` when there are children of other names.
fn only(element: &Element, accepted: &[&'static str]) -> Option<()> {
    element.children().all(|child| accepted.iter().any(|name| child.is(name))).then_some(())
}
