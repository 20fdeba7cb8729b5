"""What tasks, sessions and roles are called in a definition, read from its JSON without checking it anew."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

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
        "kk": "Басқа адамды тағайындау: {title}",
        "ru": "Назначить другого человека: {title}",
        "en": "Name somebody else: {title}",
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
        """A task by its id, which is made of its step, its item and its number."""
        step, _, rest = task.partition("/")
        name, _, last = rest.rpartition("/")
        what, _, number = last.rpartition("-")
        match step, self._steps.get((tier, step), {}).get("kind"):
            case "team", None:
                return self._made("fill_seats")
            case "nominate", None:
                return self._made("nominate", self.tier(rest.partition(".")[0]))
            case "duty", None:
                return self._made("duty", self.role(name))
            case "children", None if name.startswith(("tier-", "step-")):
                _, _, below = name.partition("-")
                title = self.tier(below) if name.startswith("tier-") else self.step(tier, below)
                return self._made("without", title)
            case "children", None:
                return self._made("children")
            case "gate", None:
                return self._made("decide", self._gate(tier, name))
            case _, "assignment":
                return self._named(self._steps[tier, step]["tasks"], rest)
            case _, "mentoring":
                return self._made("checkpoint", self.step(tier, step), number)
            case _, "delivery":
                kind, _, session = rest.partition("-")
                return self._made(kind, self._session_of(tier, step, kind, session))
            case _, "evidence" | "cycle":
                return self._evidence(what, self.item(tier, step, name), number)
            case _:
                return task

    def _evidence(self, what: str, title: str, number: str) -> str:
        if what != "submit":
            return self._made(what, title)
        return title if number == "1" else self._form(_AGAIN, title=title, number=number)

    def _session_of(self, tier: str, delivery: str, kind: str, name: str) -> str:
        """To record, `<host>.<step>.<session>.<number>`; to plan, the session, and `-<school>` where it is for one."""
        if kind == "record":
            parts = name.split(".")
            return self.session(parts[1], parts[2]) if len(parts) == 4 else name
        step = self._steps[tier, delivery]
        for below in step["tiers"][:1]:
            sessions = self._steps.get((below, step["step"]), {}).get("sessions", ())
            fitting = [each for each in sessions if f"{name}-".startswith(f"{each['id']}-")]
            if fitting:
                session = max(fitting, key=lambda each: len(each["id"]))
                school = name[len(session["id"]) + 1 :].partition(".")[0]
                title = self._say(session["title"], name)
                return f"{title} ({school})" if school and not school.startswith("again-") else title
        return name

    def _gate(self, tier: str, name: str) -> str:
        """`certify`, or `enter` and `open` with what lies behind the gate."""
        kind, _, behind = name.partition("-")
        if kind == "certify":
            certification = self._tiers.get(tier, {}).get("certification") or {}
            return self._say(certification.get("title"), name)
        return self.step(tier, behind) if kind == "enter" else self.tier(behind)

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
