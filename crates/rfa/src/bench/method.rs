//! How the figures come about; printed above the table of `docs/verification/loop.md`.

/// The text above a table in Markdown.
pub(super) const METHOD: &str = "\
A draw is a needle in a tissue on a generator with a plan, a function of seed and number: gauge 23 to 16, tip 2 to 15 mm, eight
tissues with conductivity, heat conduction, both their rises, heat capacity, perfusion and baseline evenly from their published
ranges (metabolic heat and the tissues of layers as published), 55 to 90 °C, ramps of 5, 15 and 30 s, sensor lag of 50 to 300 ms,
noise of 0.02 to 0.3 °C rms, quantum of 1 to 10 mK, generator 0 to 40 ms late with an error of ±10 % and steps of 0.05 W. Sources:
`crates/rfa-bench/src/population.rs`; draws of less than 70 or more than 2,700 ohm are drawn again. Every controller
treats the same draws on virtual time, through codec, interlock and simulated generator, under the same power ceilings; those
beside rfa's own stand in `crates/rfa-bench/src/baseline/`. 13 s after the ramp comes a disturbance: in half of the draws a heat sink that would take the tip 10 K down in 15 s, else a CSF wash (3 K in
0.6 s) or a touched electrode (1.5 K in 0.3 s and 20 % of impedance). Figures are the true tip's. The hold counts from 5 s after
the ramp to the disturbance; overshoot up to the disturbance; the line is straight from the measured start.

Each value stands with its ratio to rfa's own and with the draw it is from (`rfa bench loop --seed SEED --only DRAW` repeats it).
A run that did not come so far as a figure, or was ended by the interlock, counts as worst: \"none\".

A row leaves out draws whose power ceiling does not permit what the row is about. Set temperature and overshoot: all the power that
is ever granted, from the beginning, does not bring the tip to set - 0.5 K within ramp + 3 s. The others: an ideal loop, without
sensor, delay or noise but under the same ceilings, is itself further from the line than 0.15 K rms (0.35 K at 5 s), from the set
temperature in the hold than 0.025 K rms, or with a heat sink still more than 0.5 K off after 3 s.
";
