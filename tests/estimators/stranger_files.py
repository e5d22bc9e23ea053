"""Changes of saved files such as strangers make, with checksums that fit."""

import io
import json
import zipfile

from skkeras.estimators.saving import archive

DEPTH = 10_000
DEEP = "<nested as deep as that>"  # json could not write it


def rewritten(saved, path, *, state=None, model=None):
    """Write a copy of a file whose parts were changed, with checksums that fit."""
    members, manifest = archive.read_archive(saved)
    if state is not None:
        content = json.loads(members["estimator.json"])
        state(content)
        nested = '{"tuple": [' * DEPTH + "]}" * DEPTH
        text = json.dumps(content).replace(json.dumps(DEEP), nested)
        members["estimator.json"] = text.encode()
    if model is not None:
        members["model-0.keras"] = model(members["model-0.keras"])
    archive.write_archive(path, members, manifest["versions"])
    return path


def with_members(change, compression=zipfile.ZIP_STORED):
    """Return a change of a .keras file by one of its members."""

    def changed(data):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = {name: file.read(name) for name in file.namelist()}
        change(members)
        new = io.BytesIO()
        with zipfile.ZipFile(new, "w", compression) as file:
            for name, content in members.items():
                file.writestr(name, content)
        return new.getvalue()

    return changed


def with_config(change):
    def change_config(members):
        config = json.loads(members["config.json"])
        change(config["config"]["layers"])
        members["config.json"] = json.dumps(config)

    return with_members(change_config)


def named(module, name, config=None):
    return {
        "module": module,
        "class_name": name,
        "config": {"name": "stranger"} if config is None else config,
        "registered_name": None,
    }
