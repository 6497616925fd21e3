-- Whether somebody may enter the console by the role. Every role that was made before this could be.

ALTER TABLE roles ADD COLUMN allow_console_login BOOLEAN NOT NULL DEFAULT TRUE;
