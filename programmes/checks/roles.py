"""Who is asked: seats, duties and offices that the tier really has."""

from collections.abc import Iterator

from domain.programme import OFFICES, Duty, Programme, Staffing, Tier
from programmes.checks import places
from programmes.checks.finding import Finding, Subject, is_made_up
from programmes.document import Place


def check_roles(subject: Subject) -> Iterator[Finding]:
    programme = subject.programme
    for name in programme.roles.keys() & OFFICES:
        if programme.roles[name].kind != "office":
            yield Finding(("roles", name, "kind"), f"'{name}' is an office of every rollout; its kind is office")
    for path, tier in places.tiers(programme):
        yield from _of_seats(path, tier, programme)
        for at, duty in enumerate(tier.duties):
            yield from _of_duty((*path, "duties", at), tier, duty, programme)
    for path, tier, asking in places.asked(programme):
        yield from _filled((*path, "by"), tier, asking.by, programme)
        if isinstance(asking, Staffing):
            yield from _of_staffing(path, tier, asking, programme)
        if asking.escalate is not None:
            yield from _filled((*path, "escalate", "to"), tier, asking.escalate.to, programme)
    for path, tier, step in places.steps(programme):
        if step.kind == "mentoring":
            yield from _filled((*path, "by"), tier, step.by, programme)
            yield from _filled((*path, "escalate_to"), tier, step.escalate_to, programme)
        if step.kind == "training":
            for at, role in enumerate(step.audience):
                yield from _attends((*path, "audience", at), tier, role, programme)
    yield from _unused(programme)


def seat_roles(tier: Tier) -> tuple[str, ...]:
    return tuple(dict.fromkeys(seat.role for seat in tier.seats))


def _of_seats(path: Place, tier: Tier, programme: Programme) -> Iterator[Finding]:
    for at, seat in enumerate(tier.seats):
        role = programme.roles.get(seat.role)
        if role is not None and role.kind != "seat":
            yield Finding((*path, "seats", at, "role"), f"the role '{seat.role}' is of the kind {role.kind}, not seat")


def _of_duty(path: Place, tier: Tier, duty: Duty, programme: Programme) -> Iterator[Finding]:
    role = programme.roles.get(duty.role)
    if role is not None and role.kind != "duty":
        yield Finding((*path, "role"), f"the role '{duty.role}' is of the kind {role.kind}, not duty")
    if duty.from_parent is not None:
        yield from _from_parent((*path, "from_parent"), tier, duty.from_parent, programme)
    known = {*seat_roles(tier), *(each.role for each in tier.duties)}
    for at, name in enumerate(duty.not_also):
        if name == duty.role:
            yield Finding((*path, "not_also", at), f"nobody could have the duty '{name}' without having it")
        elif name in programme.roles and name not in known:
            message = f"nobody has the role '{name}' in the tier '{tier.id}', so it excludes nobody"
            yield Finding((*path, "not_also", at), message)


def _from_parent(path: Place, tier: Tier, role: str, programme: Programme) -> Iterator[Finding]:
    parents = programme.parents_of.get(tier.id, ())
    if not parents:
        yield Finding(path, f"the tier '{tier.id}' has no tier above it; leave 'from_parent' out, and it is assigned")
    for parent in parents:
        roles = seat_roles(programme.tier_by_id[parent])
        if role in programme.roles and role not in roles:
            yield Finding(path, f"the tier above, '{parent}', has no seat for '{role}'; it has: {', '.join(roles)}")


def _filled(path: Place, tier: Tier, name: str, programme: Programme) -> Iterator[Finding]:
    role = programme.roles.get(name)
    if role is None or is_made_up(name):
        return
    seats, duties = seat_roles(tier), [duty.role for duty in tier.duties]
    if role.kind == "seat" and name not in seats:
        yield Finding(path, f"no seat of the tier '{tier.id}' has the role '{name}'; its seats: {', '.join(seats)}")
    elif role.kind == "duty" and name not in duties:
        has = ", ".join(duties) or "none"
        yield Finding(path, f"the duty '{name}' is not filled in the tier '{tier.id}'; its duties: {has}")


def _of_staffing(path: Place, tier: Tier, staffing: Staffing, programme: Programme) -> Iterator[Finding]:
    for at, name in enumerate(staffing.also_by):
        yield from _filled((*path, "also_by", at), tier, name, programme)
    if staffing.by in seat_roles(tier):
        message = f"the seat of '{staffing.by}' is empty itself until the school list or the programme manager fills it"
        yield Finding((*path, "by"), message, warning=True)


def _attends(path: Place, tier: Tier, name: str, programme: Programme) -> Iterator[Finding]:
    role, seats = programme.roles.get(name), seat_roles(tier)
    if role is not None and name not in seats:
        message = f"no seat of the tier '{tier.id}' has the role '{name}', so nobody would attend; its seats: "
        yield Finding(path, message + ", ".join(seats))


def _unused(programme: Programme) -> Iterator[Finding]:
    used: set[str] = set()
    for _, tier in places.tiers(programme):
        used |= {*seat_roles(tier), *(duty.role for duty in tier.duties)}
    for _, _, asking in places.asked(programme):
        used |= {asking.by, asking.escalate.to if asking.escalate else asking.by}
    for _, _, step in places.steps(programme):
        if step.kind == "mentoring":
            used |= {step.by, step.escalate_to}
    for name in programme.roles:
        if name not in used and name not in OFFICES and not is_made_up(name):
            yield Finding(("roles", name), f"nobody is asked as '{name}'", warning=True)
