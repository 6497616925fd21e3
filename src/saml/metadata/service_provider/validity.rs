//! Whether what a service provider says of itself is good for now.

use std::time::Duration;

use crate::base::Timestamp;

use super::super::super::Error;
use super::super::super::moment::Moment;
use super::super::endpoint::check_transport;
use super::ServiceProvider;

impl ServiceProvider {
    /// Checks that the metadata is still true. With `max_validity` it must say until when it is, and no longer ahead
    /// than that: somebody who keeps an old document from us can then make us believe it only so long (saml2int,
    /// SDP-MD03).
    ///
    /// # Errors
    /// [`Error::Expired`]; [`Error::Missing`] and [`Error::ValidTooLong`] with `max_validity`.
    pub fn check_validity(&self, now: Timestamp, max_validity: Option<Duration>) -> Result<(), Error> {
        if let Some(valid_until) = self.valid_until {
            Moment { now, clock_skew: Duration::ZERO }.ended("validUntil", valid_until)?;
        }
        let Some(max_validity) = max_validity else { return Ok(()) };
        match self.valid_until {
            None => {
                let inside = format!("the metadata of {:?}", self.entity_id);
                Err(Error::Missing { expected: "validUntil", inside })
            }
            Some(valid_until) if valid_until > now.plus(max_validity) => {
                Err(Error::ValidTooLong { limit_seconds: max_validity.as_secs(), valid_until })
            }
            Some(_) => Ok(()),
        }
    }

    /// Checks that nobody on the way can read what is sent to it: each address is https, or of this very machine.
    ///
    /// # Errors
    /// [`Error::Value`], naming the element and the address.
    pub fn check_transport(&self) -> Result<(), Error> {
        for service in &self.assertion_consumer_services {
            check_transport(&service.url, "Location of md:AssertionConsumerService")?;
        }
        for service in &self.single_logout_services {
            check_transport(&service.url, "Location of md:SingleLogoutService")?;
            check_transport(&service.response_url, "ResponseLocation of md:SingleLogoutService")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::super::fixture::{NOW, keys};
    use super::super::super::super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn provider(url: &str, logout: Vec<SingleLogoutService>) -> ServiceProvider {
        let acs = AssertionConsumerService { index: 0, url: url.to_owned(), is_default: None };
        ServiceProvider::by_hand("urn:app", vec![acs], logout, vec![]).unwrap()
    }

    #[test]
    fn metadata_is_good_until_it_says() {
        let good = provider("https://app.example.com/", vec![]);
        let until = |end| ServiceProvider { valid_until: Some(end), ..good.clone() };
        let just_before = NOW.plus(Duration::from_millis(1));
        assert!(good.check_validity(NOW, None).is_ok());
        assert!(until(just_before).check_validity(NOW, None).is_ok());
        for max_validity in [None, Some(DAY)] {
            let refusal = until(NOW).check_validity(NOW, max_validity);
            assert!(matches!(refusal, Err(Error::Expired { what: "validUntil", .. })), "{refusal:?}");
        }
    }

    #[test]
    fn where_a_limit_is_set_metadata_must_end_within_it() {
        let good = provider("https://app.example.com/", vec![]);
        let until = |end| ServiceProvider { valid_until: Some(end), ..good.clone() };
        assert!(until(NOW.plus(DAY)).check_validity(NOW, Some(DAY)).is_ok());
        let refusal = until(NOW.plus(DAY * 2)).check_validity(NOW, Some(DAY)).unwrap_err().to_string();
        let expected = format!("validUntil: at most 86400 s from now, received {}", NOW.plus(DAY * 2));
        assert_eq!(refusal, expected);
        let refusal = good.check_validity(NOW, Some(DAY)).unwrap_err().to_string();
        assert_eq!(refusal, "the metadata of \"urn:app\" lacks validUntil");
        assert!(until(NOW.plus(DAY * 2)).check_validity(NOW, None).is_ok());
    }

    #[test]
    fn b16_addresses_without_encryption_are_named() {
        let slo = |url: &str, response_url: &str| SingleLogoutService {
            binding: LogoutBinding::Soap,
            url: url.to_owned(),
            response_url: response_url.to_owned(),
        };
        let (safe, open) = ("https://app.example.com/", "http://app.example.com/");
        assert!(provider(safe, vec![slo(safe, safe)]).check_transport().is_ok());
        assert!(provider("http://localhost:8080/acs", vec![]).check_transport().is_ok());
        for (provider, element) in [
            (provider(open, vec![]), "Location of md:AssertionConsumerService"),
            (provider(safe, vec![slo(open, safe)]), "Location of md:SingleLogoutService"),
            (provider(safe, vec![slo(safe, open)]), "ResponseLocation of md:SingleLogoutService"),
        ] {
            let refusal = provider.check_transport().unwrap_err().to_string();
            assert_eq!(refusal, format!("{element}: expected an https URL, received {open:?}"));
        }
    }

    #[test]
    fn what_is_made_by_hand_is_held_to_the_same_rules() {
        let acs = |url: &str| {
            let url = url.to_owned();
            vec![AssertionConsumerService { index: 0, url, is_default: None }]
        };
        let own = keys().own_certificate.clone();
        let good = "https://app.example.com/acs?a&b";
        let slo = SingleLogoutService::new(LogoutBinding::Redirect, "https://app.example.com/slo");
        let made =
            ServiceProvider::by_hand("urn:app", acs(good), vec![slo.clone()], vec![own.clone()]).unwrap();
        assert_eq!((made.assertion_consumer_services.clone(), made.signs_requests), (acs(good), true));
        assert_eq!(made.single_logout_services, [slo]);
        assert_eq!(made.signing_certificates, std::slice::from_ref(&own));
        assert_eq!(made.encryption_certificates, [EncryptionCertificate::from(own.clone())]);
        assert!(!ServiceProvider::by_hand("urn:app", acs(good), vec![], vec![]).unwrap().signs_requests);

        let hand = |id: &str, acs| ServiceProvider::by_hand(id, acs, vec![], vec![]).unwrap_err();
        assert!(matches!(hand("", acs(good)), Error::Value { what: "entityID", .. }));
        assert!(matches!(hand(&"e".repeat(1025), acs(good)), Error::Value { what: "entityID", .. }));
        assert!(matches!(hand("urn:\u{1}", acs(good)), Error::IllegalCharacter { .. }));
        assert!(matches!(hand("urn:app", vec![]), Error::Missing { .. }));
        assert!(matches!(hand("urn:app", acs("javascript:alert(1)")), Error::Value { .. }));
        let twins = [acs(good), acs("https://app.example.com/other")].concat();
        assert!(matches!(hand("urn:app", twins), Error::Value { .. }));
        let many = ServiceProvider::by_hand("urn:app", acs(good), vec![], vec![own; 17]);
        assert!(matches!(many, Err(Error::TooMany { .. })));

        let mut large = made;
        large.ui_info.descriptions = vec![LocalizedText::english("d".repeat(4096)); 100];
        assert!(matches!(large.to_xml(), Err(Error::TooLarge { .. })));
    }
}
