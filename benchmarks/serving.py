"""How many requests a second the service of examples/serving.py answers.

`python benchmarks/serving.py` serves a pipeline from its own file and from its ONNX
file, with and without batches, asks for a patient a request over 1, 16 and 64
connections, and writes results/serving.md and serving.json. The client runs on the same
cores.
"""

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import environment
import numpy as np

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "serving.py"
FILES = {"skkeras": "pima.skkeras", "ONNX Runtime": "pima.onnx"}
CONNECTIONS = (1, 16, 64)
MOST_ROWS = {"batches": 1_000, "one by one": 1}
SECONDS = 4.0
PATIENT = {
    "pregnancies": 6,
    "glucose": 148,
    "blood_pressure": 72,
    "skin_thickness": 35,
    "insulin": None,
    "bmi": 33.6,
    "diabetes_pedigree": 0.627,
    "age": 50,
}


@contextmanager
def served(path, most_rows):
    """Serve a file in a process, and give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, EXAMPLE, "serve", path]
    options = ["--port", str(port), "--most-rows", str(most_rows)]
    server = subprocess.Popen([*command, *options])
    try:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


async def ask(reader, writer, path, body=b""):
    """Send a request over a connection, and return what is answered."""
    verb = "POST" if body else "GET"
    head = f"{verb} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode())
    lengths = [x for x in answer.lower().split(b"\r\n") if x.startswith(b"content-len")]
    return await reader.readexactly(int(lengths[0].split(b":")[1]))


async def load(port, n_connections):
    """Return milliseconds of each request in a few seconds, and how many batches."""
    body = json.dumps({"patients": [PATIENT]}).encode()
    pairs = [
        await asyncio.open_connection("127.0.0.1", port) for _ in range(n_connections)
    ]
    for pair in pairs:
        await ask(*pair, "/predict", body)
    before = json.loads(await ask(*pairs[0], "/health"))["batches"]
    times, end = [], time.perf_counter() + SECONDS

    async def go_on(pair):
        while (start := time.perf_counter()) < end:
            await ask(*pair, "/predict", body)
            times.append(1e3 * (time.perf_counter() - start))

    await asyncio.gather(*map(go_on, pairs))
    after = json.loads(await ask(*pairs[0], "/health"))["batches"]
    for _, writer in pairs:
        writer.close()
    return times, after - before


def measure(folder):
    """Return figures by file, by way and by number of connections."""
    figures = []
    for name, file in FILES.items():
        for way, most_rows in MOST_ROWS.items():
            with served(Path(folder) / file, most_rows) as port:
                for n_connections in CONNECTIONS:
                    times, n_batches = asyncio.run(load(port, n_connections))
                    figures.append(
                        {
                            "from": name,
                            "way": way,
                            "connections": n_connections,
                            "requests a second": len(times) / SECONDS,
                            "p50": statistics.median(times),
                            "p99": float(np.quantile(times, 0.99)),
                            "requests a batch": len(times) / n_batches,
                        }
                    )
    return figures


def table(figures):
    lines = [
        "| from | predicted | connections | requests a second | p50, ms | p99, ms "
        "| requests a batch |",
        "|:--|:--|--:|--:|--:|--:|--:|",
    ]
    for row in figures:
        lines.append(
            f"| {row['from']} | {row['way']} | {row['connections']} "
            f"| {row['requests a second']:,.0f} | {row['p50']:.1f} | {row['p99']:.1f} "
            f"| {row['requests a batch']:.1f} |"
        )
    return lines


def main():
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, EXAMPLE, "train", folder], check=True)
        figures = measure(folder)
    load_line = (
        f"Other work ran beside it: the load was {before:.1f} before, "
        f"{os.getloadavg()[0]:.1f} at the end."
    )
    facts = {**environment.describe(), "load": load_line, "figures": figures}
    page = [
        "# How many requests a service answers",
        "",
        environment.sentence(),
        "",
        f"`examples/serving.py`, a patient a request, {SECONDS:.0f} s each; the client "
        f"runs on the same cores. {load_line}",
        "",
        *table(figures),
    ]
    results = HERE / "results"
    (results / "serving.json").write_text(json.dumps(facts, indent=1) + "\n")
    (results / "serving.md").write_text("\n".join(page) + "\n")


if __name__ == "__main__":
    main()
