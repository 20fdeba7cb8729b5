"""The reference of every setting, deploy/settings.md, written from the settings themselves."""

from typing import Final

from pydantic.fields import FieldInfo

from runtime.settings import VARIABLES, Settings

_HEAD: Final = """\
# Settings

Every setting is an environment variable. An empty value means that it is not set. A wrong value, or a misspelt name
that is close to one of these, is refused at the start with a sentence and exit code 2.

This page is written from the code (`python -m runtime.reference`), and a test compares them.

| variable | default | meaning |
| --- | --- | --- |
"""

_TAIL: Final = """
## For the start and for finding faults

| variable | meaning |
| --- | --- |
| `KASKAD_PYTHON` | Python to make the environment with. Unset: the first one on the path that is 3.11 or newer. |
| `KASKAD_DEBUG` | `1` shows the traceback of an error. |

The launcher makes the environment with uv where it is there, else with the uv that pip brings, else with pip; each
keeps to its own settings for indexes, proxies and certificates.

## Temporal

Temporal's own names are used, also from its profiles (`TEMPORAL_CONFIG_FILE`, `TEMPORAL_PROFILE`). Where an address is
named, `kaskad up` starts no server.

| variable | meaning |
| --- | --- |
| `TEMPORAL_ADDRESS` | `host:port` of the server. |
| `TEMPORAL_NAMESPACE` | Namespace; `default` where it is not set. |
| `TEMPORAL_API_KEY` | API key; turns TLS on. |
| `TEMPORAL_TLS` | `true` turns TLS on. |
| `TEMPORAL_TLS_CLIENT_CERT_PATH`, `TEMPORAL_TLS_CLIENT_KEY_PATH` | Client certificate and key. |
| `TEMPORAL_TLS_SERVER_CA_CERT_PATH`, `TEMPORAL_TLS_SERVER_NAME` | Authority and name of the server. |

On a server of one's own, a worker registers the search attributes `KaskadRollout` and `KaskadSchool`, both of the type
Keyword, at its start. Where it may not, its log says so with the command below, and everything works without them: one
only does not find workflows by them on Temporal's page.

    temporal operator search-attribute create --name KaskadRollout --type Keyword --name KaskadSchool --type Keyword

## OpenTelemetry

Nothing is exported, and nothing of it is imported, until a receiver is named.

| variable | meaning |
| --- | --- |
| `OTEL_EXPORTER_OTLP_ENDPOINT` | Receiver of traces and metrics by OTLP over HTTP, such as `http://127.0.0.1:4318`. |
| `OTEL_EXPORTER_OTLP_HEADERS` | Headers for it, `name=value` with commas between. |
| `OTEL_SERVICE_NAME` | Name under which traces and metrics appear; `kaskad` where it is not set. |
| `OTEL_SDK_DISABLED` | `true` switches it off. |
"""


def settings_reference() -> str:
    """The whole page, as Markdown."""
    rows = (_row(variable, Settings.model_fields[name]) for variable, name in VARIABLES.items())
    return _HEAD + "".join(rows) + _TAIL


def _row(variable: str, field: FieldInfo) -> str:
    description = (field.description or "").replace("|", "\\|")
    return f"| `{variable}` | {_default(field)} | {description} |\n"


def _default(field: FieldInfo) -> str:
    """Nothing where the description tells what follows from the folder, or what being unset means."""
    if field.is_required() or field.default is None:
        return ""
    if isinstance(field.default, bool):
        return "`1`" if field.default else "`0`"
    return f"`{field.default:g}`" if isinstance(field.default, float) else f"`{field.default}`"


if __name__ == "__main__":
    print(settings_reference(), end="")
