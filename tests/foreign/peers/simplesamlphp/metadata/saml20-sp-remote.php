<?php

if (getenv('PEER_SP')) {
    $metadata[getenv('PEER_SP')] = [
        'AssertionConsumerService' => getenv('PEER_ACS'),
        'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
    ];
}
