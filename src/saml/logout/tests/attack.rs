//! Items B2 to B6, B8 and B14 of the attacks on an identity provider, each beside the honest request that it was made
//! from.

use super::*;

/// A request that passes by POST and by SOAP.
fn genuine() -> String {
    let xml = request().sign(&keys().own).unwrap().xml().to_owned();
    assert_eq!(posted(&xml).unwrap().name_id().value, "alice");
    assert_eq!(enveloped(&envelope("", &xml)).unwrap().name_id().value, "alice");
    xml
}

/// One that passes in an address.
fn genuine_query() -> String {
    let query = query((MessageKind::Request, &request().write().unwrap().xml), Some(&keys().own));
    assert_eq!(redirected(&query).unwrap().name_id().value, "alice");
    query
}

/// What it costs to verify a message grows faster than its length.
#[test]
fn b3_b6_a_message_has_at_most_64_kib() {
    let xml = genuine();
    let padded = |message: &str, length: usize| format!("{message}{}", " ".repeat(length - message.len()));
    let limit = 64 * 1024;
    assert!(posted(&padded(&xml, limit)).is_ok());
    assert!(enveloped(&padded(&envelope("", &xml), limit)).is_ok());
    for refusal in [posted(&padded(&xml, limit + 1)), enveloped(&padded(&envelope("", &xml), limit + 1))] {
        assert!(matches!(refusal, Err(Error::TooLarge { limit: 65_536, received: 65_537 })), "{refusal:?}");
    }
}

/// libxml2 looks for each of them at each element.
#[test]
fn b3_few_prefixes_to_include() {
    let xml = genuine();
    let including = |number: usize| {
        let prefixes = vec!["saml"; number].join(" ");
        let told = format!(
            "exc-c14n#\"><ec:InclusiveNamespaces xmlns:ec=\"{}\" PrefixList=\"{prefixes}\"></ec:InclusiveNamespaces>",
            name::EXCLUSIVE_C14N
        );
        posted(&xml.replace("exc-c14n#\">", &told))
    };
    // Past the gate, and no more what was signed.
    assert!(matches!(including(32), Err(Error::Signature { .. })));
    let refusal = including(33);
    assert!(matches!(refusal, Err(Error::TooMany { limit: 32, .. })), "{refusal:?}");
}

#[test]
fn b2_b14_only_a_configured_key_ends_a_session() {
    let xml = genuine();
    let bare = swap(&xml, element(&xml, "ds:Signature"), "");
    let unsigned = query((MessageKind::Request, &bare), None);
    for refusal in [posted(&bare), enveloped(&envelope("", &bare)), redirected(&unsigned)] {
        assert!(matches!(refusal, Err(Error::Unsigned)), "{refusal:?}");
    }
    let forged = request().sign(&keys().stranger).unwrap();
    let beside = query((MessageKind::Request, &bare), Some(&keys().stranger));
    for refusal in [posted(forged.xml()), enveloped(&forged.to_soap()), redirected(&beside)] {
        assert!(matches!(refusal, Err(Error::Signature { certificates: 1 })), "{refusal:?}");
    }
    let query = genuine_query();
    for received in [
        UnverifiedLogoutRequest::decode(&BASE64.encode(xml.as_bytes())),
        UnverifiedLogoutRequest::from_soap(&envelope("", &xml)),
        UnverifiedLogoutRequest::from_redirect(&RedirectMessage::read(&query).unwrap()),
    ] {
        assert!(matches!(received.unwrap().verify(&[], NOTHING_BLOCKED), Err(Error::NoCertificate)));
    }
    let spelled = SLO.replace('&', "&amp;");
    for (from, to) in [(">alice<", ">bob<"), (">_s2<", ">_s3<"), (&*spelled, "https://evil.example.com/")] {
        let changed = swap(&xml, from, to);
        for refusal in [posted(&changed), enveloped(&envelope("", &changed))] {
            assert!(matches!(refusal, Err(Error::Signature { .. })), "{refusal:?}");
        }
    }
    let weak = xml.replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1");
    assert_ne!(weak, xml);
    for refusal in [posted(&weak), enveloped(&envelope("", &weak))] {
        assert!(matches!(refusal, Err(Error::Algorithm { .. })), "{refusal:?}");
    }
    let emptied = swap(&xml, element(&xml, "ds:SignatureValue"), "<ds:SignatureValue></ds:SignatureValue>");
    for refusal in [posted(&emptied), enveloped(&envelope("", &emptied))] {
        assert!(matches!(refusal, Err(Error::Value { what: "ds:SignatureValue", .. })), "{refusal:?}");
    }
}

#[test]
fn b3_a_wrapped_request_is_refused() {
    let xml = genuine();
    let signature = element(&xml, "ds:Signature").to_owned();
    let bare = swap(&xml, &signature, "");
    let evil = swap(&swap(&bare, "alice", "mallory"), "\"_request\"", "\"_evil\"");
    let put = |more: &str| evil.replacen(END_OF_ISSUER, &format!("{END_OF_ISSUER}{more}"), 1);
    let inside = swap(&signature, "</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{bare}</ds:Object>"));
    let extensions = |more: &str| format!("<samlp:Extensions>{more}</samlp:Extensions>");
    for (case, attack, misplaced) in [
        ("in an object", put(&inside), "ds:Object"),
        ("beside its signature", put(&format!("{signature}{bare}")), "samlp:LogoutRequest"),
        (
            "in the signature",
            put(&swap(&signature, "</ds:Signature>", &format!("{bare}</ds:Signature>"))),
            "samlp:LogoutRequest",
        ),
        ("under extensions", put(&extensions(&xml)), "samlp:LogoutRequest"),
        (
            "under extensions, and its signature",
            put(&format!("{}{signature}", extensions(&bare))),
            "samlp:LogoutRequest",
        ),
        ("two signatures", swap(&xml, &signature, &format!("{signature}{signature}")), "ds:Signature"),
        ("a signature elsewhere", swap(&xml, &signature, &extensions(&signature)), "ds:Signature"),
    ] {
        for refusal in [posted(&attack), enveloped(&envelope("", &attack))] {
            let is_refused =
                matches!(&refusal, Err(Error::Misplaced { received, .. }) if received == misplaced);
            assert!(is_refused, "{case}: {refusal:?}");
        }
    }
    let name = element(&xml, "saml:NameID");
    let second = swap(&xml, name, &format!("{}{name}", swap(name, "alice", "mallory")));
    let twin = swap(&xml, "<samlp:SessionIndex>", "<samlp:SessionIndex ID=\"_x\">");
    let shadow = swap(&xml, "<saml:Issuer ", "<saml:Issuer id=\"_request\" ");
    for carry in [|xml: &str| posted(xml), |xml: &str| enveloped(&envelope("", xml))] {
        assert!(matches!(carry(&put(&signature)), Err(Error::Reference { .. })));
        assert!(
            matches!(carry(&second), Err(Error::Signature { .. })),
            "the signature covers no second name"
        );
        assert!(matches!(carry(&twin), Err(Error::DuplicateId { .. })));
        assert!(matches!(carry(&shadow), Err(Error::DuplicateId { .. })));
    }
}

#[test]
fn b3_what_is_signed_beside_the_body_signs_nothing_in_it() {
    let xml = genuine();
    let signature = element(&xml, "ds:Signature").to_owned();
    let bare = swap(&xml, &signature, "");
    let evil = swap(&swap(&bare, "alice", "mallory"), "\"_request\"", "\"_evil\"");
    let same_id = swap(&bare, "alice", "mallory");
    let header =
        |content: &str| format!("<S:Header><w:Security xmlns:w=\"urn:w\">{content}</w:Security></S:Header>");
    // The header is passed over, with whatever is in it.
    for honest in ["", &signature, &xml, &evil] {
        assert_eq!(enveloped(&envelope(&header(honest), &xml)).unwrap().name_id().value, "alice");
    }
    for unsigned in [&evil, &same_id] {
        for content in [&signature, &xml] {
            let refusal = enveloped(&envelope(&header(content), unsigned));
            assert!(matches!(refusal, Err(Error::Unsigned)), "{refusal:?}");
        }
    }
    let borrowed = |xml: &str| xml.replacen(END_OF_ISSUER, &format!("{END_OF_ISSUER}{signature}"), 1);
    let refusal = enveloped(&envelope(&header(&bare), &borrowed(&evil)));
    assert!(matches!(refusal, Err(Error::Reference { .. })), "{refusal:?}");
    let refusal = enveloped(&envelope(&header(&bare), &borrowed(&same_id)));
    assert!(matches!(refusal, Err(Error::Signature { .. })), "{refusal:?}");
    for two in [format!("{xml}{evil}"), format!("{evil}{xml}"), format!("{evil}{signature}")] {
        let refusal = enveloped(&envelope("", &two));
        assert!(matches!(refusal, Err(Error::Misplaced { .. })), "{refusal:?}");
    }
}

#[test]
fn b4_a_query_counts_as_it_was_signed() {
    let query = genuine_query();
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.reverse();
    parts.push("utm=1");
    assert!(redirected(&parts.join("&")).is_ok());
    for (from, to) in [
        ("&RelayState=state", ""),
        ("=state", "=other"),
        ("rsa-sha256", "rsa-sha512"),
        ("rsa-sha256", "ecdsa-sha256"),
    ] {
        let refusal = redirected(&swap(&query, from, to));
        assert!(matches!(refusal, Err(Error::Signature { .. })), "{to} {refusal:?}");
    }
    let more = "xmldsig-more%23rsa-sha256";
    let refusal = redirected(&swap(&query, more, "xmldsig%23rsa-sha1"));
    assert!(matches!(refusal, Err(Error::Algorithm { what: "SigAlg", .. })), "{refusal:?}");
    for again in ["SAMLRequest", "RelayState", "SigAlg", "Signature"] {
        let refusal = redirected(&format!("{query}&{again}=x"));
        assert!(matches!(refusal, Err(Error::TooMany { limit: 1, .. })), "{refusal:?}");
    }
    assert!(matches!(redirected(&format!("{query}&SAMLResponse=x")), Err(Error::Misplaced { .. })));
    // B2: half a signature is none.
    for lacking in ["SigAlg", "Signature"] {
        let kept: Vec<&str> =
            query.split('&').filter(|part| !part.starts_with(&format!("{lacking}="))).collect();
        let refusal = redirected(&kept.join("&"));
        assert!(
            matches!(&refusal, Err(Error::Missing { expected, .. }) if *expected == lacking),
            "{refusal:?}"
        );
    }
    let at = query.find("&Signature=").unwrap();
    let refusal = redirected(&format!("{}&Signature=", &query[..at]));
    assert!(matches!(refusal, Err(Error::Value { what: "Signature", .. })), "{refusal:?}");
}

#[test]
fn b4_an_answer_is_no_request_under_the_same_signature() {
    let swapped = swap(&genuine_query(), "SAMLRequest=", "SAMLResponse=");
    assert!(matches!(redirected(&swapped), Err(Error::Value { what: "query", .. })));
    let renamed = query((MessageKind::Response, &request().write().unwrap().xml), Some(&keys().own));
    let refusal = redirected(&swap(&renamed, "SAMLResponse=", "SAMLRequest="));
    assert!(matches!(refusal, Err(Error::Signature { .. })), "{refusal:?}");
}

#[test]
fn b5_a_signature_inside_a_redirected_request_counts_for_nothing() {
    let own = request().sign(&keys().own).unwrap();
    let refusal = redirected(&query((MessageKind::Request, own.xml()), None));
    assert!(matches!(refusal, Err(Error::Unsigned)), "{refusal:?}");
    let refusal = redirected(&query((MessageKind::Request, own.xml()), Some(&keys().stranger)));
    assert!(matches!(refusal, Err(Error::Signature { .. })), "{refusal:?}");
    let forged = request().sign(&keys().stranger).unwrap();
    let beside = redirected(&query((MessageKind::Request, forged.xml()), Some(&keys().own)));
    assert_eq!(beside.unwrap().name_id().value, "alice");
}

#[test]
fn b6_a_request_that_unpacks_without_end_is_refused() {
    let bare = request().write().unwrap().xml;
    let padded = |length: usize| {
        let padded = swap(&bare, END_OF_ISSUER, &format!("{END_OF_ISSUER}{}", " ".repeat(length)));
        redirected(&query((MessageKind::Request, &padded), Some(&keys().own)))
    };
    assert!(padded(60_000).is_ok());
    for length in [66_000, 50_000_000] {
        let refusal = padded(length);
        assert!(matches!(refusal, Err(Error::TooLarge { limit: 65_536, .. })), "{refusal:?}");
    }
    let plain = format!("SAMLRequest={}", BASE64.encode(bare.as_bytes()).replace('+', "%2B"));
    assert!(matches!(redirected(&plain), Err(Error::NotDeflated)));
    let long = swap(&genuine(), ">alice<", &format!(">{}<", "a".repeat(300_000)));
    for refusal in [posted(&long), enveloped(&envelope("", &long))] {
        assert!(matches!(refusal, Err(Error::TooLarge { .. })), "{refusal:?}");
    }
}

#[test]
fn b8_a_request_for_another_address_is_refused() {
    let elsewhere = LogoutRequest { destination: ACS.to_owned(), ..request() };
    let signed = elsewhere.sign(&keys().own).unwrap();
    let url = elsewhere.redirect_url(None, &keys().own).unwrap();
    let query = url.split_once('?').unwrap().1;
    for refusal in [posted(signed.xml()), enveloped(&signed.to_soap()), redirected(query)] {
        let Err(Error::Destination { expected, received }) = refusal else { panic!("{refusal:?}") };
        assert_eq!((&*expected, &*received), (SLO, ACS));
    }
    genuine();
    genuine_query();
}

#[test]
fn b14_a_request_of_another_issuer_is_refused_whatever_key_signed_it() {
    let other = LogoutRequest { issuer: "https://other.example.com/".to_owned(), ..request() };
    let signed = other.sign(&keys().own).unwrap();
    let url = other.redirect_url(None, &keys().own).unwrap();
    let query = url.strip_prefix(&format!("{SLO}&")).unwrap();
    for refusal in [posted(signed.xml()), enveloped(&signed.to_soap()), redirected(query)] {
        assert!(matches!(refusal, Err(Error::Issuer { .. })), "{refusal:?}");
    }
}
