//! The HTTP envelope.
mod cost;
mod guard;
mod ids;
mod lexer;
mod model;
mod negotiate;
mod refusal;
mod variables;
