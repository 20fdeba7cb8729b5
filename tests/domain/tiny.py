"""A tiny programme with every kind of step: a house teaches up to three schools, and a school does all there is."""

from functools import cache
from typing import Any

from domain.programme import Programme


def text(words: str) -> dict[str, str]:
    return {"kk": words, "ru": words, "en": words}


def role(kind: str, title: str) -> dict[str, Any]:
    return {"kind": kind, "title": text(title)}


ROLES = {
    "head": role("seat", "Head"),
    "member": role("seat", "Member"),
    "mentor": role("duty", "Mentor"),
    "reviewer": role("duty", "Reviewer"),
    "clerk": role("office", "Clerk"),
    "programme-manager": role("office", "Programme manager"),
}
FILES = {"media_types": ["application/pdf", "image/png"], "max_bytes": 1000, "max_files": 2}
REVIEW = {"by": "reviewer", "due": {"days": 7}, "attempts": 2}
ESCALATE = {"days": 2, "to": "clerk"}

HOUSE: dict[str, Any] = {
    "id": "house",
    "title": text("House"),
    "kind": "team",
    "body": "body",
    "seats": [{"id": "head", "role": "head"}, {"id": "aide", "role": "member", "required": False}],
    "steps": [
        {
            "id": "teach",
            "kind": "delivery",
            "title": text("Teaching"),
            "tiers": ["school"],
            "step": "course",
            "plan": {"by": "head", "due": {"days": 7}},
            "record": {"by": "head", "due": {"working_days": 2}},
        }
    ],
    "opens": [
        {
            "tier": "school",
            "gate": {"on_or_after": "2024-10-01"},
            "fan_out": {"least": 1, "target": 2, "most": 3},
            "nominate": {"by": "head", "due": {"days": 14}},
            "territory": "same_region",
        }
    ],
}

SCHOOL: dict[str, Any] = {
    "id": "school",
    "title": text("School"),
    "body": "body",
    "seats": [
        {"id": "head", "role": "head"},
        {"id": "member-1", "role": "member"},
        {"id": "member-2", "role": "member", "required": False},
    ],
    "duties": [
        {"role": "mentor", "from_parent": "head", "not_also": ["reviewer", "head", "member"]},
        {"role": "reviewer", "not_also": ["mentor", "head", "member"]},
    ],
    "team": {"by": "programme-manager", "due": {"days": 14}},
    "steps": [
        {
            "id": "ready",
            "kind": "assignment",
            "title": text("Ready"),
            "tasks": [
                {
                    "id": "go",
                    "title": text("Go"),
                    "by": "head",
                    "due": {"working_days": 5},
                    "remind": [2],
                    "escalate": ESCALATE,
                },
                {
                    "id": "choice",
                    "title": text("Choice"),
                    "by": "member",
                    "due": {"days": 30},
                    "answers": ["yes", "no"],
                },
            ],
        },
        {
            "id": "course",
            "kind": "training",
            "title": text("Course"),
            "sessions": [
                {"id": "one", "title": text("One"), "mode": "in_person", "hours": 4, "held": {"days": 20}},
                {"id": "two", "title": text("Two"), "mode": "online", "hours": 4, "held": {"days": 40}},
            ],
            "audience": ["head", "member"],
            "dose": {"hours": 4, "share": 60},
        },
        {
            "id": "talk",
            "kind": "mentoring",
            "title": text("Talks"),
            "after": ["ready"],
            "by": "mentor",
            "every": {"weeks": 2},
            "count": 2,
            "at_least": 1,
            "remind": [1],
            "missed_after": 3,
            "escalate_to": "clerk",
        },
        {
            "id": "work",
            "kind": "evidence",
            "title": text("Work"),
            "items": [
                {
                    "id": "essay",
                    "title": text("Essay"),
                    "by": "member",
                    "due": {"days": 20},
                    "accepts": FILES,
                    "review": {**REVIEW, "rubric": "rubric"},
                },
                {
                    "id": "photo",
                    "title": text("Photo"),
                    "by": "head",
                    "due": {"days": 20},
                    "accepts": {**FILES, "min_files": 2},
                },
            ],
        },
        {
            "id": "round",
            "kind": "cycle",
            "title": text("Rounds"),
            "after": ["work"],
            "repeats": 2,
            "phases": [
                {
                    "id": "plan",
                    "title": text("Plan"),
                    "by": "member",
                    "due": {"days": 10},
                    "accepts": FILES,
                    "review": REVIEW,
                },
                {"id": "act", "title": text("Act"), "by": "member", "due": {"days": 10}, "accepts": FILES},
            ],
        },
    ],
    "certification": {
        "title": text("Certificate"),
        "gate": {
            "all": [
                {"fact": "ready.choice", "is": "yes"},
                {"fact": "course.done", "is": True},
                {"fact": "talk.held", "at_least": 1},
                {"fact": "work.score", "at_least": 3},
                {"fact": "round.repeats", "at_least": 2},
                {"fact": "seats.complete", "of": "parent", "is": True},
            ]
        },
    },
}

TINY: dict[str, Any] = {
    "kaskad": 1,
    "programme": "tiny",
    "version": "1.0",
    "title": text("Tiny"),
    "purpose": text("To show every kind of step."),
    "time_zone": "Asia/Almaty",
    "calendar": {
        "terms": [{"id": "one", "title": text("One"), "first": "2024-09-02", "last": "2024-12-27"}],
        "holidays": [{"id": "break", "title": text("Break"), "first": "2024-11-04", "last": "2024-11-08"}],
    },
    "bodies": {"body": text("Body")},
    "roles": ROLES,
    "rubrics": {
        "rubric": {
            "title": text("Rubric"),
            "accepted_from": 3,
            "criteria": [
                {"id": "clear", "title": text("Clear"), "points": 2},
                {"id": "true", "title": text("True"), "points": 3},
            ],
        }
    },
    "tiers": [HOUSE, SCHOOL],
    "cohorts": {"2024": {"title": text("2024"), "starts": "2024-09-02", "ends": "2025-06-30"}},
}


@cache
def tiny() -> Programme:
    return Programme.model_validate(TINY)


def changed(**tiers: dict[str, Any]) -> Programme:
    """The tiny programme with some keys of a tier put otherwise."""
    found = [{**tier, **tiers.get(str(tier["id"]), {})} for tier in TINY["tiers"]]
    return Programme.model_validate({**TINY, "tiers": found})
