#!/bin/sh
# One expects: of a range like 1-9:2 a chunk of three frames holds three frames; a task that says `openjd_fail: …` has
#   failed; other tasks go on when one fails.
# What happens (openjd-cli 0.8): a stepped range with rangeConstraint CONTIGUOUS becomes one task a frame. With
#   NONCONTIGUOUS a chunk reads 1-5:2, which a program has to take for a step. `openjd_fail` with exit 0 is a success. The
#   first task that exits with another code ends the job: no further task and no later step runs, onExit does, and
#   `openjd run` exits with 1.
# Who is hurt: a warm start is paid for every frame; a failure that was told is not seen; one bad plate costs all others.
# Instead: NONCONTIGUOUS for ranges with gaps; the exit code says what failed; frames that no retry mends end with 0, and
#   a step behind all others tells them.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  openjd-cli==0.8.0 openjd-model==0.13.0 openjd-sessions==0.13.0
openjd="$work/venv/bin/openjd"

template() { # constraint, range, script of a task
cat > "$work/job.yaml" <<YAML
specificationVersion: jobtemplate-2023-09
extensions: [TASK_CHUNKING]
name: finding
jobEnvironments:
  - name: Around
    script:
      actions:
        onEnter: {command: echo, args: [entered]}
        onExit: {command: sh, args: ["-c", "echo left >> $work/said"]}
steps:
  - name: First
    parameterSpace:
      taskParameterDefinitions:
        - {name: Frames, type: "CHUNK[INT]", range: "$2", chunks: {defaultTaskCount: 3, rangeConstraint: $1}}
    script:
      actions:
        onRun: {command: sh, args: ["-c", "$3", task, "{{Task.Param.Frames}}"]}
  - name: Second
    dependencies: [{dependsOn: First}]
    script:
      actions:
        onRun: {command: sh, args: ["-c", "echo second >> $work/said"]}
YAML
}

run() { # what the tasks said, on one line, and the exit code
  : > "$work/said"
  code=0
  "$openjd" run "$work/job.yaml" > "$work/log" 2>&1 || code=$?
  echo "$(tr '\n' ' ' < "$work/said")exit $code"
}

wrong=0
see() { # name, expected, seen
  echo "$1: $3"
  [ "$2" = "$3" ] || { echo "  was: $2"; wrong=1; }
}

template CONTIGUOUS 1-9:2 "echo \$1 >> $work/said"
see "contiguous chunks of 1-9:2" "1-1 3-3 5-5 7-7 9-9 second left exit 0" "$(run)"
template NONCONTIGUOUS 1-9:2 "echo \$1 >> $work/said"
see "noncontiguous chunks of 1-9:2" "1-5:2 7,9 second left exit 0" "$(run)"
template CONTIGUOUS 1-9 "echo \$1 >> $work/said; echo 'openjd_fail: this task has failed'"
see "openjd_fail with exit 0" "1-3 4-6 7-9 second left exit 0" "$(run)"
template CONTIGUOUS 1-9 "echo \$1 >> $work/said; test \$1 != 4-6"
see "a task that exits with 1" "1-3 4-6 left exit 1" "$(run)"
if [ "$wrong" = 0 ]; then echo "as described"; else echo "CHANGED: read the head of this script again"; fi
exit "$wrong"
