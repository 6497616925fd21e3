//! Logout requests from server to server (saml-bindings-2.0-os §3.2). No browser is there to lead, so that applications
//! which take logouts through one only stay signed in to; the answer says so.

use crate::domain::{LogoutParticipant, SingleLogout};
use crate::saml::{self, LogoutStatus, SoapFault, UnverifiedLogoutRequest};
use crate::storage::single_logout;

use super::super::{Context, Error, Visit};
use super::ending;
use super::receive::{Sessions, record, sessions_of, trust};
use super::step::{response, signer, tell_servers};

/// What a server is answered.
pub struct SoapAnswer {
    /// The envelope.
    pub envelope: String,
    /// Whether it is a fault: the request was not one that can be answered.
    pub is_fault: bool,
}

/// Takes an application's request from server to server, and answers it.
///
/// # Errors
/// Failures of the database and of signing.
pub fn receive_soap(ctx: &Context, visit: &Visit, envelope: &str) -> Result<SoapAnswer, Error> {
    let request = match UnverifiedLogoutRequest::from_soap(envelope) {
        Ok(request) => request,
        Err(error) => {
            record(ctx, visit, None, &error.to_string())?;
            let fault = match error {
                saml::Error::NotUnderstood { .. } => SoapFault::MustUnderstand,
                _ => SoapFault::Client,
            };
            return Ok(SoapAnswer { envelope: fault.to_soap(), is_fault: true });
        }
    };
    let (registered, asked) = match trust(ctx, &request)? {
        Ok(trusted) => trusted,
        Err((registered, reason)) => {
            record(ctx, visit, registered.as_ref(), &reason)?;
            return Ok(SoapAnswer { envelope: SoapFault::Client.to_soap(), is_fault: true });
        }
    };
    let status = match sessions_of(ctx, &registered, &asked)? {
        Sessions::Ended => LogoutStatus::Success,
        Sessions::NotTheirs => {
            record(ctx, visit, Some(&registered), "the session is none of the one it names")?;
            LogoutStatus::UnknownPrincipal
        }
        Sessions::Theirs(there) => {
            let change = ctx.change(&visit.origin(&registered.application.id));
            let logout = ctx.store.write(move |conn| {
                let known: Vec<_> = there.iter().map(|there| there.id.clone()).collect();
                let participants = ending::end(conn, &change, &ending::browser_sessions(&there), &known)?;
                let user = there.first().map(|there| there.user_id.clone());
                user.map(|user| ending::note(conn, &change, &user, None, &participants)).transpose()
            })?;
            let participants = match &logout {
                Some(logout) => tell_and_list(ctx, logout)?,
                None => Vec::new(),
            };
            if SingleLogout::is_whole(&participants) {
                LogoutStatus::Success
            } else {
                LogoutStatus::PartialLogout
            }
        }
    };
    let Some(signer) = signer(ctx, &registered)? else {
        return Ok(SoapAnswer { envelope: SoapFault::Server.to_soap(), is_fault: true });
    };
    let response = response(ctx, &registered, asked.id().as_str(), status)?;
    Ok(SoapAnswer { envelope: response.sign(None, &signer)?.to_soap(), is_fault: false })
}

fn tell_and_list(ctx: &Context, logout: &SingleLogout) -> Result<Vec<LogoutParticipant>, Error> {
    tell_servers(ctx, logout)?;
    Ok(ctx.store.read(|conn| single_logout::list_participants(conn, logout))?)
}
