<?php

// SimpleSAMLphp as an identity provider: the peer that `scripts/measure-saml` measures beside ours, and a stranger's
// identity provider for the service providers of the tests to be tried with. As quick as its settings make it.
//
// The environment tells it what it is: PEER_URL (its own address), PEER_FOLDER (with idp.key and idp.crt, PEM, and
// room for its sessions), PEER_SALT, PEER_SPS (metadata files of service providers, with colons between them) or,
// without the reading of such files, PEER_SP and PEER_ACS (the entity id and the ACS URL of one), PEER_SIGN
// (assertion, response, or both), PEER_ENCRYPT (1: encrypt assertions) and PEER_WANT_SIGNED (1: refuse requests that
// are not signed).

$sources = [['type' => 'flatfile']];
foreach (array_filter(explode(':', (string) getenv('PEER_SPS'))) as $file) {
    $sources[] = ['type' => 'xml', 'file' => $file];
}

$config = [
    'baseurlpath' => getenv('PEER_URL') . '/',
    'certdir' => getenv('PEER_FOLDER') . '/',
    'loggingdir' => getenv('PEER_FOLDER') . '/',
    'datadir' => getenv('PEER_FOLDER') . '/',
    'tempdir' => getenv('PEER_FOLDER') . '/',
    'metadatadir' => __DIR__ . '/metadata',
    'metadata.sources' => $sources,
    'secretsalt' => getenv('PEER_SALT'),
    'auth.adminpassword' => getenv('PEER_SALT'),
    'technicalcontact_email' => 'peer@example.com',
    'timezone' => 'UTC',
    'logging.level' => SimpleSAML\Logger::ERR,
    'logging.handler' => 'errorlog',
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'language.cookie.secure' => false,
    'language.cookie.samesite' => null,
    'session.phpsession.savepath' => getenv('PEER_FOLDER'),
    'store.type' => 'phpsession',
    'trusted.url.domains' => null,
    'production' => true,
];
