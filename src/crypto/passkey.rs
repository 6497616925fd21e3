//! Passkeys (WebAuthn Level 2): a key pair in a person's device, bound to one site, that signs a challenge
//! after the device has verified the person. The library verifies; that a challenge works once, and that a
//! sign counter only goes up, is the caller's to keep.
//!
//! A challenge has two halves: options for the browser, and what the answer is held against. Both are JSON.

use url::Url;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, Passkey as LibraryPasskey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Uuid, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::{Error, hash};

/// The site that passkeys are bound to.
pub struct RelyingParty(Webauthn);

/// A challenge on its way.
pub struct Challenge {
    /// For the browser.
    pub options: String,
    /// What [`RelyingParty::register`] or [`RelyingParty::authenticate`] holds the answer against.
    pub state: String,
}

/// The public half of a passkey.
#[derive(Clone)]
pub struct Passkey(LibraryPasskey);

/// A passkey that has just proved itself.
pub struct Proof(AuthenticationResult);

impl RelyingParty {
    /// The site at `origin`, such as `http://localhost:8090`; passkeys are bound to its host.
    ///
    /// # Errors
    /// [`Error::Malformed`] when that is no origin.
    pub fn new(origin: &str, name: &str) -> Result<Self, Error> {
        let malformed = || Error::Malformed("origin of passkeys");
        let url = Url::parse(origin).map_err(|_ignored| malformed())?;
        let host = url.host_str().ok_or_else(malformed)?;
        let builder = WebauthnBuilder::new(host, &url).map_err(|_ignored| malformed())?;
        builder.rp_name(name).build().map(Self).map_err(|_ignored| malformed())
    }

    /// A challenge to make a passkey for the person with this id, who has those already.
    ///
    /// # Errors
    /// [`Error::Passkey`] when the library refuses.
    pub fn begin_registration(
        &self,
        (id, name): (&str, &str),
        passkeys: &[Passkey],
    ) -> Result<Challenge, Error> {
        // The device gets to see it: not the id itself, and the same for all of one person's.
        let digest = hash::sha256(id.as_bytes());
        let handle = digest.first_chunk().map(|bytes| Uuid::from_bytes(*bytes)).unwrap_or_default();
        let known: Vec<CredentialID> = passkeys.iter().map(|passkey| passkey.0.cred_id().clone()).collect();
        let (options, state) = self
            .0
            .start_passkey_registration(handle, name, name, Some(known))
            .map_err(|error| refused(&error))?;
        Ok(Challenge { options: write(&options)?, state: write(&state)? })
    }

    /// The passkey that `answer` made of the challenge.
    ///
    /// # Errors
    /// [`Error::Passkey`] when it is not an answer to it, for this site, of a verified person.
    pub fn register(&self, state: &str, answer: &str) -> Result<Passkey, Error> {
        let state: PasskeyRegistration = read(state)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        self.0.finish_passkey_registration(&answer, &state).map(Passkey).map_err(|error| refused(&error))
    }

    /// A challenge to whoever has one of these passkeys.
    ///
    /// # Errors
    /// [`Error::Passkey`] when the library refuses.
    pub fn begin_authentication(&self, passkeys: &[Passkey]) -> Result<Challenge, Error> {
        let passkeys: Vec<LibraryPasskey> = passkeys.iter().map(|passkey| passkey.0.clone()).collect();
        let (options, state) =
            self.0.start_passkey_authentication(&passkeys).map_err(|error| refused(&error))?;
        Ok(Challenge { options: write(&options)?, state: write(&state)? })
    }

    /// Which passkey signed the challenge.
    ///
    /// # Errors
    /// [`Error::Passkey`] when none did, for this site, of a verified person, with a counter that went up.
    pub fn authenticate(&self, state: &str, answer: &str) -> Result<Proof, Error> {
        let state: PasskeyAuthentication = read(state)?;
        let answer: PublicKeyCredential = read(answer)?;
        let proof = self.0.finish_passkey_authentication(&answer, &state).map_err(|error| refused(&error))?;
        if !proof.user_verified() {
            return Err(Error::Passkey("the person was not verified".to_owned()));
        }
        Ok(Proof(proof))
    }
}

impl Passkey {
    /// Reads what [`Passkey::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not that.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).map(Self).map_err(|_ignored| Error::Malformed("stored passkey"))
    }

    /// As it is stored.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the library cannot write it.
    pub fn to_json(&self) -> Result<String, Error> {
        write(&self.0)
    }

    /// Its id, in Base 64 for addresses.
    pub fn id(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(self.0.cred_id().as_ref())
    }

    /// Takes over what a proof says of it: the counter, and whether it is backed up.
    pub fn update(&mut self, proof: &Proof) {
        let _is_changed = self.0.update_credential(&proof.0);
    }
}

impl Proof {
    /// The passkey's id, in Base 64 for addresses.
    pub fn id(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(self.0.cred_id().as_ref())
    }

    /// How often its device has signed; 0 always where the device does not count.
    pub fn counter(&self) -> i64 {
        i64::from(self.0.counter())
    }
}

fn refused(error: &WebauthnError) -> Error {
    Error::Passkey(error.to_string())
}

fn write(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_ignored| Error::Malformed("passkey"))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| Error::Passkey(error.to_string()))
}
