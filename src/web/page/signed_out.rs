use askama::Template;

use crate::domain::LogoutOutcome;

/// The end of a logout: what came of each application.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/signed_out.html")]
pub struct SignedOut<'a> {
    /// The applications that were told, in the order that the person opened them.
    pub applications: Vec<ToldApplication<'a>>,
}

/// An application that was told of a logout.
#[derive(Clone, Debug)]
pub struct ToldApplication<'a> {
    /// Its name.
    pub name: &'a str,
    /// What came of it.
    pub outcome: LogoutOutcome,
}

impl SignedOut<'_> {
    fn is_whole(&self) -> bool {
        self.applications.iter().all(|application| application.outcome.is_over())
    }
}

impl ToldApplication<'_> {
    fn sentence(&self) -> &'static str {
        match self.outcome {
            LogoutOutcome::Done => "signed out",
            LogoutOutcome::Partial => "signed out, but something that depends on it may not be",
            LogoutOutcome::Waiting | LogoutOutcome::Told => "has not answered",
            LogoutOutcome::Failed => "could not sign you out",
            LogoutOutcome::Unable => "takes no logout from here",
        }
    }
}
