"""What is typed in a component's YAML is what is sent, whatever YAML would make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from finago_assets.orchestration.components.endpoint import own_rows
from finago_assets.orchestration.components.own import load_own
from finago_assets.orchestration.components.request import FinagoRequest
from tests.orchestration.components.projects import DAGSTERS_OWN_WARNING, ENDPOINT, REQUEST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.orchestration.components.projects import MakeProject

pytestmark = DAGSTERS_OWN_WARNING

TYPED = {
    "012345670": "012345670",
    "0017": "0017",
    "0017.50": "0017.50",
    "NO": "NO",
    "yes": "yes",
    "on": "on",
    "1_000": "1_000",
    "1e3": "1e3",
    "1.0e+3": "1.0e+3",
    "0x1F": "0x1F",
    "12:30": "12:30",
    "2024-01-01": "2024-01-01",
    "123456789012345678901234567890": "123456789012345678901234567890",
    "+47": "+47",
    "+47 22 33 44 55": "+47 22 33 44 55",
    "1.10": "1.10",
    "true": "true",
    "True": "true",
    "'0042'": "0042",
    '"NO"': "NO",
    ".5": ".5",
}


def written(project: MakeProject, text: str) -> Path:
    """A project whose one component is the text."""
    checkout = project({})
    (file,) = checkout.rglob("defs.yaml")
    file.write_text(text)
    return checkout


@pytest.mark.parametrize("typed", TYPED)
def test_parameters_are_sent_in_the_letters_that_were_typed(project: MakeProject, typed: str) -> None:
    checkout = written(
        project,
        f"# a comment\ntype: {REQUEST}\nattributes:\n  name: one\n  path: /things/{{id}}\n"
        f"  variables: {{id: {typed}}}\n  query:\n    other: 1\n    number:   {typed}  # as it is\n",
    )
    (one,) = dg.ComponentTree.for_project(checkout).get_all_components(of_type=FinagoRequest)
    assert one.config(None).request.query == {"other": "1", "number": TYPED[typed]}
    assert one.config(None).request.variables == {"id": TYPED[typed]}


def test_an_endpoints_parameters_too_and_in_the_second_document_of_a_file(project: MakeProject) -> None:
    base = f"type: {ENDPOINT}\nattributes: {{name: NAME, like: customers, params: {{organizationNumber: VALUE}}}}\n"
    first = base.replace("NAME", "first").replace("VALUE", "0017")
    second = base.replace("NAME", "second").replace("VALUE", "012345670")
    rows = own_rows(dg.ComponentTree.for_project(written(project, f"{first}---\n{second}")))
    assert dict(rows["first"].params)["organizationNumber"] == "0017"
    assert dict(rows["second"].params)["organizationNumber"] == "012345670"


@pytest.mark.parametrize("size", ["0100", "100", "&size 0100"])
def test_a_count_is_the_number_that_was_typed(project: MakeProject, size: str) -> None:
    text = (
        f"type: {ENDPOINT}\nattributes:\n  name: one\n  path: /things\n  kind: reference\n  key: [id]\n"
        f"  title: Things\n  scopes: []\n  personal: []\n  paging: page\n  page_size: {size}\n"
    )
    assert own_rows(dg.ComponentTree.for_project(written(project, text)))["one"].page_size == 100


def test_the_days_of_a_request_too(project: MakeProject) -> None:
    text = (
        f"type: {REQUEST}\nattributes:\n  name: one\n  path: /things\n  partitioned: true\n  days: 010\n"
        "  query: {dateFrom: '{date}'}\n"
    )
    (one,) = dg.ComponentTree.for_project(written(project, text)).get_all_components(of_type=FinagoRequest)
    assert one.days == 10


def test_a_value_behind_an_anchor_is_followed(project: MakeProject) -> None:
    checkout = written(
        project,
        f"type: {REQUEST}\nattributes:\n  name: one\n  path: /things/{{id}}\n"
        "  variables: {id: &customer 0017}\n  query: {customerId: *customer}\n",
    )
    (one,) = dg.ComponentTree.for_project(checkout).get_all_components(of_type=FinagoRequest)
    assert one.config(None).request.query == {"customerId": "0017"}


@pytest.mark.parametrize("nothing", ["~", "null", ""])
def test_a_parameter_without_a_value_is_refused(project: MakeProject, nothing: str) -> None:
    checkout = written(
        project, f"type: {REQUEST}\nattributes:\n  name: one\n  path: /things\n  query:\n    number: {nothing}\n"
    )
    with pytest.raises(Exception, match="Error while") as refused:
        load_own(checkout)
    assert "number" in str(refused.value.__cause__)


def test_a_yes_where_true_or_false_is_wanted_is_refused_before_it_is_sent(project: MakeProject) -> None:
    checkout = written(
        project,
        f"type: {REQUEST}\nattributes:\n  name: one\n  template: customers.list\n  query: {{isCompany: yes}}\n",
    )
    with pytest.raises(Exception, match="Error while") as refused:
        load_own(checkout)
    assert "isCompany" in str(refused.value.__cause__)
