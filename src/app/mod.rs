//! The program: configuration, the listeners, the background worker, the commands. The only room
//! that knows all others, the environment and the system clock.

mod cloud;
mod command;
mod configuration;
mod demo;
mod faults;
mod key_file;
mod organisation;
mod running;
mod server;
mod stop;
mod terminal;

pub use command::main;
