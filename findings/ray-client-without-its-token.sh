#!/bin/sh
# One expects: who starts a cluster with `ray start --head` connects to it with ray.init(address=…), as the same user.
# What happens (ray 2.60.0): where `ray get-auth-token --generate` once wrote ~/.ray/auth_token, `ray start` asks every
#   client for that token by itself, and `ray.init` shows it only with RAY_AUTH_MODE=token. It then fails after half a
#   minute with "Failed to connect to Ray cluster", and the word token is in lines of the log alone.
# Who is hurt: whoever has the file, by another project perhaps, finds that no cluster answers.
# Instead: RAY_AUTH_MODE=token before ray.init where a token is there; a cluster without one takes such clients, too.
set -eu
work=$(mktemp -d)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check ray==2.60.0
export HOME="$work/home" RAY_USAGE_STATS_ENABLED=0
unset RAY_AUTH_MODE RAY_AUTH_TOKEN RAY_AUTH_TOKEN_PATH || true
mkdir "$HOME"
ray="$work/venv/bin/ray"
"$ray" get-auth-token --generate > /dev/null 2>&1
setsid "$ray" start --head --num-cpus=1 --port=6397 --include-dashboard=false --temp-dir="$work/t" --block \
  > "$work/start.log" 2>&1 &
cluster=$!
trap 'kill -TERM -- -"$cluster" 2> /dev/null || true; sleep 2; rm -rf "$work"' EXIT
until grep -q "block" "$work/start.log"; do sleep 1; done
sleep 5

connects() {
  "$work/venv/bin/python" -c "import ray; ray.init(address='127.0.0.1:6397', log_to_driver=False)" \
    > "$work/said" 2>&1 && echo "connected" || tail -n 1 "$work/said"
}
echo "as it is:            $(connects)"
echo "RAY_AUTH_MODE=token: $(RAY_AUTH_MODE=token connects)"
