//! What the operator did: by the script that did it, or act by act at the recorded times.

use super::Doubts;
use super::story::Story;
use crate::script::Script;
use crate::treatment::SCRIPT_FILE;
use rfa_interlock::State;
use rfa_record::{ActionRow, Header, StopSourceWord};
use rfa_scenario::ActName;

/// Who gave the orders.
pub(super) enum Operator {
    /// A script, which answers gates as they come; it stands in the recording.
    Scripted(Script),
    /// A script that confirms every gate: a headless session without one of its own.
    Confirming,
    /// A person.
    Person {
        name: String,
        /// In the order of their times, which count from the first tick, in microseconds.
        acts: Vec<(u64, ActName)>,
    },
}

impl Operator {
    /// # Errors
    /// Says what is wrong with the script inside the recording.
    pub(super) fn of(header: &Header, story: &Story, doubts: &mut Doubts) -> Result<Self, String> {
        let attached = header.attachments.iter().find(|file| file.name == SCRIPT_FILE);
        if let Some(file) = attached {
            let inside = |e: &dyn std::fmt::Display| {
                format!("{SCRIPT_FILE} inside it: {}", e.to_string().trim())
            };
            let text = str::from_utf8(&file.data).map_err(|e| inside(&e))?;
            let script: Script = toml::from_str(text).map_err(|e| inside(&e))?;
            script.check().map_err(|e| inside(&e))?;
            return Ok(Self::Scripted(script));
        }
        if is_confirming(story) {
            return Ok(Self::Confirming);
        }
        Ok(person(header, story, doubts))
    }

    /// The operator left because arming or starting was refused. Of a script that answers gates:
    /// it left, and nothing else of it leaves.
    pub(super) fn gave_up(&self, story: &Story) -> bool {
        let script = match self {
            Self::Scripted(script) => script.clone(),
            Self::Confirming => Script::confirming(),
            Self::Person { .. } => return story.refused,
        };
        let refuses = |reply: &rfa_scenario::Reply| {
            reply.reply == rfa_scenario::ReplyName::Refuse
                && reply.gate == rfa_scenario::GateName::Start
        };
        let leaves = script.act.iter().any(|act| act.what == ActName::Quit);
        if script.by_clock {
            return story.refused;
        }
        !leaves
            && !script.answer.iter().any(refuses)
            && story.steps.iter().any(|(_, action, _)| *action == ActionRow::Quit)
    }
}

/// Nobody but the script of headless sessions is called so, and it does nothing else.
fn is_confirming(story: &Story) -> bool {
    let name = Script::confirming().operator;
    let own = |(_, action, operator): &(u64, ActionRow, Option<String>)| {
        let does = matches!(
            action,
            ActionRow::Checklist { complete: true }
                | ActionRow::Arm
                | ActionRow::Start
                | ActionRow::SensoryCheck { go_on: true }
                | ActionRow::Quit
        );
        does && operator.as_deref() == Some(name.as_str())
    };
    !story.steps.is_empty() && story.steps.iter().all(own)
}

fn person(header: &Header, story: &Story, doubts: &mut Doubts) -> Operator {
    let mut acts = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (at_us, action, operator) in &story.steps {
        match act(*action) {
            Ok(act) => acts.push((*at_us, act)),
            Err(why) => {
                let at_s = *at_us as f64 / 1e6;
                doubts.remark(format!("{why} at {at_s:.2} s: no part of a scenario"));
            }
        }
        if let Some(name) = operator.as_deref().filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    if header.identity.footswitch {
        for (down_us, up_us) in &story.signs.foot.all {
            acts.push((*down_us, ActName::FootDown));
            acts.extend(up_us.map(|up_us| (up_us, ActName::FootUp)));
        }
    }
    acts.sort_by_key(|(at_us, _)| *at_us);
    let leaves = |(_, act): &(u64, ActName)| matches!(act, ActName::Quit | ActName::EndAtCheck);
    let ended = story.last.complete || matches!(story.state(), State::Tripped | State::Lockout);
    if !ended && !acts.iter().any(leaves) {
        doubts.loss(
            "who ended the session: nobody quit, so it was a signal, a lost console or a lost \
             line; here the operator quits at that time",
        );
        acts.push((story.ticks_us, ActName::Quit));
    }
    if names.len() > 1 {
        let names = names.iter().map(|name| rfa_plan::printable(name, 16)).collect::<Vec<_>>();
        doubts.remark(format!("signed in, one after another: {}", names.join(", ")));
    }
    let name = names.first().map_or_else(|| Script::confirming().operator, |n| (*n).to_owned());
    Operator::Person { name, acts }
}

/// The act of an order; an error says what has none.
fn act(action: ActionRow) -> Result<ActName, &'static str> {
    Ok(match action {
        ActionRow::Checklist { complete: true } => ActName::Checklist,
        ActionRow::Checklist { complete: false } => {
            return Err("a tick of the checklist taken back");
        }
        ActionRow::Arm => ActName::Arm,
        ActionRow::Start => ActName::Start,
        ActionRow::Stop(
            StopSourceWord::Signal | StopSourceWord::ConsoleLost | StopSourceWord::Panic,
        )
        | ActionRow::Quit => ActName::Quit,
        ActionRow::Stop(_) => ActName::Stop,
        ActionRow::Acknowledge => ActName::Acknowledge,
        ActionRow::Reset => ActName::Reset,
        ActionRow::SensoryCheck { go_on: true } => ActName::ConfirmCheck,
        ActionRow::SensoryCheck { go_on: false } => ActName::EndAtCheck,
        ActionRow::Found(_) => return Err("what the check between steps found"),
        ActionRow::Mark => ActName::Mark,
    })
}

/// An order in a word or two, for comments.
pub(super) fn step_text(action: ActionRow) -> &'static str {
    match act(action) {
        Ok(act) => act.name(),
        Err(why) => why,
    }
}
