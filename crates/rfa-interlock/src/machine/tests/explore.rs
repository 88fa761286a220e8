//! Walks every reachable state of the reference, trying every input in each.

use super::invariants::{History, Label, broken};
use super::reference::{Cmd, IDLE, INIT, In, Kind, LOCK, St, Tick};
use std::collections::{BTreeMap, BTreeSet};
use std::vec::Vec;

const COMMANDS: [Cmd; 8] = [
    Cmd::None,
    Cmd::Arm(1),
    Cmd::Arm(2),
    Cmd::Start,
    Cmd::Stop,
    Cmd::Ack,
    Cmd::Reset,
    Cmd::Confirm,
];

/// Every input: 2^10 x 3 of stuck output x 3 ends x 8 commands x 3 feet (2 where activation is by
/// key: none is ever pressed there), and the power cycle.
fn inputs(kind: Kind) -> impl Iterator<Item = In> {
    let feet = if kind == Kind::Pedal { 3 } else { 2 };
    (0..(27 * 8) << 10).map(input).filter(move |i| i.foot < feet).chain([In::POWER_CYCLE])
}

fn input(number: u32) -> In {
    let bit = |n: u32| number >> n & 1 == 1;
    let rest = number >> 13;
    In {
        foot: (rest % 3) as u8,
        estop: bit(0),
        fault: bit(1),
        hard: bit(2),
        generator: !bit(3),
        controller: !bit(4),
        console: !bit(5),
        rf: bit(6),
        stuck: (rest / 9) as u8,
        end: (rest / 3 % 3) as u8,
        ready: bit(7),
        auth: bit(8),
        gate: bit(9),
        cmd: COMMANDS[(number >> 10 & 7) as usize],
        power_cycle: false,
    }
}

/// What a walk found.
pub(super) struct Found {
    pub(super) states: BTreeSet<St>,
    pub(super) edges: BTreeSet<(u8, u8)>,
    pub(super) tried: u64,
    /// States told apart by their history too.
    pub(super) watched: usize,
    pub(super) broken: Option<&'static str>,
    /// Watched states from which Idle cannot be reached again, but for the lockout after three
    /// resets: only a supervisor clears that, and that act is outside the model (I13).
    pub(super) without_way_back: usize,
}

type Ways = BTreeMap<St, BTreeSet<(Label, St)>>;

/// Walks with one guard removed, trying only the inputs that `try_it` takes.
pub(super) fn explore_without(kind: Kind, guard: &str, try_it: fn(&In) -> bool) -> Found {
    walk(kind, Some(guard), try_it, |_, _, _| ())
}

/// Walks the whole reference and shows each transition to `visit`.
pub(super) fn explore(kind: Kind, visit: impl FnMut(&St, &In, &St)) -> Found {
    walk(kind, None, |_| true, visit)
}

/// Ends at the first broken invariant.
fn walk(
    kind: Kind,
    without: Option<&str>,
    try_it: fn(&In) -> bool,
    mut visit: impl FnMut(&St, &In, &St),
) -> Found {
    let mut found = Found {
        states: BTreeSet::from([INIT]),
        edges: BTreeSet::new(),
        tried: 0,
        watched: 0,
        broken: None,
        without_way_back: 0,
    };
    let mut ways = Ways::new();
    let mut todo = Vec::from([INIT]);
    while let Some(s) = todo.pop() {
        let tick = Tick::new(kind, &s, without);
        let mut new = BTreeSet::new();
        let mut last = None;
        for i in inputs(kind).filter(try_it) {
            let n = tick.step(&i);
            found.tried += 1;
            visit(&s, &i, &n);
            if let Some(name) = broken(kind, &s, &i, &n) {
                found.broken = Some(name);
                return found;
            }
            let way = (Label::of(kind, &s, &i, &n), n);
            // Neighbouring inputs mostly lead the same way: skip the set's search.
            if last.replace(way) != Some(way) {
                new.insert(way);
            }
        }
        for (_, n) in &new {
            found.edges.insert((s.at, n.at));
            if found.states.insert(*n) {
                todo.push(*n);
            }
        }
        ways.insert(s, new);
    }
    watch(&mut found, &ways);
    found
}

/// The same walk with the history beside the state.
fn watch(found: &mut Found, ways: &Ways) {
    let start = (INIT, History::FRESH);
    let mut back: BTreeMap<(St, History), Vec<(St, History)>> =
        BTreeMap::from([(start, Vec::new())]);
    let mut todo = Vec::from([start]);
    while let Some((s, history)) = todo.pop() {
        for (label, n) in &ways[&s] {
            let after = history.after(&s, *label, n);
            if let Some(name) = after.broken(&s, *label, n) {
                found.broken = Some(name);
                return;
            }
            let next = (*n, after);
            let fresh = !back.contains_key(&next);
            back.entry(next).or_default().push((s, history));
            if fresh {
                todo.push(next);
            }
        }
    }
    found.watched = back.len();
    let mut reaching: BTreeSet<_> = back.keys().filter(|(s, _)| s.at == IDLE).copied().collect();
    let mut todo: Vec<_> = reaching.iter().copied().collect();
    while let Some(to) = todo.pop() {
        for from in &back[&to] {
            if reaching.insert(*from) {
                todo.push(*from);
            }
        }
    }
    let meant = |s: &St| s.at == LOCK && s.trips >= 3;
    found.without_way_back =
        back.keys().filter(|key| !meant(&key.0) && !reaching.contains(*key)).count();
}
