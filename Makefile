# Each target is one line of what a person would type.  `make venv` is all the setting up there is.
# On PyPI torch for Linux is the build for CUDA, gigabytes; the small one comes with
# make venv PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
PYTHON ?= python3
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
STAMP := $(VENV)/.ready
export PATH := $(BIN):$(PATH)
# a file of tests stays in one process, as its fixtures are made once a file
SPREAD ?= -n 2 --dist loadfile

.PHONY: help venv build demo test test-build test-hard soak soak-build gpu-test lint format bench docs pictures portable sanitize train clean

help:
	@echo "make demo      render the sample shot: EXR frames and a contact sheet in demo/"
	@echo "make test      build and test everything (no network, no GPU)"
	@echo "make venv      only make the environment in $(VENV) and build into the source tree"
	@echo "make portable  a wheel in dist/ for any x86-64 Linux since glibc 2.28 (brings a compiler of its own)"
	@echo "PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu before one of them takes torch without CUDA"
	@echo "make lint bench docs pictures soak gpu-test sanitize train clean"

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt scikit-build-core pybind11 cmake ninja
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e ".[dev]"
	@touch $(STAMP)

venv: $(STAMP)

build: $(STAMP)
	@mkdir -p build && $(BIN)/cmake --preset inplace -DPython_EXECUTABLE=$(BIN)/python > build/configure.log || (cat build/configure.log; exit 1)
	@$(BIN)/cmake --build --preset inplace -- -j2

demo: build
	$(BIN)/python -m anatomatte_cli.demo --out demo

test: test-build lint
	$(BIN)/python -m pytest -m "not soak and not gpu" $(SPREAD)

# what the tests read and never build themselves: C++ tests, test plug-ins, comparisons of headers
test-build: build
	$(BIN)/python tests/made/build.py

# the same tests beside other work, in other arithmetic, on one thread and two (hours on a small machine)
test-hard: test-build
	$(BIN)/python tests/made/hard.py

soak: soak-build
	$(BIN)/python -m pytest -m soak

# on a machine with a GPU and onnxruntime-gpu: the same mattes as on the CPU, and how fast
gpu-test: build
	$(BIN)/python -m pytest -m gpu tests/gpu

soak-build: build
	$(BIN)/python tests/made/build.py --soak

portable: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt ziglang
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation -w dist -C build-dir=build/portable -C cmake.define.CMAKE_TOOLCHAIN_FILE=$(abspath cmake/zig-linux-glibc228.cmake) -C cmake.define.ANATOMATTE_ZIG=$(BIN)/python .

sanitize: $(STAMP)
	$(BIN)/cmake --preset sanitize -DPython_EXECUTABLE=$(BIN)/python && $(BIN)/cmake --build --preset sanitize -- -j2 && $(BIN)/ctest --test-dir build/sanitize --output-on-failure
	ANATOMATTE_TEST_BUILD=build/sanitize $(BIN)/python -m pytest tests/node/test_worker_hostile.py

lint: $(STAMP)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file tests/mypy.ini tests
	git ls-files 'cpp/*.cpp' 'cpp/*.h' 'tests/*.cpp' 'tests/*.h' | grep -v '^cpp/ofx/' | xargs $(BIN)/clang-format --dry-run --Werror

format: $(STAMP)
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	git ls-files 'cpp/*.cpp' 'cpp/*.h' 'tests/*.cpp' 'tests/*.h' | grep -v '^cpp/ofx/' | xargs $(BIN)/clang-format -i

bench: build
	for b in benchmarks/*.py; do $(BIN)/python $$b; done

docs: build
	$(BIN)/anatomatte params --markdown > docs/params.md
	$(BIN)/python -m anatomatte_batch.formats > docs/formats.md
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

# those of the documents that a script makes; look at them before they are committed
pictures: build
	$(BIN)/python docs/pictures.py

train: $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints.txt -r training/requirements.txt && $(BIN)/python -m training all

clean:
	rm -rf build dist demo plugin/anatomatte/ofx bridge/pyopenfx/_host*.so plugin/anatomatte/ops/_kernels*.so
