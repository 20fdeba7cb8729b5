"""What can be set from outside, by environment variables, and what holds when it is not."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from runtime import setting_checks

#: Read by the launcher or the tests, not by these settings.
ELSEWHERE: Final = frozenset({"KASKAD_PYTHON", "KASKAD_ROOT", "KASKAD_DEBUG", "KASKAD_TEST_POSTGRES"})

Port = Annotated[int, Field(ge=1, le=65535)]


class WrongSetting(ValueError):
    """An environment variable has a value that can't be used."""


def setting(variable: str, description: str, default: Any = ..., **constraints: Any) -> Any:
    """A field that is read from an environment variable; `...` means that its default follows from the data folder."""
    return Field(
        default=default, validation_alias=variable, description=description, validate_default=True, **constraints
    )


class Settings(BaseModel):
    """Every setting of the product; Temporal's own and OpenTelemetry's keep their own names (see the reference)."""

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, hide_input_in_errors=True)

    home: Path = setting("KASKAD_HOME", "Folder that holds all data. By default `var` beside the launcher.")
    log: str = setting(
        "KASKAD_LOG",
        "Event log: a path or a database URL (SQLite, PostgreSQL). By default `log/events.db` in the data folder.",
    )
    registry: str = setting(
        "KASKAD_REGISTRY",
        "Registry of persons: a path or a database URL. By default `people/registry.db` in the data folder.",
    )
    keys: str = setting(
        "KASKAD_KEYS",
        "Keys of the registry: a path or a database URL, apart from the registry. "
        "By default `keys/keys.db` in the data folder.",
    )
    master_key: SecretStr | None = setting(
        "KASKAD_MASTER_KEY",
        "Secret under which the persons' keys are wrapped. Unset: they lie unwrapped in their own store.",
        None,
    )
    evidence: str = setting(
        "KASKAD_EVIDENCE",
        "Store of submitted files: a folder or any fsspec URL, such as s3://bucket/evidence. "
        "By default `evidence` in the data folder.",
    )
    mailbox: Path = setting(
        "KASKAD_MAILBOX",
        "Folder into which the embedded stack delivers notices. By default `mailbox` in the data folder.",
    )

    acting_as: str | None = setting("KASKAD_AS", "Person in whose name commands act, as `--as` does.", None)
    language: Literal["kk", "ru", "en"] = setting("KASKAD_LANG", "Language of texts for people: kk, ru or en.", "en")

    task_queue: str = setting(
        "KASKAD_TASK_QUEUE",
        "Temporal task queue that workers serve and commands use.",
        "kaskad",
        min_length=1,
        max_length=200,
    )
    connect_timeout: float = setting(
        "KASKAD_CONNECT_TIMEOUT", "Seconds after which a command gives up on Temporal.", 5.0, gt=0, le=300
    )
    temporal_port: Port | None = setting(
        "KASKAD_TEMPORAL_PORT",
        "Port of the embedded Temporal server. Unset: 7233, or a free one if that is taken.",
        None,
    )
    temporal_ui_port: Port | None = setting(
        "KASKAD_TEMPORAL_UI_PORT", "Port of Temporal's web page. Unset: 8233, or a free one if that is taken.", None
    )
    temporal_ui: bool = setting("KASKAD_TEMPORAL_UI", "Whether the embedded server has its web page (1 or 0).", True)

    workflow_cache: int = setting(
        "KASKAD_WORKFLOW_CACHE",
        "Workflows that a worker keeps in memory; more is faster and takes more memory.",
        600,
        ge=0,
        le=100_000,
    )
    concurrent_workflow_tasks: int = setting(
        "KASKAD_CONCURRENT_WORKFLOW_TASKS", "Workflow tasks that a worker runs at once.", 100, ge=2, le=1000
    )
    concurrent_activities: int = setting(
        "KASKAD_CONCURRENT_ACTIVITIES", "Activities that a worker runs at once, local ones included.", 64, ge=1, le=1000
    )
    sandbox: bool = setting(
        "KASKAD_SANDBOX",
        "Whether workflows run in the SDK's sandbox (1 or 0): safer while developing them, a third slower.",
        False,
    )
    build_id: str | None = setting(
        "KASKAD_BUILD_ID",
        "Build id of the worker. Set: Temporal's worker versioning is used and workflows are pinned.",
        None,
    )
    deployment: str = setting("KASKAD_DEPLOYMENT", "Name of the worker deployment, used with a build id.", "kaskad")
    reconcile_every: float = setting(
        "KASKAD_RECONCILE_EVERY",
        "Seconds between two looks of a worker at what Temporal owes the log.",
        60.0,
        ge=1,
        le=3600,
    )
    stop_within: float = setting(
        "KASKAD_STOP_WITHIN",
        "Seconds that a worker gives running activities when it is told to stop.",
        4.0,
        ge=0,
        le=300,
    )

    log_format: Literal["json", "people"] | None = setting(
        "KASKAD_LOG_FORMAT", "How log lines look: json or people. Unset: people on a terminal, json elsewhere.", None
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "KASKAD_LOG_LEVEL", "The least level that is logged: debug, info, warning or error.", "info"
    )
    metrics_address: str | None = setting(
        "KASKAD_METRICS_ADDRESS",
        "Address such as 127.0.0.1:9464 on which a worker shows Temporal's core metrics to Prometheus.",
        None,
    )

    @model_validator(mode="before")
    @classmethod
    def _follow_the_folder(cls, given: dict[str, Any]) -> dict[str, Any]:
        names = _names()
        values = {names.get(key, key): value for key, value in given.items() if value != ""}
        home = Path(values.get("KASKAD_HOME") or _root() / "var").expanduser().absolute()
        return {
            "KASKAD_LOG": str(home / "log" / "events.db"),
            "KASKAD_REGISTRY": str(home / "people" / "registry.db"),
            "KASKAD_KEYS": str(home / "keys" / "keys.db"),
            "KASKAD_EVIDENCE": str(home / "evidence"),
            "KASKAD_MAILBOX": home / "mailbox",
            **values,
            "KASKAD_HOME": home,
        }

    @field_validator("home")
    @classmethod
    def _check_home(cls, folder: Path) -> Path:
        return setting_checks.check_folder(folder)

    @field_validator("log", "registry", "keys")
    @classmethod
    def _check_database(cls, place: str) -> str:
        """A path means the same wherever a command is called from; a URL is left as it is."""
        return setting_checks.check_database(place)

    @field_validator("evidence")
    @classmethod
    def _check_store(cls, place: str) -> str:
        return setting_checks.check_store(place)

    @field_validator("mailbox")
    @classmethod
    def _check_mailbox(cls, folder: Path) -> Path:
        return setting_checks.check_folder(folder.expanduser().absolute())

    @field_validator("master_key")
    @classmethod
    def _check_key(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            setting_checks.check_key(secret.get_secret_value())
        return secret

    @field_validator("task_queue", "deployment")
    @classmethod
    def _check_name(cls, name: str) -> str:
        return setting_checks.check_name(name)

    @field_validator("metrics_address")
    @classmethod
    def _check_address(cls, address: str | None) -> str | None:
        return None if address is None else setting_checks.check_address(address)

    @model_validator(mode="after")
    def _check_that_stores_differ(self) -> Self:
        shares_a_file = "://" not in self.log and self.log in (self.registry, self.keys)
        if shares_a_file or self.registry == self.keys:
            raise ValueError("KASKAD_LOG, KASKAD_REGISTRY and KASKAD_KEYS have to name three different places.")
        return self

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads the settings; raises WrongSetting with every problem at once."""
        ours = {name: value for name, value in environment.items() if name.startswith("KASKAD_")}
        problems = _misspelt(ours)
        try:
            read = cls.model_validate({name: value for name, value in ours.items() if name in VARIABLES})
        except ValidationError as error:
            problems += _sentences(error, ours)
        if problems:
            raise WrongSetting("Wrong settings in the environment:\n  " + "\n  ".join(problems))
        return read


def _sentences(error: ValidationError, ours: Mapping[str, str]) -> list[str]:
    """One for each variable; of a wrong folder not one for every place that follows from it."""
    found = {".".join(map(str, one["loc"])): one["msg"].removeprefix("Value error, ") for one in error.errors()}
    if "KASKAD_HOME" in found:
        found = {name: said for name, said in found.items() if name in ours or name == "KASKAD_HOME"}
    return [f"{name}: {said}" if name else said for name, said in found.items()]


def _root() -> Path:
    return Path(os.environ.get("KASKAD_ROOT") or Path(__file__).parents[1])


def _names() -> dict[str, str]:
    return {name: str(field.validation_alias) for name, field in Settings.model_fields.items()}


def _misspelt(ours: Mapping[str, str]) -> list[str]:
    """A misspelt variable would be ignored in silence, and its owner would believe that it holds."""
    problems = []
    for name in sorted(ours.keys() - VARIABLES.keys() - ELSEWHERE):
        near = get_close_matches(name, VARIABLES, n=1, cutoff=0.85)
        if near:
            problems.append(f"{name}: there is no such setting; did you mean {near[0]}?")
    return problems


#: variable -> field
VARIABLES: Final[dict[str, str]] = {variable: name for name, variable in _names().items()}


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings.from_environment()
