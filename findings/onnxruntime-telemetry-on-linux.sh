#!/bin/sh
# One expects: `import onnxruntime` on Linux reads libraries and writes nothing; its telemetry is known from Windows.
# What happens: since it carries telemetry on Linux, the import (or asking for the providers) leaves a database and a
#   device id under the user's cache folder, before any session. `disable_telemetry_events()` after the import comes
#   too late for that; ORT_DISABLE_TELEMETRY=1 in the environment before it leaves nothing.
# Who is hurt: farms and studios whose rule is that no tool leaves an id or speaks outside; read-only homes.
# Instead: set ORT_DISABLE_TELEMETRY=1 before the first import, in every place that imports it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet onnxruntime==1.31.1 numpy==2.4.6
left() { (cd "$1" && find . -type f | sed 's#.*/##' | sort | tr '\n' ' '); }
code="import onnxruntime as o; o.disable_telemetry_events(); print('onnxruntime', o.__version__, o.get_available_providers())"
for told in "" ORT_DISABLE_TELEMETRY=1; do
    home="$work/home$told"
    mkdir "$home"
    env -u XDG_CACHE_HOME HOME="$home" $told "$work/venv/bin/python" -c "$code" 2>/dev/null
    echo "with '${told:-nothing}' set it left: $(left "$home")"
done
[ -n "$(left "$work/home")" ] && [ -z "$(left "$work/homeORT_DISABLE_TELEMETRY=1")" ]
