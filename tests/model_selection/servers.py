"""Storages of every kind, with servers of databases that tests start themselves."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture(params=["sqlite", "journal", "postgresql", "mysql"])
def storage(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/study.db"
    if request.param == "journal":
        return str(tmp_path / "study.log")
    return request.getfixturevalue(request.param)


def find_postgresql():
    """Folder of the server's programs; skips where there is none."""
    pytest.importorskip("psycopg", reason="psycopg, PostgreSQL's driver, is missing")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("no PostgreSQL server: Debian's package postgresql has one")
    return folders[-1]


def server_home(tmp_path_factory, user):
    """Make a folder for a server's data; servers refuse to run as root."""
    home = tmp_path_factory.mktemp(user)
    if os.geteuid() == 0:
        shutil.chown(home, user)
        for folder in home.parents[:3]:  # one more where tests run in processes
            if folder.name.startswith(("pytest-", "popen-")):
                folder.chmod(0o755)
    return home


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def postgresql_server(tmp_path_factory):
    programs = find_postgresql()
    home = server_home(tmp_path_factory, "postgres")
    as_user = {"user": "postgres"} if os.geteuid() == 0 else {}
    port = free_port()
    (home / "password").write_text("s3cret")

    def run(*command):
        subprocess.run(command, check=True, capture_output=True, cwd=home, **as_user)

    (home / "password").chmod(0o644)
    run(
        programs / "initdb",
        *("-D", home / "data", "-U", "ann", "--auth=scram-sha-256"),
        f"--pwfile={home}/password",
    )
    settings = f"-p {port} -k {home} -c fsync=off"
    run(
        programs / "pg_ctl",
        *("-D", home / "data", "-w", "-l", home / "log", "-o", settings, "start"),
    )
    yield port
    run(programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")


@pytest.fixture
def postgresql(postgresql_server):
    port, name = postgresql_server, f"db{time.time_ns()}"
    import psycopg

    with psycopg.connect(
        host="127.0.0.1", port=port, user="ann", password="s3cret", dbname="postgres"
    ) as connection:
        connection.autocommit = True
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql+psycopg://ann:s3cret@127.0.0.1:{port}/{name}"


def find_mysql():
    """Programs of MariaDB, which speaks MySQL's protocol; skips where it is missing."""
    pytest.importorskip("pymysql", reason="PyMySQL, a driver of MySQL, is missing")
    programs = shutil.which("mariadb-install-db"), shutil.which("mariadbd", path=SBIN)
    if None in programs:
        pytest.skip("no MySQL server: Debian's package mariadb-server has one")
    return programs


@pytest.fixture(scope="module")
def mysql_server(tmp_path_factory):
    install, server = find_mysql()
    home = server_home(tmp_path_factory, "mysql")
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    common = ["--no-defaults", f"--datadir={home}/data", *user]
    subprocess.run(
        [install, *common, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    port = free_port()
    running = subprocess.Popen(
        [
            *(server, *common, f"--port={port}", f"--socket={home}/socket"),
            *("--bind-address=127.0.0.1", f"--pid-file={home}/pid"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port, home / "socket"
    running.terminate()
    running.wait()


@pytest.fixture
def mysql(mysql_server):
    port, address = mysql_server
    import pymysql

    def answers():
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(address)) == 0

    wait_for(answers)
    name = f"db{time.time_ns()}"
    connection = pymysql.connect(user="root", unix_socket=str(address))
    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(
            f"GRANT ALL ON {name}.* TO 'ann'@'127.0.0.1' IDENTIFIED BY 's3cret'"
        )
    return f"mysql+pymysql://ann:s3cret@127.0.0.1:{port}/{name}"
