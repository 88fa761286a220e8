//! Every named fault ends as its hazard row says, and its twin does not trip.
