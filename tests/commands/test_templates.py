"""`finago-assets templates`, as a person and as a script meet it."""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import typer
from typer.testing import CliRunner, Result

from finago_assets.apis.finago import FINAGO
from finago_assets.commands.templates import templates
from finago_assets.core.catalogue.describe import command
from finago_assets.core.catalogue.example import as_sent
from finago_assets.core.catalogue.operation import Method
from finago_assets.core.request.request import from_template
from finago_assets.sandbox.server import running
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from finago_assets.core.catalogue.operation import Operation

app = typer.Typer()
app.command()(templates)


def told(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environ)


def test_all_templates_are_listed_by_group() -> None:
    result = told()
    assert result.exit_code == 0
    assert all(name in result.stdout for name in FINAGO.operations)
    assert [result.stdout.index(f" {group} ") for group in ("ledger", "crm", "bank")] == sorted(
        result.stdout.index(f" {group} ") for group in ("ledger", "crm", "bank")
    )


def test_words_narrow_the_list() -> None:
    result = told("sales", "delete")
    assert "3 of 78 templates" in result.stdout
    assert "salesorder_lines.delete" in result.stdout
    assert "customers.delete" not in result.stdout


def test_a_search_that_finds_nothing_says_so_and_fails() -> None:
    result = told("accounts", "nowhere")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "fewer words" in result.stderr


def test_a_search_for_a_misspelt_word_names_what_may_be_meant() -> None:
    assert "Did you mean customers." in told("custmers").stderr


def test_one_template_is_shown_with_everything_a_request_needs() -> None:
    result = told("--show", "transactionlines.list")
    assert result.exit_code == 0
    for said in (
        "GET /transactionlines",
        "api.accounting.transaction:read",
        "by page number, 1000 records a page",
        "dateFrom",
        "The day after the last one",
        "sent as true unless told otherwise",
    ):
        assert said in result.stdout
    assert result.stdout.rstrip().endswith(command(FINAGO.operations["transactionlines.list"]))


def test_a_whole_name_among_the_words_shows_it_too() -> None:
    assert told("accounts.get").stdout == told("--show", "accounts.get").stdout


def test_a_write_says_that_it_needs_the_switch() -> None:
    result = told("--show", "transactions.create")
    assert "nothing is sent without --allow-writes" in result.stdout
    assert '"amount": 18750.40' in result.stdout
    assert "lines[].tax.number" in result.stdout
    assert "--body - --allow-writes" in result.stdout


def test_a_file_is_shown_by_its_media_types() -> None:
    assert "A file, as application/pdf, image/png" in told("--show", "salesorder_attachments.create").stdout


def test_no_name_is_cut_in_a_narrow_window() -> None:
    listed = told(COLUMNS="70", FORCE_COLOR="1").stdout
    assert [name for name in FINAGO.operations if name not in listed] == []
    shown = told("--show", "transactions.create", COLUMNS="70", FORCE_COLOR="1").stdout
    assert "lines[].invoice.remittanceReference" in shown


def test_a_command_line_from_a_narrow_window_can_still_be_pasted() -> None:
    result = told("--show", "customer_bankaccounts.update", COLUMNS="60", FORCE_COLOR="1")
    assert command(FINAGO.operations["customer_bankaccounts.update"]) in result.stdout.splitlines()


def test_an_unknown_name_is_refused_with_names_like_it() -> None:
    for option in ("--show", "--example"):
        result = told(option, "acounts.list")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "accounts.list" in result.stderr
    assert "lists them all" in told("--show", "zzzzzzzz").stderr


def test_scripts_are_told_in_json() -> None:
    listed = json.loads(told("--json", "crm").stdout)
    assert {one["name"] for one in listed} >= {"customers.list", "customers.create"}
    shown = json.loads(told("--json", "--show", "salesorder_lines.create").stdout, parse_float=Decimal)
    assert shown["body"]["example"]["price"].as_tuple() == Decimal("189.90").as_tuple()
    assert shown["variables"][0]["name"] == "id"
    nothing = told("--json", "nowhere")
    assert (nothing.exit_code, json.loads(nothing.stdout)) == (1, [])


def test_an_example_is_printed_as_it_would_be_sent() -> None:
    result = told("--example", "products.create")
    body = FINAGO.operations["products.create"].body
    assert body is not None
    assert json.loads(result.stdout, parse_float=str) == json.loads(as_sent(body), parse_float=str)


def test_there_is_no_example_of_a_body_where_there_is_no_body_in_json() -> None:
    for name, reason in (("accounts.list", "sends no body"), ("salesorder_attachments.create", "sends a file")):
        result = told("--example", name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert reason in result.stderr


def test_every_template_with_its_examples_works_on_a_fresh_sandbox() -> None:
    with running() as sandbox:
        office = Caller(sandbox)
        refused = {one.name for one in _in_order() if _sent(office, one) >= 300}
    assert refused == {one.name for one in FINAGO.operations.values() if one.group == "me"}


def _in_order() -> list[Operation]:
    """What writes comes before what reads it, and what is taken away goes last, the inner before the outer."""
    ranks = {Method.GET: 1, Method.DELETE: 2}
    return sorted(FINAGO.operations.values(), key=lambda one: (ranks.get(one.method, 0), -one.path.count("/")))


def _sent(office: Caller, operation: Operation) -> int:
    request = from_template(FINAGO, operation.name, **_examples(operation))
    if not operation.method.writes:
        return office.get(request.path, **request.query).status
    return office.write(operation.method, request.path, request.body, request.media_type or "").status


def _examples(operation: Operation) -> dict[str, Any]:
    return {
        "variables": {one.name: one.example for one in operation.variables},
        "query": {one.name: one.example for one in operation.query if one.required},
        "body": as_sent(operation.body) if operation.body is not None else None,
    }


@pytest.mark.parametrize("operation", FINAGO.operations.values(), ids=lambda one: one.name)
def test_a_command_line_and_every_example_is_a_request_that_is_not_refused(operation: Operation) -> None:
    words = shlex.split(command(operation).rpartition(" | ")[2])
    given = [(words[place], *word.split("=", 1)) for place, word in enumerate(words[1:]) if "=" in word]
    variables = {name: value for option, name, value in given if option == "--var"}
    least = {name: value for option, name, value in given if option == "--query"}
    body = as_sent(operation.body) if operation.body is not None else None
    for query in (least, {one.name: one.example for one in operation.query}):
        request = from_template(FINAGO, operation.name, variables=variables, query=query, body=body)
        assert request.query == {**dict(operation.params), **query}
