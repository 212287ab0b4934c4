//! Background jobs: the outbox table, the worker that claims jobs, and what each job does.

mod attempt;
mod notice;
pub mod outbox;
mod send;
mod send_link;
pub mod worker;
