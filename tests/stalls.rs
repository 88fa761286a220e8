//! A stall of the machine longer than a silence limit trips.
