//! The work: find out what is offered, offer it, say how it ended.

use std::sync::Arc;

use cli_kit::{Exit, Failure, World, parse_with};

use crate::args::Args;
use crate::habits::HABITS;
use crate::inputs::{Input, each};
use crate::offer::{Offer, note_names, offer};
use crate::offering::{AWAKE, Offering};
use crate::plan::Plan;
use crate::report::Reporter;
use crate::upkeep::Upkeep;

pub(crate) fn run(world: &mut World) -> Result<Exit, Failure> {
    let Some(args) = parse_with::<Args>(HABITS, world)? else { return Ok(Exit::Yes) };
    world.quiet = args.flags.quiet;
    swarm_net::raise_descriptor_limit();
    let plan = Arc::new(Plan::new(&args, world)?);
    let mut reporter = Reporter::new(world, &plan);
    let mut inputs = each(&plan.inputs).into_iter();
    let (mut offers, mut exit) = open(&plan, &mut inputs, &mut reporter);
    let has_something = !offers.is_empty() || !plan.watched.is_empty();
    if !has_something || reporter.world.interrupt.raised().is_some() {
        return reporter.finish().map(|()| exit);
    }
    note_names(&mut offers);
    let mut offering = Offering::new(&plan)?;
    reporter.listening(offering.whereabouts());
    for offer in offers {
        offering.take_in(&plan, offer.path().to_owned(), offer, &mut reporter);
    }
    exit = exit.max(take_in(&plan, &mut inputs, &mut offering, &mut reporter));
    let upkeep = Upkeep::start(&plan, reporter.world);
    let ended = serve(&plan, offering, upkeep, &mut reporter);
    reporter.finish().map(|()| exit.max(ended))
}

/// Runs until all have ended and nothing more can come. Gives what that means.
fn serve(plan: &Plan, mut offering: Offering, mut upkeep: Upkeep, reporter: &mut Reporter<'_>) -> Exit {
    let mut exit = Exit::Yes;
    while !offering.is_over() || upkeep.stays() {
        exit = exit.max(upkeep.turn(&mut offering, reporter));
        exit = exit.max(offering.turn(plan, reporter));
    }
    plan.kept_nodes.keep(&offering.dht_nodes());
    // The last turn may have been the first to hear of the signal.
    exit.max(upkeep.turn(&mut offering, reporter))
}

/// Opens what was typed, no more of it than is awake all the time. What cannot be offered does not stop the rest.
fn open(plan: &Plan, inputs: &mut Inputs, reporter: &mut Reporter<'_>) -> (Vec<Offer>, Exit) {
    let (mut opened, mut exit) = (Vec::new(), Exit::Yes);
    for failure in &plan.missing {
        exit = exit.max(reporter.refused(failure));
    }
    while opened.len() < AWAKE && reporter.world.interrupt.raised().is_none() {
        let Some(input) = inputs.next() else { break };
        match input.and_then(|input| offer(plan, &input, reporter.world)) {
            Err(failure) => exit = exit.max(reporter.refused(&failure)),
            Ok(offer) => opened.push(offer),
        }
    }
    (opened, exit)
}

/// Opens the rest one by one, and keeps no more of each than it takes to offer it.
fn take_in(plan: &Plan, inputs: &mut Inputs, offering: &mut Offering, reporter: &mut Reporter<'_>) -> Exit {
    let mut exit = Exit::Yes;
    for input in inputs {
        if reporter.world.interrupt.raised().is_some() {
            break;
        }
        match input.and_then(|input| offer(plan, &input, reporter.world)) {
            Err(failure) => exit = exit.max(reporter.refused(&failure)),
            Ok(offer) => offering.take_in(plan, offer.path().to_owned(), offer, reporter),
        }
    }
    exit
}

type Inputs = std::vec::IntoIter<Result<Input, Failure>>;
