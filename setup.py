"""What pyproject.toml cannot say: the dbt project at the top of the repo is a folder of the package in the wheel."""

from setuptools import find_packages, setup

DBT = "finago_assets.dbt_project"
# what dbt reads; not what it writes there
READ = ("*.yml", "macros/**/*", "models/**/*", "seeds/**/*", "tests/**/*")

setup(
    packages=[*find_packages(include=["finago_assets*"]), DBT],
    package_dir={DBT: "dbt_project"},
    package_data={
        "": ["py.typed", "*.csv", "*.json", "*.wsdl"],
        "finago_assets.new_project": ["files/**/*", "files/**/.*"],
        "finago_assets.report": ["binder.html", "binder.css"],
        DBT: READ,
    },
)
