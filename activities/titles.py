"""What tasks, sessions and roles are called in a definition, read from its JSON without checking it anew."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from domain import gate_ids, task_ids
from domain.identity import read_session

#: kind of task -> how its title is made of that of its step, its item or its session
_MADE_OF: Final[dict[str, dict[str, str]]] = {
    "fill_seats": {
        "kk": "Командадағы орындарды толтыру",
        "ru": "Заполнить места в команде",
        "en": "Fill the seats of the team",
    },
    "review": {"kk": "Сараптау: {title}", "ru": "Рецензия: {title}", "en": "Review: {title}"},
    "decide": {"kk": "Шешім қабылдау: {title}", "ru": "Принять решение: {title}", "en": "Decide: {title}"},
    "duty": {
        "kk": "Адам тағайындау: {title}",
        "ru": "Назначить человека: {title}",
        "en": "Name somebody: {title}",
    },
    "children": {
        "kk": "Осы қатысушы дайындап жүрген мектептер туралы шешім қабылдау",
        "ru": "Принять решение о школах, которые готовил этот участник",
        "en": "Decide about the schools that it was preparing",
    },
    "without": {
        "kk": "Басқа мектептерсіз жалғастыру туралы шешім қабылдау: {title}",
        "ru": "Решить, продолжать ли без других школ: {title}",
        "en": "Decide whether to go on without further schools: {title}",
    },
    "journey": {
        "kk": "Жолын аяқтай алмайтын қатысушы туралы шешім қабылдау",
        "ru": "Принять решение об участнике, который не может дойти до конца",
        "en": "Decide how it goes on, since it can no longer complete its journey",
    },
    "checkpoint": {
        "kk": "{title}: {number}-кездесу",
        "ru": "{title}: встреча {number}",
        "en": "{title}: checkpoint {number}",
    },
    "plan": {
        "kk": "Сессияны жоспарлау: {title}",
        "ru": "Запланировать сессию: {title}",
        "en": "Plan the session: {title}",
    },
    "record": {
        "kk": "Қатысуды белгілеу: {title}",
        "ru": "Отметить присутствие: {title}",
        "en": "Record the attendance: {title}",
    },
    "nominate": {
        "kk": "Мектептерді ұсыну: {title}",
        "ru": "Выдвинуть школы: {title}",
        "en": "Nominate schools: {title}",
    },
}
_AGAIN: Final = {"kk": "{title} ({number}-рет)", "ru": "{title} (попытка {number})", "en": "{title} (attempt {number})"}
_ROUND: Final = {"kk": "{title} ({number}-айналым)", "ru": "{title} (круг {number})", "en": "{title} (round {number})"}


class Titles:
    """The titles of one definition in one language; what it does not know is called by its id."""

    def __init__(self, definition: Mapping[str, Any], language: str) -> None:
        self._definition = definition
        self._language = language
        self._steps: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._tiers: dict[str, Mapping[str, Any]] = {}
        for tier in definition.get("tiers", ()):
            self._tiers[tier["id"]] = tier
            self._steps.update({(tier["id"], step["id"]): step for step in tier["steps"]})

    def programme(self) -> str:
        return self._say(self._definition.get("title"), str(self._definition.get("programme", "")))

    def role(self, role: str) -> str:
        return self._say(self._definition.get("roles", {}).get(role, {}).get("title"), role)

    def tier(self, tier: str) -> str:
        return self._say(self._tiers.get(tier, {}).get("title"), tier)

    def step(self, tier: str, step: str) -> str:
        return self._say(self._steps.get((tier, step), {}).get("title"), step)

    def item(self, tier: str, step: str, item: str) -> str:
        """A piece of evidence; of a cycle, `item` is the number of the round and the phase."""
        known = self._steps.get((tier, step), {})
        if known.get("kind") != "cycle":
            return self._named(known.get("items", ()), item)
        number, _, phase = item.partition("-")
        title = self._named(known.get("phases", ()), phase)
        return title if known.get("repeats", 1) == 1 else self._form(_ROUND, title=title, number=number)

    def session(self, step: str, definition: str) -> str:
        """A session of a training, wherever in the cascade it is attended."""
        for known in self._steps.values():
            if known["id"] == step and known["kind"] == "training":
                for each in known["sessions"]:
                    if each["id"] == definition:
                        return self._say(each["title"], definition)
        return definition

    def task(self, tier: str, task: str) -> str:
        """A task by its id."""
        found = task_ids.read(task)
        match found.of, self._steps.get((tier, found.of), {}).get("kind"):
            case task_ids.TEAM, None:
                return self._made("fill_seats")
            case task_ids.NOMINATE, None:
                return self._made("nominate", self.tier(task_ids.named_tier(task)))
            case task_ids.DUTY, None:
                return self._made("duty", self.role(found.about))
            case task_ids.CHILDREN, None:
                return self._children(tier, task)
            case task_ids.JOURNEY, None:
                return self._made("journey")
            case task_ids.GATE, None:
                return self._made("decide", self._gate(tier, task_ids.gate_in_doubt(task)))
            case step, "assignment":
                return self._named(self._steps[tier, step]["tasks"], found.rest)
            case step, "mentoring":
                return self._made("checkpoint", self.step(tier, step), found.number)
            case step, "delivery":
                return self._delivery(tier, step, task)
            case step, "evidence" | "cycle":
                return self._evidence(found.what, self.item(tier, step, found.about), found.number)
            case _:
                return task

    def _children(self, tier: str, task: str) -> str:
        if below := task_ids.tier_without(task):
            return self._made("without", self.tier(below))
        if delivery := task_ids.delivery_without(task):
            return self._made("without", self.step(tier, delivery))
        return self._made("children")

    def _evidence(self, what: str, title: str, number: str) -> str:
        if what != "submit":
            return self._made(what, title)
        return title if number == "1" else self._form(_AGAIN, title=title, number=number)

    def _delivery(self, tier: str, delivery: str, task: str) -> str:
        """To record a session that has an id, or to plan one, which may be for one school alone."""
        if session := task_ids.recorded_session(task):
            held = read_session(session)
            return self._made("record", self.session(held.step, held.definition) if held else session)
        step = self._steps[tier, delivery]
        sessions = self._steps.get((step["tiers"][0], step["step"]), {}).get("sessions", ())
        definition, school = task_ids.planned_session(task, [each["id"] for each in sessions])
        title = self._named(sessions, definition)
        return self._made("plan", f"{title} ({school})" if school else title)

    def _gate(self, tier: str, gate: str) -> str:
        """By what lies behind it."""
        if step := gate_ids.step_behind(gate):
            return self.step(tier, step)
        if below := gate_ids.tier_behind(gate):
            return self.tier(below)
        certification = self._tiers.get(tier, {}).get("certification") or {}
        return self._say(certification.get("title"), gate)

    def _named(self, things: Iterable[Mapping[str, Any]], wanted: str) -> str:
        return next((self._say(each["title"], wanted) for each in things if each["id"] == wanted), wanted)

    def _made(self, kind: str, title: str = "", number: str = "") -> str:
        form = _MADE_OF.get(kind)
        return title if form is None else self._form(form, title=title, number=number)

    def _form(self, forms: Mapping[str, str], **gaps: str) -> str:
        return forms.get(self._language, forms["en"]).format(**gaps)

    def _say(self, text: Mapping[str, str] | None, otherwise: str) -> str:
        if text is None:
            return otherwise
        return text.get(self._language) or text.get("en") or otherwise
