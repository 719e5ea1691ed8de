//! How a result is printed: what was measured, beside what this machine could do at best.

use std::path::Path;

use serde::Serialize;

use crate::Failure;

/// One result.
#[derive(Serialize)]
pub(super) struct Figure {
    /// What was measured, in words.
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    /// What the same minute's machine could do at best, or has to spend at least.
    pub(super) ceiling: Option<Ceiling>,
    pub(super) goal: Option<Goal>,
    /// What else belongs to it: what was counted, what the bench itself cost.
    pub(super) note: String,
}

/// What a figure is compared with, in the unit of the figure.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Ceiling {
    pub(super) value: f64,
    pub(super) what: &'static str,
}

/// What a figure should be.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// At least this share of the ceiling.
    OfCeiling(f64),
}

impl Figure {
    fn ratio(&self) -> Option<f64> {
        self.ceiling.as_ref().filter(|ceiling| ceiling.value > 0.0).map(|ceiling| self.value / ceiling.value)
    }

    fn met(&self) -> Option<bool> {
        Some(match self.goal? {
            Goal::AtLeast(least) => self.value >= least,
            Goal::AtMost(most) => self.value <= most,
            Goal::OfCeiling(share) => self.ratio()? >= share,
        })
    }

    fn print(&self) {
        let Self { name, value, unit, ceiling, goal, note } = self;
        let verdict = match self.met() {
            Some(true) => "ok  ",
            Some(false) => "MISS",
            None => "    ",
        };
        let goal = match goal {
            Some(Goal::AtLeast(least)) => format!("goal ≥ {least}"),
            Some(Goal::AtMost(most)) => format!("goal ≤ {most}"),
            Some(Goal::OfCeiling(share)) => format!("goal ≥ {share:.2} of it"),
            None => String::new(),
        };
        println!("{verdict} {name:<58} {:>9} {unit:<11} {goal}", rounded(*value));
        if let (Some(Ceiling { value, what }), Some(ratio)) = (ceiling, self.ratio()) {
            println!("       {ratio:.2} of {} {unit}: {what}", rounded(*value));
        }
        if !note.is_empty() {
            println!("       {note}");
        }
    }
}

/// Three digits that mean something.
fn rounded(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// All results, printed as they come.
pub(super) struct Report {
    figures: Vec<Figure>,
}

impl Report {
    pub(super) fn begin() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or("?");
        println!(
            "bench: {cores} cores, shared by the server, the clients and whatever else runs here (load {load})"
        );
        Self { figures: Vec::new() }
    }

    pub(super) fn add(&mut self, figure: Figure) {
        figure.print();
        self.figures.push(figure);
    }

    /// Sums up, and writes the figures down where that was asked for. A missed goal is no failure: the machine may
    /// have been busy.
    pub(super) fn close(self, json: Option<&Path>) -> Result<(), Failure> {
        let missed = self.figures.iter().filter(|figure| figure.met() == Some(false)).count();
        println!("bench: {} figures, {missed} short of their goal", self.figures.len());
        let Some(path) = json else { return Ok(()) };
        let rows: Vec<_> = self.figures.iter().map(Row::of).collect();
        let text = serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())?;
        std::fs::write(path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }
}

/// A figure as it is written down.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    figure: &'a Figure,
    ratio: Option<f64>,
    met: Option<bool>,
}

impl<'a> Row<'a> {
    fn of(figure: &'a Figure) -> Self {
        Self { figure, ratio: figure.ratio(), met: figure.met() }
    }
}

/// The one in the middle; of none, nothing.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
