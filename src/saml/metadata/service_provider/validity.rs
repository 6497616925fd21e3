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
