<?php

// Alice, who need not type anything: the first request makes the session, and all later ones find it.
$config = [
    'alice' => [
        'exampleauth:StaticSource',
        'uid' => ['alice'],
        'mail' => ['alice@example.com'],
        'givenName' => ['Alice'],
        'eduPersonAffiliation' => ['a', 'b'],
    ],
];
