"""What a notice says: in the reader's language, with the titles of the definition and dates in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from activities.adopted import Adopted
from activities.dates import day_in_words, zone_of
from activities.letter import Addressee, Letter
from activities.titles import Titles
from domain.identity import read_session
from eventlog.outbox import Notice

MESSAGES: Final = Path(__file__).with_name("messages.yaml")


class Scene(msgspec.Struct, frozen=True):
    """What notices of one rollout speak of: its definition, and its schools with their names and tiers."""

    rollout: str
    adopted: Adopted
    #: school -> language -> name
    names: Mapping[str, Mapping[str, str]]
    #: school -> tier
    tiers: Mapping[str, str]

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.adopted.time_zone)


@cache
def messages() -> dict[str, Any]:
    import yaml

    loaded: dict[str, Any] = yaml.load(MESSAGES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded


def letter_of(notice: Notice, scene: Scene, to: Addressee) -> Letter:
    """A notice as a letter of its own."""
    subject, lines = _said(notice, scene, to.language)
    return Letter(notice.id, subject, _body(to, lines), notice.not_before, _quoted([notice]))


def digest_of(notices: Sequence[Notice], scenes: Mapping[str, Scene], to: Addressee) -> Letter:
    """Many notices as one letter, under the key of the first: tried again, it takes the place of what there was."""
    scene = scenes[rollout_of(notices[0])]
    title = Titles(scene.adopted.definition, to.language).programme()
    subject = str(messages()["digest"][to.language]).format(title=title, count=len(notices))
    lines = []
    for notice in notices:
        heading, others = _said(notice, scenes[rollout_of(notice)], to.language)
        lines.append("\n".join((f"* {heading}", *(f"  {each}" for each in others[1:]))))
    return Letter(notices[0].id, subject, _body(to, lines), notices[0].not_before, _quoted(notices))


def _quoted(notices: Iterable[Notice]) -> tuple[str, ...]:
    """Whose free texts stand in them."""
    return tuple(dict.fromkeys(by for each in notices if (by := json.loads(each.params).get("where_by"))))


def rollout_of(notice: Notice) -> str:
    return str(json.loads(notice.params)["rollout"])


def _said(notice: Notice, scene: Scene, language: str) -> tuple[str, list[str]]:
    form = messages()["messages"][notice.template][language]
    gaps = _gaps(json.loads(notice.params), scene, language)
    # where a session is held is not always said
    lines = [line for line in form["lines"] if "{where}" not in line or "where" in gaps]
    return str(form["subject"]).format(**gaps), [str(line).format(**gaps) for line in lines]


def _gaps(params: Mapping[str, str], scene: Scene, language: str) -> dict[str, str]:
    """What fills the gaps of a message. Ids become titles, instants dates in words."""
    school = params["school"]
    tier, titles = scene.tiers.get(school, ""), Titles(scene.adopted.definition, language)
    gaps = {**params, "place": f"{scene.rollout}/{school}", "tier": titles.tier(tier)}
    gaps["school"] = scene.names.get(school, {}).get(language) or school
    for name, day in params.items():
        if name in ("due", "starts"):
            gaps[name] = day_in_words(datetime.fromisoformat(day), scene.zone, language)
    if "task" in params:
        gaps.update(id=params["task"], task=titles.task(tier, params["task"]))
    if "role" in params:
        gaps["role"] = titles.role(params["role"])
    if "step" in params:
        gaps["step"] = titles.step(tier, params["step"])
    if "item" in params:
        gaps["item"] = titles.item(tier, params["step"], params["item"])
    if "session" in params:
        held = read_session(params["session"])
        gaps["session"] = titles.session(params["step"], held.definition) if held else params["session"]
        gaps["hours"] = _hours(params)
    for name in ("verdict", "because"):
        if name in params:
            gaps[name] = messages()[name][params[name]][language]
    return gaps


def _hours(params: Mapping[str, str]) -> str:
    lasts = datetime.fromisoformat(params["ends"]) - datetime.fromisoformat(params["starts"])
    return str(round(lasts.total_seconds() / 3600))


def _body(to: Addressee, lines: Sequence[str]) -> str:
    greeting = str(messages()["greeting"][to.language]).format(names=to.names)
    return "\n\n".join((*([greeting] if to.names else []), *lines)) + "\n"
