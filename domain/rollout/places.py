"""Where schools take their places in a cascade: tiers, parents, seats and territory."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from domain import gate_ids
from domain.gate import Facts, sentence
from domain.identity import nearest, participant_id, school_of
from domain.programme import Opening, Programme, Tier
from domain.refusal import Reason, Refused, refuse
from domain.rollout.commands import NominateSchools, Place
from domain.rollout.state import Nomination, Rollout, RosterEntry
from domain.text import Text

NO_TIER = Reason("no_tier", "The programme has no tier '{tier}'{hint}.")
NO_PARENT = Reason(
    "no_parent", "{school} needs a parent of the tier {tiers}; '{parent}' is none of this rollout's{hint}."
)
WHICH_PARENT = Reason("which_parent", "{school} has several possible parents ({parents}); say which one prepares it.")
TWICE = Reason("school_twice", "{school} stands twice in the list.")
TAKES_PART = Reason("takes_part", "{school} takes part in this rollout already, as {tier}.")
OTHERWISE = Reason("enrolled_otherwise", "{school} is known here with another {field}, '{before}', not '{given}'.")
HAS_LEFT = Reason("has_left", "{school} has left this rollout, for good; it cannot be enrolled again.")
PARENT_LEFT = Reason("parent_left", "{parent} has left this rollout, so it prepares no schools any more.")
NAMED_ALREADY = Reason("named_already", "{school} is named already, by {parent}.")
ONE_SEAT = Reason("one_seat", "{person} is put into two seats of {school} ({seats}); one person, one seat.")
NO_SEAT = Reason("no_seat_in_tier", "{school} has no seat '{seat}'; the tier {tier} has {seats}.")
NO_NOMINEE_TIER = Reason("no_nominee_tier", "{parent} cannot prepare a school of the tier '{tier}'; it opens {tiers}.")
TOO_MANY = Reason(
    "too_many_children",
    "{parent} may prepare at most {most} schools of the tier {tier}; with this one there would be {number}.",
)
NOT_ITS_COORDINATOR = Reason("not_nominator", "{actor} cannot nominate for {parent}: that is for its {role}.")
GATE_SHUT = Reason(
    "gate_shut",
    "{school} cannot be enrolled yet: the gate {gate} of {parent} is shut. It opens when {rule}. Until then schools "
    "are nominated ('kaskad school nominate {parent}'); they take part of themselves when it opens.",
)
OTHER_REGION = Reason("other_region", "{school} lies in {region}; {parent} prepares schools of {own} only.")


def teams_of_its_own(programme: Programme) -> dict[str, Tier]:
    """School id -> tier of each team at the top of the cascade, which needs no list to take its place."""
    tops = (tier for tier in programme.tiers if not programme.parents_of[tier.id] and tier.kind == "team")
    return {tier.id.replace("_", "-"): tier for tier in tops}


def top_places(programme: Programme, places: tuple[Place, ...]) -> Iterator[Place]:
    """A team at the top of the cascade takes its place even when no list names it."""
    named = {place.tier for place in places}
    for school, tier in teams_of_its_own(programme).items():
        if tier.id not in named:
            yield Place(
                school=school,
                tier=tier.id,
                names=Text.model_validate(tier.title.model_dump()),
                region="-",
                language="both",
            )


def _schools_under(state: Rollout) -> defaultdict[tuple[str | None, str], set[str]]:
    """(parent, tier) -> the schools that take part there, and those that are named."""
    under: defaultdict[tuple[str | None, str], set[str]] = defaultdict(set)
    for entry in state.roster.values():
        if entry.status != "withdrawn":
            under[entry.parent, entry.tier].add(entry.school)
    for each in state.nominated.values():
        under[each.parent, each.tier].add(each.school)
    return under


class _Taken:
    """The places that are taken: those of the roster, and those of a list as it is gone through.

    By tier and by parent, since a list can have thousands of rows.
    """

    def __init__(self, state: Rollout) -> None:
        self.tiers: dict[str, str] = {}
        self.under = _schools_under(state)
        self._of_tier: defaultdict[str, list[str]] = defaultdict(list)
        for participant, entry in state.roster.items():
            if entry.status != "withdrawn":
                self.add(participant, entry.tier)

    def add(self, participant: str, tier: str) -> None:
        self.tiers[participant] = tier
        self._of_tier[tier].append(participant)

    def of(self, tiers: tuple[str, ...]) -> list[str]:
        return [participant for tier in tiers for participant in self._of_tier[tier]]


def check_places(
    programme: Programme, state: Rollout, places: tuple[Place, ...], replaced: str | None = None
) -> list[tuple[Place, str | None]]:
    """Each place with its parent. Raises Refused where one cannot be taken, with all others that cannot.

    Of a school whose parent is refused nothing is said.
    """
    found: list[tuple[Place, str | None]] = []
    refused: list[Refused] = []
    without: set[str] = set()
    taken = _Taken(state)
    for place in places:
        if place.parent in without:
            without.add(place.school)
            continue
        try:
            found.append((place, _take(programme, state, taken, place, replaced)))
        except Refused as why:
            refused.append(why)
            without.add(place.school)
    refuse(refused)
    return found


def _take(programme: Programme, state: Rollout, taken: _Taken, place: Place, replaced: str | None) -> str | None:
    """The parent under which the place is taken."""
    participant = participant_id(state.id, place.school)
    if participant in state.roster:
        raise TAKES_PART(school=place.school, tier=state.roster[participant].tier)
    if participant in taken.tiers:
        raise TWICE(school=place.school)
    check_tier_and_seats(programme, place)
    parent = _parent(programme, state, taken, place, replaced)
    opening = None if parent is None else programme.opening(taken.tiers[parent], place.tier)
    if parent is not None and opening is not None:
        _must_be_open(state, place, parent, opening)
        _room(taken.under, parent, opening, place)
    taken.add(participant, place.tier)
    return parent


def is_on_roster(state: Rollout, place: Place) -> bool:
    """Whether exactly this place is taken already: the school, at this tier and under this parent."""
    entry = state.roster.get(participant_id(state.id, place.school))
    if entry is None or entry.tier != place.tier:
        return False
    return place.parent is None or entry.parent == participant_id(state.id, place.parent)


def must_agree(known: RosterEntry | Nomination, place: Place) -> None:
    """Said to be done already, what differs would be lost without a word. Raises Refused."""
    told = {
        "name in Kazakh": (known.names.get("kk"), place.names.kk),
        "name in Russian": (known.names.get("ru"), place.names.ru),
        "name in English": (known.names.get("en"), place.names.en),
        "region": (known.region, place.region),
        "language": (known.language, place.language),
    }
    for field, (before, given) in told.items():
        if before != given:
            raise OTHERWISE(school=place.school, field=field, before=before, given=given)


def must_still_agree(known: RosterEntry | Nomination, place: Place) -> None:
    """And that it has not left meanwhile. Raises Refused."""
    must_agree(known, place)
    if isinstance(known, RosterEntry) and known.status == "withdrawn":
        raise HAS_LEFT(school=place.school)


def check_tier_and_seats(programme: Programme, place: Place) -> None:
    tier = programme.tier_by_id.get(place.tier)
    if tier is None:
        close = nearest(place.tier, programme.tier_by_id)
        hint = f"; did you mean '{close}'?" if close else f"; it has {', '.join(programme.tier_by_id)}"
        raise NO_TIER(tier=place.tier, hint=hint)
    seats = [seat.id for seat in tier.seats]
    for seat in place.persons:
        if seat not in seats:
            raise NO_SEAT(school=place.school, seat=seat, tier=tier.id, seats=", ".join(seats))
    for person in place.persons.values():
        taken = [seat for seat, who in place.persons.items() if who == person]
        if len(taken) > 1:
            raise ONE_SEAT(person=person, school=place.school, seats=", ".join(taken))


def _parent(programme: Programme, state: Rollout, taken: _Taken, place: Place, replaced: str | None) -> str | None:
    above = programme.parents_of[place.tier]
    if not above:
        return None
    if place.parent is not None:
        parent = participant_id(state.id, place.parent)
        if taken.tiers.get(parent) not in above:
            close = nearest(place.parent, [school_of(each) for each in taken.of(above)])
            hint = f"; did you mean '{close}'?" if close else ""
            raise NO_PARENT(school=place.school, tiers=" or ".join(above), parent=place.parent, hint=hint)
        return parent
    possible = taken.of(above)
    if replaced is not None and state.roster[replaced].tier == place.tier and state.roster[replaced].parent in possible:
        return state.roster[replaced].parent
    if len(possible) != 1:
        names = ", ".join(school_of(each) for each in possible[:10])
        if possible:
            raise WHICH_PARENT(school=place.school, parents=names)
        raise NO_PARENT(school=place.school, tiers=" or ".join(above), parent="nobody", hint="")
    return possible[0]


def _must_be_open(state: Rollout, place: Place, parent: str, opening: Opening) -> None:
    """Behind a gate a school takes part when the gate of its parent is open, and never by a list before."""
    if (parent, place.tier) not in state.opened:
        rule = sentence(opening.gate)
        raise GATE_SHUT(school=place.school, gate=gate_ids.opening(place.tier), parent=school_of(parent), rule=rule)


def check_nomination(
    programme: Programme, state: Rollout, facts: Facts, command: NominateSchools, parent: str
) -> list[Place]:
    """The places that are new. Raises Refused when the parent may not prepare one of them."""
    entry = state.roster.get(parent)
    if entry is None:
        above = " or ".join(programme.parents_of.get(command.places[0].tier, ())) or "above"
        raise NO_PARENT(school=command.places[0].school, tiers=above, parent=command.parent, hint="")
    if entry.status == "withdrawn":
        raise PARENT_LEFT(parent=command.parent)
    new: list[Place] = []
    under = _schools_under(state)
    for place in command.places:
        check_tier_and_seats(programme, place)
        opening = programme.opening(entry.tier, place.tier)
        if opening is None:
            tiers = ", ".join(each.tier for each in programme.tier_by_id[entry.tier].opens) or "none"
            raise NO_NOMINEE_TIER(parent=command.parent, tier=place.tier, tiers=tiers)
        _may_nominate(programme, facts, command, opening)
        if known := _known(state, place, parent):
            must_still_agree(known, place)
            continue
        if place.school in {each.school for each in new}:
            continue
        _must_be_free(state, place)
        if opening.territory == "same_region" and place.region != entry.region:
            raise OTHER_REGION(school=place.school, region=place.region, parent=command.parent, own=entry.region)
        new.append(place)
        _room(under, parent, opening, place)
    return new


def _may_nominate(programme: Programme, facts: Facts, command: NominateSchools, opening: Opening) -> None:
    """The role that the definition asks to nominate, or the programme manager. The door reads who holds the role."""
    if facts.rights & {"programme-manager", opening.nominate.by, f"role:{opening.nominate.by}"}:
        return
    role = programme.role_title(opening.nominate.by)
    raise NOT_ITS_COORDINATOR(actor=command.actor, parent=command.parent, role=role)


def _must_be_free(state: Rollout, place: Place) -> None:
    """The school takes no part, and nobody else has named it, unless whoever had has left."""
    entry = state.roster.get(participant_id(state.id, place.school))
    if entry is not None:
        raise TAKES_PART(school=place.school, tier=entry.tier)
    waiting = state.nominated.get(place.school)
    if waiting is not None and state.roster[waiting.parent].status != "withdrawn":
        raise NAMED_ALREADY(school=place.school, parent=school_of(waiting.parent))


def _known(state: Rollout, place: Place, parent: str) -> RosterEntry | Nomination | None:
    """The school as this parent has named it, or as it takes part under it."""
    found = state.nominated.get(place.school) or state.roster.get(participant_id(state.id, place.school))
    return found if found is not None and found.parent == parent else None


def _room(under: Mapping[tuple[str | None, str], set[str]], parent: str, opening: Opening, place: Place) -> None:
    """A parent prepares no more than it may, whoever brings them: those there are, those named, and the new ones."""
    schools = under[parent, opening.tier]
    number = len(schools) + (place.school not in schools)
    if number > opening.fan_out.most:
        raise TOO_MANY(parent=school_of(parent), most=opening.fan_out.most, tier=opening.tier, number=number)
    schools.add(place.school)
