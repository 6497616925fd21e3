//! Searches of users and groups: what SQL answers, judged by a table of answers and by a model that knows nothing
//! but the resources' JSON.

mod generated;
mod hostile;
mod model;
mod refusals;
mod sorted;
mod table;
mod walk;
mod world;
