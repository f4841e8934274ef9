//! `--check`: what we would take of a feed, and what other programs make of it. Nothing of that is remembered.

use cli_kit::{Exit, Failure, World};
use feed::FeedCheck;
use follow::journal::{self, name_of};
use follow::pin::Pin;
use follow::web::{Answer, Ask, Web};
use follow::{Event, FetchState, Settings, preview};
use torrent_core::address::Namer;

use crate::list::Followed;
use crate::plan::Plan;
use crate::report::{Report, findings};

/// Asks a feed once, and says what would come of it. Exit code 1: another program would miss something.
pub(crate) fn check(
    plan: &Plan,
    feed: &Followed,
    settings: &Settings,
    web: &mut dyn Web,
    report: &mut Report<'_>,
    (now, world): (i64, &mut World),
) -> Result<(), Failure> {
    let known = journal::peek(&plan.state.join(name_of(&feed.url))).map(|(_, state)| state.fetch);
    let known = known.unwrap_or_default();
    let answer = answer(feed, &known, web, report, now)?;
    let pin = match &feed.key {
        Some(key) => Some(Pin::named(known.pin, &key.to_string())),
        None => known.pin,
    };
    let items = preview::preview(&answer, pin.as_ref(), &settings.choice, now)
        .map_err(|why| report.failure(Exit::Unacceptable, &why.to_string()))?;
    for item in items {
        report.tell(&Event::Item(item), world)?;
    }
    let body = feed::recoded(&answer.body, answer.content_type.as_deref());
    let check: FeedCheck =
        feed::check(&body, &[]).map_err(|why| report.failure(Exit::Unacceptable, &why.to_string()))?;
    findings::print(report, &check, world)
}

/// What the feed answers, if it may be asked.
fn answer(
    feed: &Followed,
    known: &FetchState,
    web: &mut dyn Web,
    report: &Report<'_>,
    now: i64,
) -> Result<Answer, Failure> {
    if let Some((host, until)) = known.host_until.as_ref().filter(|(_, until)| *until > now) {
        let until = feed::to_rfc_3339(*until);
        return Err(report.failure(Exit::Network, &format!("{host} wants to be left alone until {until}")));
    }
    let url = known.url.as_ref().unwrap_or(&feed.url);
    let ask = Ask { url, namer: Namer::USER, validators: None, limit: feed::limits::BODY, is_text: true };
    let answer = web.get(&ask).map_err(|error| report.failure(Exit::Network, &error.to_string()))?;
    match answer.status {
        200 => Ok(answer),
        status => Err(report.failure(Exit::Network, &format!("HTTP status {status}"))),
    }
}
