//! Each flow as a person walks it, by what things are called. Built with the feature `browser`.

mod instruments;
