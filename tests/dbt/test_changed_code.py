"""An edit to the project makes the days again that the edited code makes, and leaves the others alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from dbt.contracts.graph.nodes import ModelNode

from tests.dbt.marks import MARKED, kept, made_again, mark
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

    from tests.dbt.warehouse import Warehouse

STAGED, TYPED_SUMS = "staging.stg_transactionlines", "intermediate.int_typed_sums"
HOOKS = "dbt_project.yml"
ALL = frozenset(MARKED)
BY_LEDGER = ALL - {STAGED, TYPED_SUMS}
STAGING = ("stg_transactionlines", "stg_accounts")
LEDGER = (*STAGING, "stg_transactionlines+,path:models/intermediate", "general_ledger")
STAGED_BEFORE = "select 'list' from staging.stg_accounts where account_name = 'typed before'"


@dataclass(frozen=True, slots=True)
class Edit:
    """What is edited, which marked tables it makes again, and a query for rows of each kind that the old code made.

    What is edited is a macro or a model as dbt has parsed it: to parse the project for each takes longer than all else.
    """

    texts: dict[str, tuple[str, str]]
    again: frozenset[str]
    old: str
    selected: tuple[str, ...] = LEDGER


EDITS = {
    "typing": Edit(
        {
            "macros/engine/typed.sql": (
                "then try_cast(cast({{ value }} as double)",
                "then 1000 + try_cast(cast({{ value }} as double)",
            )
        },
        ALL,
        "select 'staging' from staging.stg_transactionlines where account_number < 2500 union all "
        "select 'list' from staging.stg_accounts where account_number < 2500 union all "
        "select 'mart' from marts.general_ledger where account_number < 2500",
    ),
    "money": Edit(
        {"macros/money.sql": ("greatest({{ amount }}, 0)", "greatest({{ amount }}, 0) + 1")},
        BY_LEDGER,
        "select 'sums' from intermediate.int_day_sums where debit < lines union all "
        "select 'dimensions' from intermediate.int_dimension_days where debit < lines",
    ),
    "currency": Edit(
        {"macros/currency.sql": ("{{ amount }} as decimal(19, 2)) * try", "2 * {{ amount }} as decimal(19, 2)) * try")},
        BY_LEDGER,
        "select 'lines' from intermediate.int_foreign_lines where at_1 = -1141.14",
    ),
    "VAT": Edit(
        {"macros/vat.sql": ("cast({{ net }} as", "cast({{ net }} + 1 as")},
        frozenset({"intermediate.int_vat_lines"}),
        "select 'readings' from intermediate.int_vat_readings where vat_if_net = -250",
    ),
    "a macro of a hook": Edit(
        {"macros/engine/landed.sql": ("as landed_rows,", "as landed_rows, {#- edited -#}")},
        frozenset({STAGED}),
        STAGED_BEFORE,
        STAGING,
    ),
    "a hook": Edit(
        {HOOKS: ("{{ choose_partitions() }}", "{#- edited -#}{{ choose_partitions() }}")},
        frozenset({STAGED}),
        STAGED_BEFORE,
        STAGING,
    ),
    "a model before the ledger": Edit(
        {"models/intermediate/int_typed_sums.sql": ("sum(lines.booked_amount)", "sum(lines.booked_amount) + 1")},
        ALL - {STAGED},
        "select 'sums' from intermediate.int_typed_sums where amount = 1250",
    ),
    "models beside each other": Edit(
        {
            "models/intermediate/int_dimension_days.sql": ("count(*) as lines", "count(*) + 1 as lines"),
            "models/intermediate/int_subledger_lines.sql": ("lines.due_date,", "lines.due_date + 1 as due_date,"),
            "models/intermediate/int_vat_amounts.sql": ("shared.unexplained as", "shared.unexplained + 1 as"),
        },
        frozenset({"intermediate.int_dimension_days", "intermediate.int_subledger_lines"}),
        "select 'dimensions' from intermediate.int_dimension_days where lines = 1 union all "
        "select 'subledger' from intermediate.int_subledger_lines where due_date = date '2024-01-24' union all "
        "select 'VAT' from intermediate.int_vat_amounts where tax_number = -1",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_edited_code_makes_every_day_again_that_it_made_and_no_other(copied: Warehouse, edit: Edit) -> None:
    copied.change("update staging.stg_accounts set account_name = 'typed before'")
    copied.change("update intermediate.int_vat_amounts set tax_number = -1")
    assert {kind for (kind,) in copied.rows(edit.old)} == set(re.findall("select '(.*?)'", edit.old))
    mark(copied)

    assert troubles(copied.dbt("run", "--select", *edit.selected, edit=partial(_edit, edit.texts))) == {}
    assert copied.rows(edit.old) == []
    assert {table for table in MARKED if not kept(copied, table)} == edit.again
    assert {table for table in MARKED if made_again(copied, table)} <= edit.again


@pytest.mark.slow
def test_a_changed_model_types_everything_again_and_its_table_follows(copied: Warehouse) -> None:
    renamed = {"models/staging/bank/stg_banktransactions.sql": ("['status'", "['state'")}
    assert troubles(copied.dbt("run", "--select", "stg_banktransactions", edit=partial(_edit, renamed))) == {}
    assert copied.rows("select count(*), count(state) from staging.stg_banktransactions") == [(2, 1)]
    assert "status" not in [name for name, *_ in copied.rows("describe staging.stg_banktransactions")]


@pytest.mark.slow
def test_another_duckdb_types_everything_again(copied: Warehouse) -> None:
    mark(copied)
    copied.change("create macro main.version() as 'v2.999.0'")
    assert troubles(copied.dbt("run", "--select", "stg_transactionlines")) == {}
    assert kept(copied, STAGED) == []


def test_dbt_knows_every_macro_that_a_model_or_a_macro_calls(manifest: dict[str, Any]) -> None:
    macros = {node["name"]: node for node in manifest["macros"].values() if node["package_name"] == "finago"}
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    call = re.compile(rf"(?<![.\w'])({'|'.join(macros)})\(")
    for node in [*models, *macros.values()]:
        text = node["raw_code"] if node in models else node["macro_sql"]
        called = {macros[name]["unique_id"] for name in call.findall(text)} - {node["unique_id"]}
        assert called <= set(node["depends_on"]["macros"]), node["name"]


def test_a_macro_that_an_engine_spells_depends_on_the_spelling(manifest: dict[str, Any]) -> None:
    """The digest of a table goes by what dbt knows of: else an edit to the engine's macro would make nothing again."""
    macros = [node for node in manifest["macros"].values() if node["package_name"] == "finago"]
    spelled = {(node["name"], name) for node in macros for name in re.findall(r"dispatch\('(\w+)'", node["macro_sql"])}
    assert len(spelled) > 20
    for macro, name in spelled:
        known = manifest["macros"][f"macro.finago.{macro}"]["depends_on"]["macros"]
        assert f"macro.finago.duckdb__{name}" in known, macro


def _edit(texts: dict[str, tuple[str, str]], manifest: Manifest) -> None:
    """Edit what dbt has parsed of each file: where the text stands first, or in the hook of every model."""
    nodes = manifest.nodes.values()
    for name, (old, new) in texts.items():
        macros = [one for one in manifest.macros.values() if one.original_file_path == name and old in one.macro_sql]
        models = [one for one in nodes if one.original_file_path == name and old in one.raw_code]
        configs = [one.config for one in nodes if name == HOOKS and isinstance(one, ModelNode)]
        hooks = [hook for config in configs for hook in config.pre_hook if old in hook.sql]
        assert macros or models or hooks, name
        for macro in macros[:1]:
            macro.macro_sql = macro.macro_sql.replace(old, new, 1)
        for model in models[:1]:
            model.raw_code = model.raw_code.replace(old, new, 1)
        for hook in hooks:
            hook.sql = hook.sql.replace(old, new, 1)
