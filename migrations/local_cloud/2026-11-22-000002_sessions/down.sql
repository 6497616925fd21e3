DROP TABLE used_assertions;
DROP TABLE used_nonces;
DROP TABLE console_sessions;
DROP TABLE temporary_credentials;
