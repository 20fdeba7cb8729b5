"""What tests ask of a registry."""

from people.errors import PersonProblem
from people.registry import Registry


def is_erased(registry: Registry, person: str) -> bool:
    try:
        registry.show(person)
    except PersonProblem as problem:
        return problem.code == "person-erased"
    return False
