"""What a rehearsal came to, in numbers, and whether its log is sound."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import msgspec

from audit.verifying import verify_log
from domain.calendar import local_day
from domain.command import CASCADE, CLOCK
from domain.participant.state import Participant, Phase
from rehearsal.play import Play
from rehearsal.tally import Tally


class Summary(msgspec.Struct, frozen=True):
    rollout: str
    seed: int
    began: date
    ended: date
    certified: int
    opened_below: int
    certified_below: int
    completed_below: int
    #: of those opened below: school -> its phase
    not_certified: dict[str, Phase]
    withdrawn: int
    replaced: int
    people: int
    left: int
    substitutes: int
    #: recorded commands: of people, of the clock, and those that followed from events elsewhere
    commands: int
    clock: int
    followed: int
    events: int
    tasks: int
    overdue: int
    escalated: int
    returned: int
    refused: int
    checkpoints_missed: int
    #: schools that have not come to their end, although nobody had anything to do any more
    left_over: tuple[str, ...]
    #: schools whose journey was closed, since they could go no further
    went_no_further: tuple[str, ...]
    #: what simulated people asked for and were refused
    turned_away: int
    refused_last: str | None
    #: of the log, as recomputed from its bytes, and how many gates were evaluated again
    gates: int
    size: int
    root: str
    is_sound: bool


def not_certified(those: Iterable[Participant]) -> dict[str, Phase]:
    """Who of them has no certificate, and in what phase each is: it left, was closed, or came to its end without."""
    return {each.school: each.phase for each in those if each.certified_at is None}


def summarise(play: Play, tally: Tally) -> Summary:
    """Recomputes the whole log; takes a moment. Raises LogUnavailable."""
    log, scene, programme = play.stage.office.log, play.scene, play.plan.programme
    verdict = verify_log(log)
    first = {place.tier for place in play.plan.places}
    below = [each for each in scene.participants.values() if each.tier not in first and each.parent is not None]
    phases = Counter(each.phase for each in below)
    uncertified = not_certified(below)
    zone = programme.time_zone
    return Summary(
        rollout=play.plan.rollout,
        seed=play.plan.seed,
        began=local_day(play.plan.begins, zone),
        ended=local_day(play.calendar.now, zone),
        certified=sum(each.certified_at is not None and each.tier in first for each in scene.participants.values()),
        opened_below=len(below),
        certified_below=len(below) - len(uncertified),
        completed_below=phases["completed"],
        not_certified=uncertified,
        withdrawn=sum(each.phase == "withdrawn" for each in scene.participants.values()),
        replaced=len(scene.rollout.replaced),
        people=tally.kinds["PersonRegistered"],
        left=tally.kinds["SeatFreed"],
        substitutes=tally.kinds["SubstituteNamed"],
        commands=tally.commands["people"],
        clock=tally.commands[CLOCK],
        followed=tally.commands[CASCADE],
        events=scene.position,
        tasks=tally.kinds["TaskAsked"],
        overdue=tally.kinds["TaskOverdue"],
        escalated=tally.kinds["TaskEscalated"],
        returned=tally.verdicts["returned"],
        refused=tally.verdicts["refused"],
        checkpoints_missed=tally.kinds["CheckpointMissed"],
        left_over=play.left_over,
        went_no_further=tuple(sorted(each.school for each in scene.participants.values() if each.phase == "closed")),
        turned_away=len(play.refusals),
        refused_last=play.refused_last,
        gates=verdict.gates,
        size=verdict.size,
        root=verdict.root,
        is_sound=verdict.is_sound,
    )
