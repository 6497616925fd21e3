//! What assertions say of how somebody was authenticated: never more than was done, and what a service provider
//! asked to hear where that is true.

use crate::domain::{AuthenticationMethod, AuthenticationStrength};
use crate::saml::{AuthnContext, Comparison, RequestedAuthnContext};

/// The classes that are true of a method, the strongest first.
const fn classes(method: AuthenticationMethod) -> &'static [AuthnContext] {
    match method {
        AuthenticationMethod::PasswordAndTotp => &[
            AuthnContext::MultiFactor,
            AuthnContext::TimeSyncToken,
            AuthnContext::PasswordProtectedTransport,
            AuthnContext::Password,
            AuthnContext::Unspecified,
        ],
    }
}

/// How strong a method is.
pub(super) const fn strength(method: AuthenticationMethod) -> AuthenticationStrength {
    match method {
        AuthenticationMethod::PasswordAndTotp => AuthenticationStrength::MultiFactor,
    }
}

/// The most that can be said of a method.
pub(super) fn strongest(method: AuthenticationMethod) -> AuthnContext {
    classes(method).first().copied().unwrap_or(AuthnContext::Unspecified)
}

/// What to say of a method to whoever asked for this; `None` where nothing that is true would do
/// (saml-core-2.0-os §3.3.2.2.1). Classes that we do not know, and declarations, compare to nothing.
pub(super) fn answer(
    method: AuthenticationMethod,
    requested: Option<&RequestedAuthnContext>,
) -> Option<AuthnContext> {
    let true_ones = classes(method);
    let Some(requested) = requested else { return Some(strongest(method)) };
    if requested.are_declarations {
        return None;
    }
    let known = requested.references.iter().filter_map(|uri| AuthnContext::from_uri(uri));
    if requested.comparison == Comparison::Exact {
        return known.into_iter().find(|class| true_ones.contains(class));
    }
    let ranks: Vec<u8> = known.filter_map(rank).collect();
    let (least, most) = (*ranks.iter().min()?, *ranks.iter().max()?);
    let does = |class: AuthnContext| match (requested.comparison, rank(class)) {
        (_, None) | (Comparison::Exact, _) => false,
        (Comparison::Minimum, Some(rank)) => rank >= least,
        (Comparison::Better, Some(rank)) => rank > most,
        (Comparison::Maximum, Some(rank)) => rank <= most,
    };
    true_ones.iter().copied().find(|class| does(*class))
}

/// How strong a class is beside the others; `None` for what we never do, which compares to nothing.
const fn rank(class: AuthnContext) -> Option<u8> {
    match class {
        AuthnContext::Unspecified => Some(0),
        AuthnContext::Password => Some(1),
        AuthnContext::PasswordProtectedTransport => Some(2),
        AuthnContext::TimeSyncToken => Some(3),
        AuthnContext::MultiFactor => Some(4),
        AuthnContext::X509 => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(comparison: Comparison, classes: &[AuthnContext]) -> Option<AuthnContext> {
        let references = classes.iter().map(|class| class.uri().to_owned()).collect();
        let requested = RequestedAuthnContext { comparison, references, are_declarations: false };
        answer(AuthenticationMethod::PasswordAndTotp, Some(&requested))
    }

    use AuthnContext::{MultiFactor, Password, PasswordProtectedTransport, TimeSyncToken, Unspecified, X509};

    #[test]
    fn nothing_asked_gets_the_most_that_is_true() {
        assert_eq!(answer(AuthenticationMethod::PasswordAndTotp, None), Some(MultiFactor));
    }

    #[test]
    fn exact_is_the_first_that_is_true_and_never_a_claim() {
        assert_eq!(asked(Comparison::Exact, &[PasswordProtectedTransport]), Some(PasswordProtectedTransport));
        assert_eq!(asked(Comparison::Exact, &[X509, MultiFactor, Password]), Some(MultiFactor));
        assert_eq!(asked(Comparison::Exact, &[Password, MultiFactor]), Some(Password));
        assert_eq!(asked(Comparison::Exact, &[X509]), None);
        assert_eq!(asked(Comparison::Exact, &[]), None);
    }

    #[test]
    fn minimum_better_and_maximum_go_by_strength() {
        assert_eq!(asked(Comparison::Minimum, &[Password]), Some(MultiFactor));
        assert_eq!(asked(Comparison::Minimum, &[MultiFactor]), Some(MultiFactor));
        assert_eq!(asked(Comparison::Minimum, &[X509]), None);
        assert_eq!(asked(Comparison::Better, &[TimeSyncToken]), Some(MultiFactor));
        assert_eq!(asked(Comparison::Better, &[MultiFactor]), None);
        assert_eq!(asked(Comparison::Better, &[Password, MultiFactor]), None);
        assert_eq!(asked(Comparison::Maximum, &[Password]), Some(Password));
        assert_eq!(asked(Comparison::Maximum, &[Password, TimeSyncToken]), Some(TimeSyncToken));
        assert_eq!(asked(Comparison::Maximum, &[Unspecified]), Some(Unspecified));
    }

    #[test]
    fn unknown_classes_and_declarations_are_not_met() {
        let mut requested = RequestedAuthnContext {
            comparison: Comparison::Minimum,
            references: vec!["urn:example:loa3".to_owned()],
            are_declarations: false,
        };
        let answered = |requested: &RequestedAuthnContext| {
            answer(AuthenticationMethod::PasswordAndTotp, Some(requested))
        };
        assert_eq!(answered(&requested), None);
        requested.references = vec![Password.uri().to_owned()];
        assert_eq!(answered(&requested), Some(MultiFactor));
        requested.are_declarations = true;
        assert_eq!(answered(&requested), None);
    }
}
