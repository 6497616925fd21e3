//! Single logout (saml-profiles-2.0-os §4.4): one end for what a browser session is signed in to, whoever asks for it.
//!
//! The sessions here end first, in one transaction with the note of who is to be told. Whoever takes logouts from
//! server to server is told so; to the others the browser is led, one after another. What came of each is told
//! truthfully: to the person, and to the application that asked.

mod ending;
mod orphans;
mod receive;
mod soap;
mod step;

use crate::base::{Secret, SingleLogoutId};
use crate::domain::{LogoutOutcome, PrincipalId};

use super::{Context, Error, PortalSession, Visit, sealed_token};

pub use receive::{Incoming, Received, receive};
pub use soap::{SoapAnswer, receive_soap};
pub use step::{Finished, Outgoing, Step, advance};

pub(super) use orphans::tell_orphans;

/// What the tokens are good for.
const PURPOSE: &str = "single logout";

/// What came of an application, for the page.
#[derive(Clone, Debug)]
pub struct ToldApplication {
    /// Its name; its id where it is gone.
    pub name: String,
    /// What came of it.
    pub outcome: LogoutOutcome,
}

/// Ends a browser session, with everything that it is signed in to. Gives the token of the logout where applications are
/// still to be told, for [`advance`].
///
/// # Errors
/// Failures of the database.
pub fn begin(ctx: &Context, visit: &Visit, portal: &PortalSession) -> Result<Option<Secret>, Error> {
    let session = portal.session().id.clone();
    let PrincipalId::User(user) = portal.session().principal.clone() else {
        super::session::end(ctx, visit, portal)?;
        return Ok(None);
    };
    let change = ctx.change(&visit.origin(&portal.session().principal));
    let begun = ctx.store.write(move |conn| {
        let participants = ending::end(conn, &change, std::slice::from_ref(&session), &[])?;
        if participants.is_empty() {
            Ok(None)
        } else {
            ending::note(conn, &change, &user, None, &participants).map(Some)
        }
    })?;
    let Some(logout) = begun else { return Ok(None) };
    step::tell_servers(ctx, &logout)?;
    token(ctx, &logout.id).map(Some)
}

/// The token by which a browser goes on with a logout.
fn token(ctx: &Context, id: &SingleLogoutId) -> Result<Secret, Error> {
    Ok(Secret::new(sealed_token::issue(&ctx.sealing_key, PURPOSE, "", id.as_str())?))
}
