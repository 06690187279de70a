"""A PostGIS server of one's own, in a temporary folder behind a socket, for as long as a contender works.

It gets what a user would give it on a machine like this one: memory to sort and to join in, two parallel workers, and
no waiting for the disk. Tables are loaded, indexed and analysed before the clock starts.
"""

import atexit
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

_HOMES = Path("/usr/lib/postgresql")
_MISSING = "not installed: apt-get install postgresql postgresql-postgis"
_ACCOUNT = "postgres"
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "2",
    "jit": "off",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
}


def postgis_missing() -> str | None:
    control = _control()
    return None if control is not None and control.exists() else _MISSING


def postgis_version() -> str:
    """The version that is installed: '3.3.2'."""
    control = _control()
    found = re.search(r"default_version = '([^']+)'", control.read_text(encoding="utf-8")) if control else None
    return found.group(1) if found else ""


def _control() -> Path | None:
    home = _home()
    return home and Path("/usr/share/postgresql") / home.parent.name / "extension" / "postgis.control"


def _home() -> Path | None:
    """The folder of the newest server's programs."""
    found = sorted(_HOMES.glob("*/bin/postgres"), key=lambda path: int(path.parent.parent.name))
    return found[-1].parent if found else None


class Database:
    """An empty data base with PostGIS in it; it goes when the process ends."""

    def __init__(self) -> None:
        home = _home()
        assert home is not None
        self._home = home
        self._folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
        # The server refuses to run for root.
        self._prefix = ["runuser", "-u", _ACCOUNT, "--"] if os.geteuid() == 0 else []
        if self._prefix:
            account = pwd.getpwnam(_ACCOUNT)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        data = self._folder / "data"
        self._run(home / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._server = subprocess.Popen(
            [*self._prefix, str(home / "postgres"), "-D", str(data), "-k", str(self._folder), *settings],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        atexit.register(self.close)
        for _ in range(100):
            if subprocess.run([home / "pg_isready", "-q", "-h", self._folder], check=False).returncode == 0:
                break
            time.sleep(0.1)
        self.run("CREATE EXTENSION postgis")

    def close(self) -> None:
        if self._server.poll() is None:
            self._run(self._home / "pg_ctl", "stop", "-D", self._folder / "data", "-m", "immediate", "-s")
            self._server.wait(30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, *command: str | Path) -> None:
        subprocess.run([*self._prefix, *map(str, command)], check=True, capture_output=True, cwd="/")

    def _psql(self, text: str, *options: str) -> str:
        done = subprocess.run(
            [str(self._home / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder), "-U", "bench",
             "-d", "postgres", *options],
            input=text, text=True, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"psql: {done.stderr.strip()[-400:]}")
        return done.stdout

    def run(self, sql: str) -> None:
        self._psql(sql)

    def rows(self, sql: str) -> list[list[str]]:
        """The rows of a query, as texts."""
        return [line.split("\t") for line in self._psql(sql, "-A", "-t", "-F", "\t").splitlines()]

    def load(self, table: str, columns: Mapping[str, tuple[str, Sequence[Any]]], polygons: Any) -> None:
        """A table with `number` from 0, columns by name with their type, and an index on `geom`."""
        types = "".join(f"{name} {kind}, " for name, (kind, _) in columns.items())
        names = ", ".join(["number", *columns, "geom"])
        values = zip(
            range(len(polygons)), *(list(value) for _, value in columns.values()), shapely.to_wkb(polygons, hex=True),
            strict=True,
        )  # fmt: skip
        lines = "\n".join("\t".join(map(str, row)) for row in values)
        self._psql(
            f"CREATE UNLOGGED TABLE {table} (number int PRIMARY KEY, {types}geom geometry(Polygon));\n"
            f"COPY {table} ({names}) FROM STDIN;\n{lines}\n\\.\n"
            f"CREATE INDEX ON {table} USING gist (geom);\nVACUUM ANALYZE {table};\n"
        )
