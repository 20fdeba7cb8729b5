"""Every reason for which something is refused, under the name of its module and its own."""

import pkgutil
from importlib import import_module
from types import ModuleType

from domain.refusal import Reason


def reasons_in(*packages: ModuleType) -> dict[str, Reason]:
    found: dict[str, Reason] = {}
    for package in packages:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in vars(import_module(module.name)).items():
                if isinstance(value, Reason):
                    found[f"{module.name}:{name}"] = value
    return found
