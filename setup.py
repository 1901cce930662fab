"""What pyproject.toml cannot say: the dbt project and the questions lie at the top of the repo, and in the wheel."""

from setuptools import find_packages, setup

DBT, DOCS = "finago_assets.dbt_project", "finago_assets.docs"
# what dbt reads; not what it writes there
READ = ("*.yml", "macros/**/*", "models/**/*", "seeds/**/*", "tests/**/*")

setup(
    packages=[*find_packages(include=["finago_assets*"]), DBT, DOCS],
    package_dir={DBT: "dbt_project", DOCS: "docs"},
    package_data={
        "": ["py.typed", "*.csv", "*.json", "*.wsdl"],
        "finago_assets.new_project": ["files/**/*", "files/**/.*"],
        "finago_assets.report": ["binder.html", "binder.css"],
        DBT: READ,
        # the queries that the demo answers from
        DOCS: ("questions.md",),
    },
)
