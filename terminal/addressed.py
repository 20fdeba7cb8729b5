"""The participant that a command is for: its state, its programme and their words, and in whose name the command is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.titles import Titles
from terminal.acting import actor
from terminal.outcome import NotFound
from terminal.phrases import did_you_mean, phrase
from terminal.reading import reading, states_of
from terminal.school_meant import school_meant

if TYPE_CHECKING:
    from datetime import datetime, time

    from domain.participant.state import Participant
    from domain.programme import Programme, Tier

_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Addressed:
    """A participant as the log shows it, and the person who acts."""

    stream: str
    state: "Participant"
    programme: "Programme"
    titles: Titles
    #: who acts; nobody where a command only reads
    person: str

    @property
    def tier(self) -> "Tier":
        return self.programme.tier_by_id[self.state.tier]

    @property
    def due_time(self) -> "time":
        """The time of day at which tasks fall due here."""
        from domain.participant.draft import calendar_of

        return calendar_of(self.programme, self.state).due_time

    def moment(self, text: str, option: str, *, otherwise: "time | None" = None) -> "datetime":
        from terminal.times import moment_meant

        return moment_meant(text, self.programme.time_zone, option, otherwise=otherwise)

    def happened(self, text: str | None) -> "datetime | None":
        from terminal.times import happened_at

        return happened_at(text, self.programme.time_zone)

    def says(self, instant: "datetime") -> str:
        """An instant in words, in the programme's time zone."""
        from activities.dates import day_in_words, zone_of
        from runtime.settings import settings

        return day_in_words(instant, zone_of(self.programme.time_zone), settings().language)

    def says_chosen(self, instant: "datetime") -> str:
        """An instant that somebody chose: a day off or the night may be meant, and may be a slip, so it is said."""
        from domain.calendar import local_day, out_of_quiet_hours
        from domain.participant.draft import calendar_of

        calendar, zone = calendar_of(self.programme, self.state), self.programme.time_zone
        slips = [] if calendar.is_school_day(local_day(instant, zone)) else [phrase("no_school_day")]
        if out_of_quiet_hours(instant, calendar, zone) != instant:
            quiet = calendar.quiet_hours
            slips.append(phrase("in_quiet_hours", start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}"))
        return self.says(instant) + (f" ({'; '.join(slips)})" if slips else "")


def addressed(school: str, rollout: str | None, acting_as: str | None) -> Addressed:
    """The school's participant, and who acts. Raises NotFound with the nearest, or BadInput."""
    who = actor(acting_as)
    return _addressed(school, rollout, who, None)


def read(school: str, rollout: str | None, *, log: str | None = None) -> Addressed:
    """The school's participant, for a command that only reads."""
    return _addressed(school, rollout, "", log)


def _addressed(school: str, rollout: str | None, who: str, log: str | None) -> Addressed:
    import msgspec

    from runtime.settings import settings

    with reading(log) as opened:
        meant = school_meant(opened, school, rollout)
        with states_of(opened) as states:
            programme = states.programme(meant.rollout)
            state = states.participant(meant.participant)
    words = Titles(msgspec.json.decode(programme.model_dump_json()), settings().language)
    return Addressed(meant.stream, state, programme, words, who)


def one_of(wanted: str, known: "list[str] | tuple[str, ...]", what: str) -> str:
    """A name that is known; `what` it names is in the language of the settings. Raises NotFound with the nearest."""
    if wanted in known:
        return wanted
    from domain.identity import nearest

    close = nearest(wanted, known)
    there = ", ".join(known[:_MOST_SHOWN]) + (", …" if len(known) > _MOST_SHOWN else "")
    hint = did_you_mean(close) if close else phrase("there_is", known=there) if known else phrase("nor_any_other")
    raise NotFound(phrase("there_is_no", what=what, wanted=wanted, hint=hint))
