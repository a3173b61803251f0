#!/bin/sh
# One expects: a job bundle of Open Job Description whose parameter of type PATH (FILE, IN) is `plate.####.exr`, as sequences are
#   named, carries the frames to the machines that render them, or is refused.
# What happens: AWS Deadline Cloud's job attachments take the pattern for the name of one file. It is not there, so it becomes
#   a "referenced path": the job is submitted, the parameter is mapped to the folder of the session on each machine, and no
#   frame lies there. One line among the warnings says so; with files that are all there beside it the upload looks right.
#   `dataFlow` IN of a DIRECTORY would carry everything that lies in the folder.
# Who is hurt: jobs that ran well from a shared folder (a file system location of type SHARED is never uploaded), on the first
#   fleet without that share: every task misses its plate, after the upload of everything else.
# Instead: name the frames in asset_references.json of the bundle; or give --require-paths-exist to `deadline bundle submit`,
#   which refuses such a parameter, right ones too.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check deadline==0.60.10
mkdir "$work/job"
for frame in 1001 1002; do printf x > "$work/plate.$frame.exr"; done
printf x > "$work/grade.cube"
cat > "$work/job/template.json" <<'JSON'
{"specificationVersion": "jobtemplate-2023-09", "name": "shot",
 "parameterDefinitions": [
  {"name": "Source", "type": "PATH", "objectType": "FILE", "dataFlow": "IN"},
  {"name": "Grade", "type": "PATH", "objectType": "FILE", "dataFlow": "IN"}],
 "steps": [{"name": "Render", "script": {"actions": {"onRun": {"command": "true"}}}}]}
JSON
cat > "$work/job/parameter_values.json" <<JSON
{"parameterValues": [{"name": "Source", "value": "$work/plate.####.exr"}, {"name": "Grade", "value": "$work/grade.cube"}]}
JSON
cat > "$work/look.py" <<'PY'
import json
import sys
from importlib.metadata import version
from pathlib import Path

from deadline.client.job_bundle.parameters import apply_job_parameters, read_job_bundle_parameters
from deadline.client.job_bundle.submission import AssetReferences
from deadline.job_attachments.upload import S3AssetManager

folder = Path(sys.argv[1])


def carried(told):
    """Names of the files that would be uploaded, and of those that are only referred to."""
    references = AssetReferences.from_dict(told)
    apply_job_parameters([], str(folder / "job"), read_job_bundle_parameters(str(folder / "job")), references)
    manager = S3AssetManager("farm-0", "queue-0", None)
    groups = manager.prepare_paths_for_upload(
        sorted(references.input_filenames), [], sorted(references.referenced_paths)
    ).asset_groups
    return (
        sorted(path.name for group in groups for path in group.inputs),
        sorted(Path(path).name for group in groups for path in group.references),
    )


plain = carried({})
frames = [str(path) for path in sorted(folder.glob("plate.*.exr"))]
named = carried({"assetReferences": {"inputs": {"filenames": frames}}})
print(f"deadline {version('deadline')}")
print("a parameter alone:", json.dumps(plain))
print("with asset references:", json.dumps(named))
assert plain == (["grade.cube"], ["plate.####.exr"]), plain
assert named == (["grade.cube", "plate.1001.exr", "plate.1002.exr"], ["plate.####.exr"]), named
PY
"$work/venv/bin/python" "$work/look.py" "$work"
