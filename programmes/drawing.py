"""A Mermaid picture of a programme: tiers, their steps in order, the gates between them."""

from collections.abc import Iterator, Mapping

from domain.gate import AllOf, Among, AnyOf, AtLeast, DateIs, FactIs, Gate
from domain.programme import Opening, Programme, Tier
from domain.step import Step

_WORDS: Mapping[str, Mapping[str, str]] = {
    "kk": {"and": "және", "or": "немесе", "of": "шарттан кемінде", "parent": "даярлаушы", "outside": "сыртқы орган",
           "children": "даярланатындар", "peers": "қатарластар", "date": "күн", "true": "иә", "false": "жоқ",
           "opens": "ашады", "holds": "өткізеді"},
    "ru": {"and": "и", "or": "или", "of": "из условий не менее", "parent": "готовящий", "outside": "внешний орган",
           "children": "подготавливаемые", "peers": "равные", "date": "дата", "true": "да", "false": "нет",
           "opens": "открывает", "holds": "проводит"},
    "en": {"and": "and", "or": "or", "of": "at least", "parent": "parent", "outside": "outside body",
           "children": "children", "peers": "peers", "date": "date", "true": "yes", "false": "no",
           "opens": "opens", "holds": "holds"},
}  # fmt: skip

#: shape of a step by its kind: opening and closing bracket of Mermaid
_SHAPES: Mapping[str, tuple[str, str]] = {
    "training": ("[", "]"),
    "delivery": ("[/", "/]"),
    "mentoring": ("([", "])"),
    "evidence": ("[(", ")]"),
    "cycle": ("((", "))"),
    "assignment": (">", "]"),
}


def mermaid(programme: Programme, language: str = "en") -> str:
    """The picture as text; `language` is kk, ru or en."""
    return "\n".join(_lines(programme, language if language in _WORDS else "en")) + "\n"


def overview(programme: Programme, language: str = "en") -> str:
    """The tiers alone, with what opens each of them."""
    language = language if language in _WORDS else "en"
    lines = ["flowchart TB"]
    for number, tier in enumerate(programme.tiers):
        body = programme.bodies[tier.body].in_language(language)
        title = _escaped(tier.title.in_language(language))
        lines.append(f'  t{number}["{title}<br/><small>{_escaped(body)}</small>"]')
    numbers = {tier.id: number for number, tier in enumerate(programme.tiers)}
    for number, tier in enumerate(programme.tiers):
        opened = {opening.tier: opening for opening in tier.opens}
        for below in dict.fromkeys(each for each, parents in programme.parents_of.items() if tier.id in parents):
            said = _opening_words(opened[below], language) if below in opened else _WORDS[language]["holds"]
            lines.append(f'  t{number} -->|"{_escaped(said)}"| t{numbers[below]}')
    return "\n".join(lines) + "\n"


def _opening_words(opening: Opening, language: str) -> str:
    fan_out = opening.fan_out
    count = str(fan_out.most) if fan_out.least == fan_out.most else f"{fan_out.least}–{fan_out.most}"
    return f"{_WORDS[language]['opens']} {count}: {gate_words(opening.gate, language)}"


def _lines(programme: Programme, language: str) -> Iterator[str]:
    yield "flowchart TB"
    for number, tier in enumerate(programme.tiers):
        yield from _tier(number, tier, language)
    numbers = {tier.id: number for number, tier in enumerate(programme.tiers)}
    words = _WORDS[language]
    for number, tier in enumerate(programme.tiers):
        for opening in tier.opens:
            start = f"t{number}_certified" if tier.certification else f"t{number}"
            yield f'  {start} ==>|"{_escaped(_opening_words(opening, language))}"| t{numbers[opening.tier]}'
        for at, step in enumerate(tier.steps):
            if step.kind == "delivery":
                for below in step.tiers:
                    target = programme.tier_by_id[below].steps.index(programme.tier_by_id[below].step_by_id[step.step])
                    yield f'  t{number}_s{at} -.->|"{words["holds"]}"| t{numbers[below]}_s{target}'


def _tier(number: int, tier: Tier, language: str) -> Iterator[str]:
    yield f'  subgraph t{number} ["{_escaped(tier.title.in_language(language))}"]'
    yield "    direction TB"
    position = {step.id: at for at, step in enumerate(tier.steps)}
    for at, step in enumerate(tier.steps):
        yield "    " + _node(f"t{number}_s{at}", step, language)
    for at, step in enumerate(tier.steps):
        gate = f'|"{_escaped(gate_words(step.enter, language))}"|' if step.enter is not None else ""
        before = [position[name] for name in step.after if name in position] or _read_by(step, position)
        for other in before:
            yield f"    t{number}_s{other} -->{gate} t{number}_s{at}"
        if gate and not before:
            yield f'    t{number}_g{at}{{{{"{gate[2:-2]}"}}}} --> t{number}_s{at}'
    if tier.certification is not None:
        rule = gate_words(tier.certification.gate, language)
        title = tier.certification.title.in_language(language)
        yield f'    t{number}_certified{{{{"{_escaped(title)}<br/>{_escaped(rule)}"}}}}'
        for other in _last_needed(tier, position):
            yield f"    t{number}_s{other} --> t{number}_certified"
    yield "  end"


def _read_by(step: Step, position: Mapping[str, int]) -> list[int]:
    """Steps whose facts let this one start, for a step that names none to come after."""
    from_facts = [leaf.partition(".")[0] for leaf in _own_facts(step.enter)] if step.enter is not None else []
    return sorted({position[name] for name in from_facts if name in position})


def _last_needed(tier: Tier, position: Mapping[str, int]) -> list[int]:
    """Of the steps that the certification reads, those that no other of them comes after."""
    gate = tier.certification.gate if tier.certification is not None else None
    needed = {leaf.partition(".")[0] for leaf in _own_facts(gate)} if gate is not None else set()
    earlier = {name for step in tier.steps if step.id in needed for name in step.after}
    earlier |= {tier.steps[at].id for step in tier.steps if step.id in needed for at in _read_by(step, position)}
    return sorted(position[name] for name in needed - earlier if name in position)


def _own_facts(gate: Gate) -> Iterator[str]:
    match gate:
        case FactIs(of_="self"):
            yield gate.fact
        case AllOf(all=inner) | AnyOf(any=inner) | AtLeast(of=inner):
            for each in inner:
                yield from _own_facts(each)
        case _:
            return


def _node(name: str, step: Step, language: str) -> str:
    left, right = _SHAPES[step.kind]
    return f'{name}{left}"{_escaped(step.title.in_language(language))}"{right}'


def gate_words(gate: Gate, language: str = "en") -> str:
    """The rule in few words and signs."""
    words = _WORDS[language]
    match gate:
        case AllOf(all=inner):
            return f" {words['and']} ".join(_inner(each, language) for each in inner)
        case AnyOf(any=inner):
            return f" {words['or']} ".join(_inner(each, language) for each in inner)
        case AtLeast(at_least=wanted, of=inner):
            return f"{words['of']} {wanted}: " + "; ".join(_inner(each, language) for each in inner)
        case DateIs(on_or_after=first, before=end):
            bounds = [f"{words['date']} ≥ {first}" if first else "", f"{words['date']} < {end}" if end else ""]
            return f" {words['and']} ".join(bound for bound in bounds if bound)
        case Among(among=group, where=where, at_least=count, share=share):
            return f"{words[group]} ≥ {f'{share} %' if count is None else count}: {_fact(where, language)}"
        case FactIs():
            return _fact(gate, language)


def _inner(gate: Gate, language: str) -> str:
    text = gate_words(gate, language)
    return f"({text})" if isinstance(gate, AllOf | AnyOf | AtLeast) else text


def _fact(leaf: FactIs, language: str) -> str:
    words = _WORDS[language]
    name = leaf.fact if leaf.of_ == "self" else f"{words[leaf.of_]}: {leaf.fact}"
    parts = []
    if isinstance(leaf.is_, bool):
        parts.append(name if leaf.is_ else f"{name} = {words['false']}")
    elif leaf.is_ is not None:
        parts.append(f"{name} = {leaf.is_}")
    if leaf.at_least is not None:
        parts.append(f"{name} ≥ {leaf.at_least}")
    if leaf.at_most is not None:
        parts.append(f"{name} ≤ {leaf.at_most}")
    return f" {words['and']} ".join(parts)


def _escaped(text: str) -> str:
    """Mermaid reads HTML and its own signs in labels: what people wrote must stay words."""
    one_line = " ".join(text.split())
    signs = {"&": "#amp;", "#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "`": "#96;", "|": "#124;"}
    return "".join(signs.get(letter, letter) for letter in one_line)
