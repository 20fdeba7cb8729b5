"""Parameters: each is used, and its default is one of its choices."""

from collections.abc import Iterator

from programmes.checks.finding import Finding, Subject
from programmes.parameters import Filled


def check_parameters(subject: Subject, filled: Filled) -> Iterator[Finding]:
    used = set(filled.places.values())
    for name, parameter in subject.programme.parameters.items():
        if name not in used and not filled.is_resolved:
            yield Finding(("parameters", name), f"nothing uses the parameter '{name}'", warning=True)
        if parameter.choices and parameter.default not in parameter.choices:
            allowed = ", ".join(str(choice) for choice in parameter.choices)
            message = f"'{parameter.default}' is none of its choices: {allowed}"
            yield Finding(("parameters", name, "default"), message)
