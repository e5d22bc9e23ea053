"""A web service for a fitted pipeline, from its own file or from its ONNX file.

    pip install "skkeras[onnx,serving]"
    python serving.py train models             # writes two files of one pipeline
    python serving.py serve models/pima.skkeras
    python serving.py serve models/pima.onnx   # needs ONNX Runtime, not Keras

`POST /predict` takes `{"patients": [{"glucose": 148, ...}]}`; what is not such a list
is refused with status 422 and the reason. Requests that come while a prediction runs
are predicted together in the next one. `GET /health` says what is served.
"""

import argparse
import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

MOST_ROWS = 1_000  # of a request, and about as many of a batch
MOST_WAITING = 1_000  # requests; further ones are told to come again

Amount = Annotated[float, Field(ge=0, le=10_000)]


class Patient(BaseModel):
    """A row of the Pima table; null is a measurement that was not taken."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    pregnancies: Annotated[int, Field(ge=0, le=30)]
    glucose: Amount | None
    blood_pressure: Amount | None
    skin_thickness: Amount | None
    insulin: Amount | None
    bmi: Amount | None
    diabetes_pedigree: Amount
    age: Annotated[int, Field(ge=0, le=130)]


class Patients(BaseModel):
    """What a request asks for."""

    model_config = ConfigDict(extra="forbid")

    patients: Annotated[list[Patient], Field(min_length=1, max_length=MOST_ROWS)]


class Answer(BaseModel):
    """Of each patient, in the order of the request."""

    labels: list[int]
    probabilities: list[float]


def train(folder):
    """Fit a pipeline, and write it as a file of skkeras and as an ONNX file."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    import skkeras
    from skkeras.datasets import load_pima

    X, y = load_pima(return_X_y=True, zeros_as_missing=True)
    net = skkeras.KerasMLPClassifier(random_state=0)
    pipeline = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), net)
    pipeline.fit(X, y)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    skkeras.save(pipeline, folder / "pima.skkeras")
    skkeras.export(pipeline, folder / "pima.onnx", X)
    return pipeline


def predictor(path):
    """Return a function from rows to labels and probabilities, by what is in a file."""
    if Path(path).suffix == ".onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(path)

        def predict(rows):
            labels, probabilities = session.run(["label", "probabilities"], {"X": rows})
            return labels, probabilities[:, 1]
    else:
        import skkeras

        pipeline = skkeras.load(path)

        def predict(rows):
            # Its labels are the likelier class, so the net need not run twice.
            probabilities = pipeline.predict_proba(rows)
            labels = pipeline.classes_[probabilities.argmax(axis=1)]
            return labels, probabilities[:, 1]

    for size in (1, 10, 100, MOST_ROWS):  # programs are compiled here, for no request
        predict(np.ones((size, len(Patient.model_fields))))
    return predict


class Batches:
    """Rows of requests, predicted together by one thread while others come in."""

    def __init__(self, predict, most_rows=MOST_ROWS, most_waiting=MOST_WAITING):
        self.predict, self.most_rows = predict, most_rows
        self.waiting = asyncio.Queue(most_waiting)
        self.n_requests = self.n_batches = 0

    async def answer(self, rows):
        """Return what is predicted for the rows of one request."""
        answer = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((rows, answer))
        return await answer

    async def run(self):
        """Predict whatever waits, for ever."""
        while True:
            batch = [await self.waiting.get()]
            n_rows = len(batch[0][0])
            while n_rows < self.most_rows and not self.waiting.empty():
                batch.append(self.waiting.get_nowait())
                n_rows += len(batch[-1][0])
            self.n_requests += len(batch)
            self.n_batches += 1
            await self._give_answers(batch)

    async def _give_answers(self, batch):
        rows = np.concatenate([rows for rows, _ in batch])
        ends = np.cumsum([len(rows) for rows, _ in batch])[:-1]
        try:
            found = await asyncio.to_thread(self.predict, rows)
        except Exception as error:  # it is each request's: the next batch may do
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        parts = zip(*(np.split(each, ends) for each in found), strict=True)
        for (_, answer), part in zip(batch, parts, strict=True):
            if not answer.done():
                answer.set_result(part)


def create_app(predict, served="", **limits):
    """Return the service around a function from rows to labels and probabilities."""
    batches = Batches(predict, **limits)

    @asynccontextmanager
    async def lifespan(app):
        runs = asyncio.create_task(batches.run())
        yield
        runs.cancel()

    app = FastAPI(title="Diabetes within five years", lifespan=lifespan)

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: RequestValidationError):
        # Without the values, which JSON may be unable to say: NaN, for one.
        told = [{k: each[k] for k in ("loc", "msg")} for each in error.errors()]
        return JSONResponse({"detail": told}, status_code=422)

    @app.get("/health")
    async def health():
        return {
            "status": "ok",
            "served": served,
            "requests": batches.n_requests,
            "batches": batches.n_batches,
            "waiting": batches.waiting.qsize(),
        }

    @app.post("/predict")
    async def predict_patients(given: Patients) -> Answer:
        rows = [list(patient.model_dump().values()) for patient in given.patients]
        try:
            found = await batches.answer(np.array(rows, dtype=float))
        except asyncio.QueueFull:
            wait = {"Retry-After": "1"}
            raise HTTPException(503, "too many requests wait", wait) from None
        labels, probabilities = found
        return Answer(labels=labels.tolist(), probabilities=probabilities.tolist())

    return app


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("train").add_argument("folder")
    serve = commands.add_parser("serve")
    serve.add_argument("file")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--most-rows", type=int, default=MOST_ROWS, help="of a batch")
    options = parser.parse_args()
    if options.command == "train":
        train(options.folder)
        return
    app = create_app(predictor(options.file), options.file, most_rows=options.most_rows)
    uvicorn.run(app, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
