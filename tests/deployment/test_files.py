"""What the compose file and the units say fits together, and fits the code."""

from __future__ import annotations

import re

import pytest

from finago_assets.new_project import INSTANCE
from finago_assets.project import DEFINITIONS
from tests.deployment.files import (
    FOLDER,
    NAMES,
    PROJECT,
    ROOT,
    compose,
    instance_file,
    read_unit,
    unit_command,
    unit_variables,
    workspace,
)

# the same words; only who may reach it differs between one machine and containers
HOSTS = {"0.0.0.0", "127.0.0.1"}  # noqa: S104  what is compared


def _without_host(command: list[str]) -> list[str]:
    return ["HOST" if word in HOSTS else word for word in command]


@pytest.mark.parametrize("name", NAMES)
def test_a_service_of_the_compose_file_runs_what_the_unit_of_the_same_name_runs(name: str) -> None:
    assert _without_host(compose()["services"][name]["command"]) == _without_host(unit_command(name))


def test_the_code_server_serves_our_definitions_where_the_workspace_looks_for_them() -> None:
    command = unit_command("code")
    assert command[command.index("-m") + 1] == DEFINITIONS
    assert int(command[command.index("-p") + 1]) == workspace()["port"]
    assert workspace()["location_name"] == "finago_assets"
    assert command[command.index("-h") + 1] == unit_variables("code")[workspace()["host"]["env"]]
    services = compose()["services"]
    assert services["web"]["environment"][workspace()["host"]["env"]] in services


def test_the_instance_is_that_of_a_new_project_with_its_history_elsewhere() -> None:
    ours, new = instance_file(), instance_file(INSTANCE)
    assert ours.pop("storage") == {"postgres": {"postgres_url": {"env": "DAGSTER_POSTGRES_URL"}}}
    del new["storage"]
    assert ours == new


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_that_the_files_ask_for_is_given(name: str) -> None:
    service = compose()["services"][name]
    assert {"DAGSTER_HOME", "DAGSTER_POSTGRES_URL", workspace()["host"]["env"]} == set(service["environment"])
    assert service["env_file"] == ".env"
    unit = read_unit(name)["Service"]
    assert unit["EnvironmentFile"] == f"{PROJECT}/.env"
    assert unit_variables(name)["DAGSTER_HOME"] == unit["WorkingDirectory"] == PROJECT


def test_the_driver_is_named_wherever_an_address_stands() -> None:
    files = [*FOLDER.rglob("*.yaml"), ROOT / "docs" / "deployment.md"]
    found = [url for file in files for url in re.findall(r"\bpostgresql[+a-z0-9]*://", file.read_text("utf-8"))]
    assert set(found) == {"postgresql+psycopg2://"}


def test_neither_the_ui_nor_the_code_is_served_to_others_than_this_machine() -> None:
    for name in ("code", "web"):
        assert unit_command(name)[unit_command(name).index("-h") + 1] == "127.0.0.1"
    published = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert published == ["127.0.0.1:3000:3000"]


def test_what_the_image_copies_lies_beside_it_by_the_steps_of_the_document() -> None:
    said = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    copied = re.findall(r"(?m)^COPY (.+) \S+$", (FOLDER / "Dockerfile").read_text("utf-8"))
    made_by_init = {"pyproject.toml"}
    for name in {word for line in copied for word in line.split()} - made_by_init:
        assert name in said.replace("{", " ").replace(",", " ").replace("}", " "), name
