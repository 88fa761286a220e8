//! The table's rows. Texts and priorities: hazards.md part (b).

use super::AlarmText;
use rfa_interlock::AlarmId;

const RF_OFF: &str = "RF went off: no grant, contactor K1 open; it stays off until reset.";
const RF_OFF_K2: &str = "RF went off: no grant, K1 and K2 open; it stays off until reset.";
const LOCKED: &str = "Locked out: no grant, K1 and K2 open until power is cycled.";
const NOTHING: &str = "Nothing: RF goes on under its limits.";
const ACK_RESET: &str = "acknowledge (c), then reset (r)";

pub(super) const AL_01: AlarmText = AlarmText {
    id: AlarmId::Al01,
    title: "OVER TEMPERATURE",
    meaning: "The tip was 5 C above the set temperature, at 95 C, or rose faster than any plan.",
    done: RF_OFF,
    act: "watch the temperature fall; check electrode",
    cleared_by: "temperature under the limit, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/over-temperature.toml",
};

pub(super) const AL_02: AlarmText = AlarmText {
    id: AlarmId::Al02,
    title: "OUTPUT NOT AS ASKED",
    meaning: "The generator put out more than was asked, or its readings contradict each other.",
    done: RF_OFF,
    act: "do not use this generator; call service",
    cleared_by: "measured power 0, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/output-gain-1.5.toml",
};

pub(super) const AL_03: AlarmText = AlarmText {
    id: AlarmId::Al03,
    title: "RF CANNOT BE STOPPED",
    meaning: "RF was measured with the contactor commanded open, or the tip did not cool after it.",
    done: LOCKED,
    act: "pull the electrode cable, press E-stop",
    cleared_by: "power cycle and service",
    shown_by: "tests/scenarios/output-stuck-on.toml",
};

pub(super) const AL_04: AlarmText = AlarmText {
    id: AlarmId::Al04,
    title: "TEMPERATURE SENSOR",
    meaning: "The tip thermocouple is open, shorted, frozen, disturbed or jumps.",
    done: RF_OFF,
    act: "check electrode plug and cable",
    cleared_by: "valid reading for 2 s, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/sensor-open.toml",
};

pub(super) const AL_06: AlarmText = AlarmText {
    id: AlarmId::Al06,
    title: "WRONG RESPONSE",
    meaning: "3 s of power and no warming, or twice the warming of the electrode in the plan.",
    done: RF_OFF,
    act: "is the tip in tissue? is it this electrode?",
    cleared_by: ACK_RESET,
    shown_by: "tests/scenarios/no-response.toml",
};

pub(super) const AL_07: AlarmText = AlarmText {
    id: AlarmId::Al07,
    title: "WARMING WITHOUT RF",
    meaning: "The tip rose by 2 C in a second, above 40 C, with no power asked or measured.",
    done: RF_OFF_K2,
    act: "remove other energy source, or the needle",
    cleared_by: "no warming for 2 s, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/over-temperature.toml",
};

pub(super) const AL_08: AlarmText = AlarmText {
    id: AlarmId::Al08,
    title: "IMPEDANCE HIGH",
    meaning: "Impedance rose above its limit, to twice its baseline, or fast while hot: dry, charred.",
    done: RF_OFF,
    act: "check electrode, cable, pad; clean the tip",
    cleared_by: "impedance in its window for 2 s, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/impedance-high.toml",
};

pub(super) const AL_09: AlarmText = AlarmText {
    id: AlarmId::Al09,
    title: "IMPEDANCE LOW",
    meaning: "Impedance fell below its limit, to half its baseline, or suddenly: insulation, metal.",
    done: RF_OFF,
    act: "check insulation and what the tip touches",
    cleared_by: "impedance in its window for 2 s, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/impedance-low.toml",
};

pub(super) const AL_10: AlarmText = AlarmText {
    id: AlarmId::Al10,
    title: "RETURN PAD",
    meaning: "The pad read outside 20 to 120 ohm, or 1.4 times its lowest since arming, for 0.4 s.",
    done: "RF is off or went off; arming is refused while it lasts.",
    act: "press the pad on, or put on a new one",
    cleared_by: "pad in its window for 2 s, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/pad-loss.toml",
};

pub(super) const AL_11: AlarmText = AlarmText {
    id: AlarmId::Al11,
    title: "GENERATOR LINK",
    meaning: "No good report from the generator for 60 ms, too many bad ones, or its supply fails.",
    done: RF_OFF,
    act: "is RF off at the generator? check its cable",
    cleared_by: "link good for 2 s, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/link-cut.toml",
};

pub(super) const AL_12: AlarmText = AlarmText {
    id: AlarmId::Al12,
    title: "CONTROLLER LATE",
    meaning: "The temperature loop was silent for 30 ms or missed two deadlines in a row.",
    done: RF_OFF,
    act: "close other programs; restart if it repeats",
    cleared_by: "acknowledge (c), reset (r), or restart with self-test",
    shown_by: "crates/rfa-interlock/tests/rules_links.rs",
};

pub(super) const AL_13: AlarmText = AlarmText {
    id: AlarmId::Al13,
    title: "SAFETY MONITOR RESTARTED",
    meaning: "The interlock started afresh or found RF on at its start.",
    done: RF_OFF_K2,
    act: "wait for the self-test",
    cleared_by: "self-test passed, acknowledge (c)",
    shown_by: "crates/rfa-interlock/tests/rules_output.rs",
};

pub(super) const AL_14: AlarmText = AlarmText {
    id: AlarmId::Al14,
    title: "FOOTSWITCH",
    meaning: "The footswitch is pressed when it has to be free, or its two contacts disagree.",
    done: "RF is off or went off; arming is refused while it lasts.",
    act: "take the foot off; check pedal and cable",
    cleared_by: "footswitch released",
    shown_by: "tests/scenarios/footswitch-broken.toml",
};

pub(super) const AL_18: AlarmText = AlarmText {
    id: AlarmId::Al18,
    title: "EMERGENCY STOP",
    meaning: "The emergency stop is pressed, or one of its wires is broken.",
    done: RF_OFF_K2,
    act: "make the patient safe, release the button",
    cleared_by: "button released, acknowledge (c), reset (r)",
    shown_by: "tests/scenarios/emergency-stop.toml",
};

pub(super) const AL_19: AlarmText = AlarmText {
    id: AlarmId::Al19,
    title: "CONSOLE LOST",
    meaning: "The console gave no sign of life for 500 ms while RF was on.",
    done: RF_OFF,
    act: "check the terminal",
    cleared_by: ACK_RESET,
    shown_by: "crates/rfa-interlock/tests/rules_links.rs",
};

pub(super) const AL_20: AlarmText = AlarmText {
    id: AlarmId::Al20,
    title: "SET NOT REACHED",
    meaning: "The set temperature was not reached in twice the planned ramp.",
    done: NOTHING,
    act: "check tip position; STOP if in doubt",
    cleared_by: "set temperature reached, or stop",
    shown_by: "crates/rfa-interlock/tests/step_ends.rs",
};

pub(super) const AL_21: AlarmText = AlarmText {
    id: AlarmId::Al21,
    title: "BELOW SET",
    meaning: "The tip was 5 C below the set temperature for 5 s during the hold.",
    done: NOTHING,
    act: "check tip position; cooled by a vessel?",
    cleared_by: "temperature back in its band",
    shown_by: "crates/rfa-interlock/tests/step_ends.rs",
};

pub(super) const AL_23: AlarmText = AlarmText {
    id: AlarmId::Al23,
    title: "NOT RECORDED",
    meaning: "The recording cannot be written, or has lost records.",
    done: "RF goes on under its limits; arming is refused while it lasts.",
    act: "write the readings down; free disk space",
    cleared_by: "the queue has room again; after a write error only a new session",
    shown_by: "crates/rfa-interlock/tests/step_ends.rs",
};

pub(super) const AL_24: AlarmText = AlarmText {
    id: AlarmId::Al24,
    title: "NO ALARM SOUND",
    meaning: "No player takes the alarm sound; it is looked for again every 10 s.",
    done: NOTHING,
    act: "start the sound system, or watch the screen",
    cleared_by: "a player that takes the sound",
    shown_by: "crates/rfa-interlock/tests/sound.rs",
};

pub(super) const AL_25: AlarmText = AlarmText {
    id: AlarmId::Al25,
    title: "POWER CEILING",
    meaning: "Power has been held at the electrode's ceiling for 5 s.",
    done: "Power is limited; nothing else.",
    act: "slower ramp; is it the right electrode?",
    cleared_by: "power under the ceiling",
    shown_by: "crates/rfa-interlock/tests/step_ends.rs",
};

pub(super) const AL_27: AlarmText = AlarmText {
    id: AlarmId::Al27,
    title: "LOCKED OUT",
    meaning: "Three trips of this generator were reset; the count outlives a session.",
    done: LOCKED,
    act: "end the treatment; call service",
    cleared_by: "supervisor and power cycle",
    shown_by: "tests/scenarios/three-resets-lock-out.toml",
};
