//! Attacks by their names in the literature, each beside the honest message that it was made from.

mod blocked;
mod conditions;
mod parsing;
mod round_trip;
mod signature;
mod wrapping;
