//! The program: configuration, the listeners, the background worker, the commands. The only room
//! that knows all others, the environment and the system clock.

mod admin;
mod application;
mod application_command;
mod application_settings;
mod cloud;
mod command;
mod configuration;
mod control;
mod demo;
mod faults;
mod identity_provider;
mod key_file;
mod key_schedule;
mod keys;
mod known_key;
mod organisation;
mod peers;
mod place;
mod proxies;
mod quotas;
mod running;
mod saml_policy;
mod scim;
mod scim_credential;
mod server;
mod stop;
mod terminal;

pub use command::main;
