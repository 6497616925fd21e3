<?php

$sign = getenv('PEER_SIGN') ?: 'assertion';
$metadata[getenv('PEER_URL') . '/metadata'] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'idp.key',
    'certificate' => 'idp.crt',
    'auth' => 'alice',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'saml20.sign.assertion' => $sign !== 'response',
    'saml20.sign.response' => $sign !== 'assertion',
    'assertion.encryption' => getenv('PEER_ENCRYPT') === '1',
    'redirect.sign' => getenv('PEER_WANT_SIGNED') === '1',
    'redirect.validate' => getenv('PEER_WANT_SIGNED') === '1',
    'validate.authnrequest' => getenv('PEER_WANT_SIGNED') === '1',
    'sign.logout' => true,
    'validate.logout' => true,
    'SingleSignOnServiceBinding' => [
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    ],
    'SingleLogoutServiceBinding' => [
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
        'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    ],
];
