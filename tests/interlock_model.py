#!/usr/bin/env python3
"""The interlock's state machine as a model, checked by exploring all of it.

    python3 tests/interlock_model.py        (standard library only, a few seconds)

README: prints, for activation by pedal and by key, the reachable states and the transitions
tried (every state with every input), then each guard's mutant with the invariant it breaks.
Exit code 0 when every invariant holds, Idle can be reached again from every state (L1), and no
mutant survives; 1 otherwise. The crate rfa-interlock makes the same walk in Rust, beside the
machine that runs (`cargo test -p rfa-interlock machine`); this file shares no line with it.

States and invariants are those of the hazard analysis, part (c), with its decisions: activation
by pedal or by key (1), K2 open from an emergency stop until its reset (4), and a check before a
step that has to be confirmed afresh for each step.

One set of inputs is one integer with a bit for each combination of inputs, so a guard is a mask
and a state's transitions are its masks cut out of each other: all inputs are tried at once.
"""
import sys
from collections import namedtuple

SELFTEST, IDLE, ARMED, DELIVERING, STOPPING, TRIPPED, LOCKOUT = range(7)
NAMES = "SelfTest Idle Armed Delivering Stopping Tripped Lockout".split()
ENERGY = {SELFTEST: 0, TRIPPED: 0, LOCKOUT: 0, IDLE: 1, STOPPING: 1, ARMED: 2, DELIVERING: 3}
REARM, TO_IDLE, NEXT_STEP = range(3)  # what follows Stopping

State = namedtuple("State", "at mode released acked then k1 k2 stuck resets checked")
START = State(SELFTEST, 0, 0, 0, 0, 0, 0, 0, 0, 0)

# Each input with its values; late (RF with K1 open): no, seen, no new sample; foot: up, neither,
# down; ending: no, output has to end, step done.
FLAGS = "estop fault hard generator controller console rf ready signed gate".split()
DIMENSIONS = [(flag, (0, 1)) for flag in FLAGS] + [
    ("late", ("no", "seen", "unknown")),
    ("foot", ("up", "neither", "down")),
    ("ending", ("no", "now", "done")),
    ("command", ("none", "arm1", "arm2", "start", "stop", "ack", "reset", "confirm")),
]


def _masks():
    """For each input and value the set of all combinations that have it."""
    total = 1
    for _, values in DIMENSIONS:
        total *= len(values)
    masks, run = {}, 1
    for name, values in DIMENSIONS:
        period = run * len(values)
        repeat = ((1 << total) - 1) // ((1 << period) - 1)
        for place, value in enumerate(values):
            masks[name, value] = (((1 << run) - 1) << (run * place)) * repeat
        run = period
    return masks, total


MASKS, TOTAL = _masks()
EVERY = (1 << TOTAL) - 1
POWER_CYCLE = 1 << TOTAL  # one more input, which leaves nothing to the others


def on(name, value=1):
    return MASKS[name, value]


def off(mask):
    return EVERY & ~mask


ESTOP, FAULT, HARD, RF = (on(n) for n in ("estop", "fault", "hard", "rf"))
LATE, UNKNOWN = on("late", "seen"), on("late", "unknown")
READY, SIGNED, GATE = on("ready"), on("signed"), on("gate")
UP, DOWN = on("foot", "up"), on("foot", "down")
ENDING = off(on("ending", "no"))
DONE = on("ending", "done")
STOP, START_KEY = on("command", "stop"), on("command", "start")
LINKS = on("generator") & on("controller") & on("console")


class Model:
    """Transitions for one kind of activation, perhaps with one guard left out."""

    def __init__(self, kind, dropped=None):
        self.dropped = dropped
        pedal = kind == "pedal"
        # Without a footswitch no foot is ever down.
        self.inputs = EVERY if pedal else off(DOWN)
        self.press = DOWN if pedal else START_KEY
        self.release = UP if pedal else off(START_KEY)
        self.starter = EVERY if pedal else SIGNED
        self.held = DOWN if pedal else EVERY

    def needs(self, name, mask):
        """A guard: what has to hold."""
        return EVERY if self.dropped == name else mask

    def ends(self, name, mask):
        """A trip: what has to happen where it holds."""
        return 0 if self.dropped == name else mask

    def transitions(self, state):
        """(inputs, next state) for every input, each input once."""
        locked = state.resets >= 3 and self.dropped != "locked_for_good"
        yield POWER_CYCLE, START._replace(
            at=LOCKOUT if locked else SELFTEST, resets=state.resets)
        counts = not state.k1 and state.at != LOCKOUT
        for part, count in (
                (on("late", "no"), 0), (UNKNOWN, state.stuck), (LATE, min(state.stuck + 1, 2))):
            here = state._replace(stuck=count if counts else 0)
            left = part & self.inputs
            for mask, target in self.rows(here):
                taken = left & mask
                if taken:
                    left &= ~taken
                    yield taken, target
            if left:
                yield left, here

    def rows(self, s):
        needs, ends = self.needs, self.ends
        lock = START._replace(at=LOCKOUT, resets=s.resets)
        checked = s.checked
        if s.at == STOPPING and s.then == NEXT_STEP and self.dropped != "check_used_up":
            checked = 0
        idle = START._replace(at=IDLE, k2=1, resets=s.resets, checked=checked, stuck=s.stuck)
        tripped = idle._replace(at=TRIPPED, k2=s.k2)
        if s.at == LOCKOUT:
            yield ends("lockout_stays", EVERY), lock
            yield EVERY, idle
        yield ends("stuck_output", EVERY if s.stuck >= 2 else 0), lock
        yield ends("hard_fault", HARD), lock
        if s.at in (IDLE, ARMED, DELIVERING, STOPPING):
            k2 = s.k2 if self.dropped == "estop_opens_k2" else 0
            links = [ends("lost_" + n, off(on(n))) for n in ("generator", "controller", "console")]
            trips = ends("fault", FAULT) | links[0] | links[1] | links[2]
            trips = 0 if s.at == IDLE else trips
            used_up = DONE if s.at == STOPPING and self.dropped != "check_used_up" else 0
            for done, rest in ((used_up, 0), (EVERY, checked)):
                yield ends("estop", ESTOP) & done, tripped._replace(k2=k2, checked=rest)
                yield trips & done, tripped._replace(checked=rest)
        yield from getattr(self, "in_" + NAMES[s.at].lower())(s, idle, lock)

    def in_selftest(self, s, idle, lock):
        passed = self.needs("post_ready", READY) & self.needs("post_no_rf", off(RF))
        yield passed & self.needs("post_estop", off(ESTOP)), idle

    def in_idle(self, s, idle, lock):
        confirm = on("command", "confirm") & GATE & self.needs("confirm_signed", SIGNED)
        yield confirm, s._replace(checked=1)
        good = self.needs("arm_signed", SIGNED) & self.needs("arm_ready", READY)
        for link in ("generator", "controller", "console"):
            good &= self.needs("arm_" + link, on(link))
        good &= self.needs("arm_no_fault", off(FAULT)) & self.needs("arm_foot_up", UP)
        good &= self.needs("arm_no_rf", off(RF))
        good &= self.needs("arm_checked", EVERY if s.checked else off(GATE))
        for mode in (1, 2):
            yield good & on("command", f"arm{mode}"), s._replace(at=ARMED, mode=mode)

    def in_armed(self, s, idle, lock):
        if self.dropped == "mode_frozen":
            for mode in (1, 2):
                yield on("command", f"arm{mode}"), s._replace(mode=mode)
        yield self.ends("armed_stop", STOP) | self.ends("armed_ending", ENDING), idle
        yield self.release, s._replace(released=1)
        fresh = self.needs("fresh", EVERY if s.released else 0)
        start = self.needs("activation", self.press) & self.needs("start_signed", self.starter)
        start &= fresh & self.needs("armed_no_rf", off(RF))
        yield start, s._replace(at=DELIVERING, released=0, k1=1)

    def in_delivering(self, s, idle, lock):
        to = s._replace(at=STOPPING, k1=0)
        yield self.ends("step_done", DONE), to._replace(then=NEXT_STEP)
        yield self.ends("limit", ENDING & ~DONE), to._replace(then=TO_IDLE)
        yield self.ends("stop", STOP), to._replace(then=TO_IDLE)
        yield self.ends("foot_lifted", off(self.held)), to._replace(then=REARM)

    def in_stopping(self, s, idle, lock):
        over = self.needs("stopped_no_rf", off(RF))
        unless_next = EVERY if s.then != NEXT_STEP else 0
        done = self.ends("late_done", DONE) & unless_next
        kept = s.checked if self.dropped == "check_used_up" else 0
        yield done & over, idle._replace(checked=kept)
        yield done, s._replace(then=NEXT_STEP)
        stop = self.ends("late_stop", STOP) & (EVERY if s.then == REARM else 0)
        yield stop & over, idle
        yield stop, s._replace(then=TO_IDLE)
        yield over, s._replace(at=ARMED, released=0, then=0) if s.then == REARM else idle

    def in_tripped(self, s, idle, lock):
        clear = self.needs("reset_signed", SIGNED) & self.needs("reset_no_fault", off(FAULT))
        clear &= self.needs("reset_estop", off(ESTOP)) & self.needs("reset_no_rf", off(RF))
        clear &= self.needs("reset_foot_up", UP)
        clear &= self.needs("reset_acked", EVERY if s.acked else 0)
        for link in ("generator", "controller", "console"):
            clear &= self.needs("reset_" + link, on(link))
        resets = min(s.resets + 1, 3)
        locks = resets >= 3 and self.dropped != "reset_budget"
        yield clear & on("command", "reset"), (lock if locks else idle)._replace(resets=resets)
        ack = on("command", "ack") & self.needs("ack_signed", SIGNED)
        pressed = self.ends("tripped_estop", ESTOP)
        yield ack & pressed, s._replace(acked=1, k2=0)
        yield ack, s._replace(acked=1)
        yield pressed, s._replace(k2=0)

    def in_lockout(self, s, idle, lock):
        return ()

    def broken(self, s, n):
        """(invariant, the inputs that break it) for one transition s -> n."""
        any_of = lambda so, mask=EVERY | POWER_CYCLE: mask if so else 0
        starts = n.k1 and not s.k1
        passes = s.at == SELFTEST and n.at == IDLE
        arms = s.at == IDLE and n.at == ARMED
        resets = s.at == TRIPPED and n.at == IDLE
        yield "I1 output only in Delivering, K2 shut, a mode set", any_of(
            n.k1 and not (n.at == DELIVERING and n.k2 and n.mode))
        yield "I2 off in the same tick", any_of(
            n.k1, ESTOP | FAULT | HARD | ENDING | STOP | off(LINKS) | off(self.held) | POWER_CYCLE)
        yield "I2 a stop leaves nothing armed", any_of(
            s.at != IDLE and (n.at == ARMED or (n.at == STOPPING and n.then == REARM)), STOP)
        yield "I2 an emergency stop opens K2 as well", any_of(
            n.at == TRIPPED and n.k2 and s.at != SELFTEST, ESTOP)
        yield "I3 output starts from Armed after a release", any_of(
            starts and not (s.at == ARMED and s.released))
        yield "I3 output starts on an activation, RF seen off", any_of(
            starts, off(self.press) | off(self.starter) | RF)
        yield "I3 Stopping ends with RF seen off", any_of(
            s.at == STOPPING and n.at in (ARMED, IDLE), RF)
        yield "I4 the mode changes only when arming", any_of(n.mode not in (0, s.mode) and not arms)
        yield "I5 K2 open in SelfTest and Lockout", any_of(n.at in (SELFTEST, LOCKOUT) and n.k2)
        yield "I6 Lockout ends by a power cycle only", any_of(
            s.at == LOCKOUT and n.at != LOCKOUT, EVERY)
        yield "I7 reset after ack, signed in, all clear", any_of(
            resets, EVERY if not s.acked else off(SIGNED) | off(on("command", "reset"))
            | FAULT | ESTOP | RF | off(UP) | off(LINKS))
        yield "I8 stuck output opens K2 by the second tick", any_of(
            not s.k1 and s.stuck >= 1 and n.k2, LATE)
        yield "I8 a tick without a sample forgets and adds nothing", any_of(
            not s.k1 and n.at != LOCKOUT and n.stuck != s.stuck, UNKNOWN)
        yield "I8 one sample of RF is no lockout", any_of(
            n.at == LOCKOUT and s.at != LOCKOUT and n.resets < 3,
            off(HARD) & (EVERY if s.stuck == 0 else off(LATE)))
        yield "I9 a hard fault locks out", any_of(n.k2 or n.at != LOCKOUT, HARD)
        yield "I10 nothing towards energy without a person", any_of(
            ENERGY[n.at] > ENERGY[s.at] and not passes and (s.at, n.at) != (STOPPING, ARMED),
            on("command", "none") & off(DOWN))
        yield "I11 arming conditions", any_of(
            arms, off(SIGNED) | off(READY) | off(LINKS) | FAULT | off(UP) | RF)
        yield "I13 the third reset locks out, for good", any_of(n.resets >= 3 and n.at != LOCKOUT)
        yield "I13 resets are counted", any_of(
            n.resets < s.resets or (resets and n.resets != s.resets + 1))
        yield "I14 self-test passes with RF seen off", any_of(passes, RF | off(READY) | ESTOP)
        yield "I15 a signed-in operator acknowledges", any_of(
            s.at == TRIPPED and n.at == TRIPPED and n.acked and not s.acked, off(SIGNED))
        yield "the end of a step is never lost", any_of(
            n.at == STOPPING and n.then != NEXT_STEP
            and (s.at == DELIVERING or (s.at == STOPPING and s.then != NEXT_STEP)), DONE)
        yield "a check is confirmed by a signed-in operator", any_of(
            n.checked and not s.checked, off(SIGNED))

    def labels(self, s, n, inputs):
        """What of the inputs the history needs: (released, gate, confirmed, step complete)."""
        confirm = on("command", "confirm") & SIGNED if s.at == IDLE else 0
        complete = DONE if STOPPING in (s.at, n.at) else 0
        sets = [inputs]
        for mask in (self.release, GATE, confirm, complete):
            sets = [part for whole in sets for part in (whole & ~mask, whole & mask)]
        return {tuple(map(int, f"{place:04b}")) for place, part in enumerate(sets) if part}


FRESH = (0, 1, 1, 1, 1, 0)  # tripped, then ack, reset, arm, release since; check confirmed


def remember(past, s, label, n):
    tripped, ack, reset, arm, up, confirmed = past
    released, _, confirm, complete = label
    confirmed = int((confirmed or confirm) and not complete)
    if n.at in (TRIPPED, LOCKOUT) and s.at not in (TRIPPED, LOCKOUT):
        return (1, 0, 0, 0, 0, confirmed)
    if n.at == SELFTEST:
        return FRESH
    ack |= n.at == TRIPPED and n.acked
    reset |= s.at == TRIPPED and n.at == IDLE
    arm |= s.at == IDLE and n.at == ARMED
    up |= n.at == ARMED and released
    return (tripped, int(ack), int(reset), int(arm), int(up), confirmed)


def broken_history(past, s, label, n):
    if n.k1 and past[0] and not all(past[1:5]):
        return "I12 after a trip: ack, reset, arm and release before output"
    if s.at == IDLE and n.at == ARMED and label[1] and not past[5]:
        return "a step behind a check is armed after its own check only"
    return None


def explore(model):
    """All reachable states: (states, with history, transitions, ways, first broken invariant)."""
    states, todo, ways, tried = {START}, [START], {}, 0
    while todo:
        s = todo.pop()
        found = ways.setdefault(s, set())
        for inputs, n in model.transitions(s):
            tried += inputs.bit_count()
            for name, wrong in model.broken(s, n):
                if inputs & wrong:
                    return states, 0, tried, ways, name
            found.update((label, n) for label in model.labels(s, n, inputs))
            if n not in states:
                states.add(n)
                todo.append(n)
    pasts, todo = {(START, FRESH)}, [(START, FRESH)]
    while todo:
        s, past = todo.pop()
        for label, n in ways[s]:
            now = remember(past, s, label, n)
            name = broken_history(now, s, label, n)
            if name:
                return states, len(pasts), tried, ways, name
            if (n, now) not in pasts:
                pasts.add((n, now))
                todo.append((n, now))
    return states, len(pasts), tried, ways, None


def never_idle_again(ways):
    """States from which no way leads to Idle (L1), but for the lockout after three resets: only
    a supervisor clears that, and that act is outside the model (I13)."""
    good, grew = {s for s in ways if s.at == IDLE}, True
    while grew:
        more = {s for s in ways if s not in good and any(n in good for _, n in ways[s])}
        good, grew = good | more, bool(more)
    return sum(s not in good and not (s.at == LOCKOUT and s.resets >= 3) for s in ways)


GUARDS = """lockout_stays stuck_output hard_fault estop estop_opens_k2 fault lost_generator
lost_controller lost_console post_ready post_no_rf post_estop confirm_signed arm_signed arm_ready
arm_generator arm_controller arm_console arm_no_fault arm_foot_up arm_no_rf arm_checked mode_frozen
armed_stop armed_ending activation start_signed fresh armed_no_rf step_done limit stop foot_lifted
late_done late_stop stopped_no_rf check_used_up reset_signed reset_no_fault reset_estop reset_no_rf
reset_foot_up reset_acked reset_generator reset_controller reset_console reset_budget
locked_for_good ack_signed tripped_estop""".split()


def main():
    good = True
    for kind in ("pedal", "key"):
        states, pasts, tried, ways, broken = explore(Model(kind))
        lost = never_idle_again(ways)
        print(f"{kind}: {len(states)} states ({pasts} with history), {tried} transitions tried, "
              f"broken: {broken}, cannot reach Idle again: {lost}")
        edges = sorted({(s.at, n.at) for s in ways for _, n in ways[s] if s.at != n.at})
        print("  edges:", ", ".join(f"{NAMES[a]}>{NAMES[b]}" for a, b in edges))
        good &= broken is None and lost == 0
    alive = []
    for guard in GUARDS:
        broken = explore(Model("pedal", guard))[4] or explore(Model("key", guard))[4]
        print(f"  without {guard}: {broken or 'SURVIVED'}")
        if not broken:
            alive.append(guard)
    print(f"mutants: {len(GUARDS)}, caught: {len(GUARDS) - len(alive)}, survived: {alive}")
    return 0 if good and not alive else 1


if __name__ == "__main__":
    sys.exit(main())
