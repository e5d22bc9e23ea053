"""The service of the examples, asked by real requests on loopback."""

import asyncio
import importlib.util
import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skkeras.datasets import load_pima

httpx = pytest.importorskip("httpx")
uvicorn = pytest.importorskip("uvicorn")
for package in ("fastapi", "skops", "onnxruntime", "skl2onnx"):
    pytest.importorskip(package)

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

(NAME,) = ("serving",)
EXAMPLE = Path(__file__).parents[1] / "examples" / f"{NAME}.py"
X, _ = load_pima(return_X_y=True, zeros_as_missing=True)
COLUMNS = load_pima().feature_names


def as_json(rows):
    """Return rows as a request has them."""
    return {
        "patients": [
            {
                name: None if np.isnan(value) else float(value)
                for name, value in zip(COLUMNS, row, strict=True)
            }
            for row in rows
        ]
    }


@pytest.fixture(scope="module")
def serving():
    spec = importlib.util.spec_from_file_location("serving_example", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def trained(serving, tmp_path_factory):
    """Return the pipeline, and the folder of its files."""
    folder = tmp_path_factory.mktemp("models")
    return serving.train(folder), folder


@pytest.fixture(scope="module", params=["pima.skkeras", "pima.onnx"])
def served(request, trained, tmp_path_factory):
    """Return the pipeline, and a client of a process that serves its file."""
    pipeline, folder = trained
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    somewhere = tmp_path_factory.mktemp("somewhere")
    command = [sys.executable, EXAMPLE, "serve", folder / request.param]
    server = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=somewhere,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_for(client, server)
            yield pipeline, client
        assert server.poll() is None
    finally:
        server.terminate()
        _, errors = server.communicate(timeout=60)
    assert "Traceback" not in errors
    assert list(somewhere.iterdir()) == []


def wait_for(client, server, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.ConnectError:
            time.sleep(0.1)
    server.kill()
    pytest.fail(f"no service: {server.communicate()[1][-2000:]}")


def test_answers_are_those_of_the_pipeline(served):
    pipeline, client = served
    response = client.post("/predict", json=as_json(X[:50]))
    assert response.status_code == 200
    assert_array_equal(response.json()["labels"], pipeline.predict(X[:50]))
    expected = pipeline.predict_proba(X[:50])[:, 1]
    assert_allclose(response.json()["probabilities"], expected, atol=1e-5)


def test_requests_under_load_get_their_own_answers_from_batches(served):
    pipeline, client = served
    before = client.get("/health").json()

    async def ask_all():
        limits = httpx.Limits(max_connections=40)
        async with httpx.AsyncClient(
            base_url=client.base_url, limits=limits, timeout=120
        ) as many:
            asked = [many.post("/predict", json=as_json(X[i : i + 1])) for i in rows]
            return await asyncio.gather(*asked)

    rows = np.random.default_rng(0).permutation(len(X))[:400]
    found = asyncio.run(ask_all())
    assert {response.status_code for response in found} == {200}
    probabilities = [response.json()["probabilities"][0] for response in found]
    assert_allclose(probabilities, pipeline.predict_proba(X[rows])[:, 1], atol=1e-5)
    after = client.get("/health").json()
    assert after["requests"] - before["requests"] == 400
    assert after["batches"] - before["batches"] < 400


JSON = {"Content-Type": "application/json"}
GOOD = as_json(X[3:4])["patients"][0]


def without(name):
    return {k: v for k, v in GOOD.items() if k != name}


BAD = {
    "missing": (without("age"), "age"),
    "unknown": (GOOD | {"aeg": 50}, "aeg"),
    "word": (GOOD | {"bmi": "high"}, "bmi"),
    "negative": (GOOD | {"glucose": -1}, "glucose"),
    "too-large": (GOOD | {"insulin": 1e300}, "insulin"),
    "gap": (GOOD | {"age": None}, "age"),
    "fraction": (GOOD | {"pregnancies": 1.5}, "pregnancies"),
    "nan": (GOOD | {"glucose": float("nan")}, "glucose"),
    "infinite": (GOOD | {"diabetes_pedigree": float("inf")}, "diabetes_pedigree"),
    "list": ([1, 2, 3], 1),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_malformed_patient_is_refused_by_name(served, kind):
    _, client = served
    patient, name = BAD[kind]
    # Python writes NaN and Infinity, which httpx would refuse to.
    body = json.dumps({"patients": [GOOD, patient]})
    response = client.post("/predict", content=body, headers=JSON)
    assert response.status_code == 422
    (told,) = response.json()["detail"]
    assert told["loc"][:3] == ["body", "patients", 1]
    assert told["loc"][-1] == name
    assert told["msg"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"patients": []}', b'{"patients": [{}], "x": 1}', b"\xff"],
)
def test_a_malformed_body_is_refused(served, body):
    _, client = served
    response = client.post("/predict", content=body, headers=JSON)
    assert response.status_code in (400, 422)
    assert response.json()["detail"]


def test_too_many_rows_are_refused(served):
    _, client = served
    response = client.post("/predict", json={"patients": [GOOD] * 1001})
    assert response.status_code == 422
    assert client.post("/predict", json={"patients": [GOOD] * 1000}).status_code == 200


def test_health_says_what_is_served(served):
    _, client = served
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert Path(health["served"]).name in ("pima.skkeras", "pima.onnx")


@contextmanager
def running(app):
    """Serve an app in a thread of this process, and give its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(60)
    assert not thread.is_alive()


class Held:
    """Predicts the first column, when it is let; keeps how much it was asked."""

    def __init__(self):
        self.begun, self.go, self.sizes = threading.Event(), threading.Event(), []

    def __call__(self, rows):
        self.begun.set()
        assert self.go.wait(60)
        self.sizes.append(len(rows))
        if (rows[:, 0] == 13).any():
            raise ZeroDivisionError
        return rows[:, 0].astype(int), rows[:, 0] / 100


def ask_while_held(address, predict, numbers, n_refused=0):
    """Ask for the first number, then for the others while it is being predicted."""

    def patient(number):
        return {"patients": [GOOD | {"pregnancies": number}]}

    async def ask_all():
        async with (
            asyncio.timeout(60),
            httpx.AsyncClient(base_url=address, timeout=60) as client,
        ):
            ask = partial(client.post, "/predict")
            asked = [asyncio.create_task(ask(json=patient(numbers[0])))]
            while not predict.begun.is_set():
                await asyncio.sleep(0.01)
            asked += [asyncio.create_task(ask(json=patient(k))) for k in numbers[1:]]
            n_waiting = len(numbers) - 1 - n_refused
            while (await client.get("/health")).json()["waiting"] < n_waiting:
                await asyncio.sleep(0.01)
            while sum(task.done() for task in asked) < n_refused:
                await asyncio.sleep(0.01)
            predict.go.set()
            return await asyncio.gather(*asked)

    return asyncio.run(ask_all())


def test_what_waits_is_one_batch_of_bounded_size(serving):
    predict = Held()
    with running(serving.create_app(predict, most_rows=8)) as address:
        found = ask_while_held(address, predict, range(12))
    assert [response.json()["labels"] for response in found] == [[k] for k in range(12)]
    assert predict.sizes == [1, 8, 3]


def test_an_error_is_of_its_batch_alone(serving):
    predict = Held()
    with running(serving.create_app(predict)) as address:
        found = ask_while_held(address, predict, [13, 1, 2])
    assert [response.status_code for response in found] == [500, 200, 200]
    assert found[2].json() == {"labels": [2], "probabilities": [0.02]}


def test_too_many_that_wait_are_told_to_come_again(serving):
    predict = Held()
    with running(serving.create_app(predict, most_waiting=3)) as address:
        found = ask_while_held(address, predict, range(6), n_refused=2)
    refused = [r for r in found if r.status_code == 503]
    assert [r.status_code for r in found].count(200) == 4
    assert [r.headers["retry-after"] for r in refused] == ["1", "1"]
