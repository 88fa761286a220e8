//! The lesion's model may die or hang: it is told or counted, and nothing else happens.

use super::Rig;
use crate::lesion::{Follower, LESION_BOUNDARY, LesionEnd};
use rfa_plan::{preset, shipped_tissue};
use rfa_session::{LesionView, NoLesion};
use rfa_tissue::Tracker;
use rfa_tissue::published::{Surroundings, needle};
use rfa_units::HostInstant;
use std::sync::mpsc;

fn model() -> LesionEnd {
    let plan = preset("medial-branch-80").expect("shipped");
    let tissue = shipped_tissue("muscle").expect("shipped");
    let around = Surroundings::new(tissue, |_| None).expect("muscle has no layers");
    let tracker = Tracker::new(around, needle(&plan.electrode), LESION_BOUNDARY);
    LesionEnd::Here(Box::new(Follower::new(Some(tracker), &plan)))
}

/// One tick with one report in it.
fn tick(rig: &mut Rig, end: &mut LesionEnd) -> Vec<LesionView> {
    rig.report();
    let _ = rig.interlock();
    let record = *rig.wired.interlock.last().expect("just ticked");
    let mut told = Vec::new();
    end.tick(&record, &rig.wired.shared, |view| told.push(view));
    told
}

/// A panic in the model's thread is told once, and the ticks go on.
#[test]
fn a_dead_model_is_told_once() {
    let mut rig = Rig::new();
    let (began, begins) = mpsc::channel::<()>();
    let mut end = model().on_a_thread_running(move |_, _, _| {
        let _began = began;
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    // Ends when the thread has let go of its sender.
    assert!(begins.recv().is_err());
    let mut told = Vec::new();
    for _ in 0..1_000 {
        told.extend(tick(&mut rig, &mut end));
        if !told.is_empty() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert!(matches!(told[..], [LesionView { lesion: Err(NoLesion::Stopped), .. }]), "{told:?}");
    for _ in 0..10 {
        assert!(tick(&mut rig, &mut end).is_empty(), "once is enough");
    }
}

/// The same in virtual time, where its views are waited for: it is told when they are missed.
#[test]
fn a_dead_model_in_virtual_time_is_told_once() {
    let mut rig = Rig::new();
    let mut end = model().beside_running(|_, _, _| std::panic::resume_unwind(Box::new("dead")));
    let mut told = Vec::new();
    for _ in 0..2_000 {
        told.extend(tick(&mut rig, &mut end));
    }
    end.finish(HostInstant::ZERO, |view| told.push(view));
    assert!(matches!(told[..], [LesionView { lesion: Err(NoLesion::Stopped), .. }]), "{told:?}");
}

/// In virtual time nothing is lost and nothing is late: views come 550 reports behind.
#[test]
fn a_slow_model_in_virtual_time_is_waited_for() {
    let mut rig = Rig::new();
    let mut end = model().beside_running(|follower, batches, views| {
        let before = follower.before();
        for (place, _) in batches.iter().enumerate() {
            std::thread::sleep(std::time::Duration::from_millis(2));
            let at = HostInstant::from_micros(place as u64);
            let _ = views.send(vec![LesionView { at, ..before }]);
        }
        let _ = views.send(Vec::new());
    });
    for reports in 1..=1_000_u64 {
        let told: Vec<_> = tick(&mut rig, &mut end).iter().map(|v| v.at.as_micros()).collect();
        let due = reports.is_multiple_of(50) && reports >= 550;
        let expected = if due { vec![reports / 50 - 11] } else { Vec::new() };
        assert_eq!(told, expected, "after {reports}");
    }
    let mut told = Vec::new();
    end.finish(HostInstant::ZERO, |view| told.push(view.at.as_micros()));
    assert_eq!(told, (10..=20).collect::<Vec<_>>());
}

/// A model that hangs loses reports, which are counted; nobody waits for it.
#[test]
fn a_hanging_model_is_counted() {
    let mut rig = Rig::new();
    let (ends, ended) = mpsc::channel::<()>();
    let mut end = model().on_a_thread_running(move |_, reports, _| {
        let _ = ended.recv();
        drop(reports.clone());
    });
    for _ in 0..1_030 {
        assert!(tick(&mut rig, &mut end).is_empty());
    }
    let queues = rig.wired.shared.queues();
    assert_eq!(queues.ticks_to_lesion, 1_030 - 1_024, "what found no room is counted");
    drop(ends);
}
