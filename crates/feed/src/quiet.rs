//! Hours and days in which a feed has nothing new (RSS 2.0: `skipHours`, `skipDays`).

/// Hours and days in which nobody need look for what is new.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct QuietTimes {
    /// A bit for each hour of the day in GMT.
    hours: u32,
    /// A bit for each day of the week, from Monday.
    days: u8,
}

impl QuietTimes {
    /// Adds an `hour` or a `day` as feeds write them; anything else says nothing.
    pub fn add(&mut self, name: &str, text: &str) {
        let text = text.trim();
        match name.to_ascii_lowercase().as_str() {
            // Some count to 24.
            "hour" => {
                self.hours |=
                    text.parse().ok().filter(|hour| *hour <= 24).map_or(0, |hour: u32| 1 << (hour % 24))
            }
            "day" => {
                let day = DAYS.iter().position(|day| day.eq_ignore_ascii_case(text));
                self.days |= day.map_or(0, |day| 1 << day);
            }
            _ => {}
        }
    }

    /// The first second from `time` on in which somebody may look. Where every hour is quiet, that is said of none.
    pub fn after(self, time: i64) -> i64 {
        let hours = (0..HOURS_OF_WEEK)
            .map(|hour| if hour == 0 { time } else { (time.div_euclid(HOUR) + hour) * HOUR });
        hours.into_iter().find(|time| !self.covers(*time)).unwrap_or(time)
    }

    fn covers(self, time: i64) -> bool {
        let (hour, day) = (time.div_euclid(HOUR).rem_euclid(24), time.div_euclid(24 * HOUR));
        // 1970 began on a Thursday.
        self.hours >> hour & 1 == 1 || self.days >> (day + 3).rem_euclid(7) & 1 == 1
    }
}

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOUR: i64 = 3600;
const HOURS_OF_WEEK: i64 = 24 * 7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_and_days_are_waited_out() {
        // Sunday, 22 November 2026, 05:00:01.
        let now = 1_795_323_601;
        let midnight = 1_795_305_600;
        let cases: [(&[(&str, &str)], i64); 8] = [
            (&[], now),
            (&[("hour", "4")], now),
            (&[("hour", " 5 ")], midnight + 6 * HOUR),
            (&[("hour", "5"), ("hour", "6"), ("Hour", "x"), ("hour", "99")], midnight + 7 * HOUR),
            (&[("day", "sunday")], midnight + 24 * HOUR),
            (&[("day", "Sunday"), ("hour", "24")], midnight + 25 * HOUR),
            (&[("day", "Saturday"), ("week", "5")], now),
            (&[("day", "Monday"), ("day", "")], now),
        ];
        for (said, expected) in cases {
            let mut quiet = QuietTimes::default();
            said.iter().for_each(|(name, text)| quiet.add(name, text));
            assert_eq!(quiet.after(now), expected, "{said:?}");
        }
        let mut always = QuietTimes::default();
        (0..24).for_each(|hour| always.add("hour", &hour.to_string()));
        assert_eq!(always.after(now), now);
    }
}
