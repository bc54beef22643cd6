# `make up` and `make test` are all a fresh machine needs; both make .venv from locks/ first.
.DEFAULT_GOAL := help
.PHONY: help up down status test proof check format lock setup torch workshop clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that the project runs on, unless PYTHON names one.
SUPPORTED := import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3 python3.12 python3.13 python3.11; do \
	$$p -c '$(SUPPORTED)' >/dev/null 2>&1 && { echo $$p; break; }; done)

UP := $(if $(DATA),--data "$(DATA)") $(if $(SEASONS),--seasons "$(SEASONS)") $(if $(LEAGUES),--leagues "$(LEAGUES)") \
	$(if $(PORT),--port "$(PORT)") $(if $(MADNESS_HOME),--home "$(MADNESS_HOME)")

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

up: $(VENV)/.run  ## start everything: [DATA=folder] [SEASONS=2022-2024|all] [LEAGUES=M,W] [PORT=8050]
	@$(BIN)/madness up $(UP)

down: $(VENV)/.run  ## stop everything; data stay in .madness/
	@$(BIN)/madness down $(if $(MADNESS_HOME),--home "$(MADNESS_HOME)")

status: $(VENV)/.run  ## how far it is
	@$(BIN)/madness status $(if $(MADNESS_HOME),--home "$(MADNESS_HOME)")

# Keeps bytecode, whatever the shell says: a stack is many processes, and each would compile all that it imports anew.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n 2 --dist loadgroup

test: setup lint  ## every test and check (needs Chromium for the browser tests)
	$(PYTEST)

# What no package can show: whom the roles trust, and that a stage is in one region and on no other AWS.
BEFORE_AWS := tests/unit/madness/test_template.py tests/unit/madness/test_settings.py tests/unit/operate/test_stage.py
proof: $(VENV)/.dev checkov  ## both packages under AWS's own runtime client, with nothing else in reach; needs Linux
	$(BIN)/pytest -q tests/proof $(BEFORE_AWS)

check: $(VENV)/.dev lint fast  ## format, lint, types, import contracts, fast tests

.PHONY: lint fast checkov images
fast: $(VENV)/.dev
	$(PYTEST) -q -m "not slow"

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint infra/*.yaml

CHECKOV := $(VENV)/.checkov
checkov: $(CHECKOV)/.done  ## the CloudFormation templates against rules of security; reasons for exceptions stand in them
	$(CHECKOV)/bin/checkov --directory infra --framework cloudformation --skip-download --compact --quiet

# An environment of its own: it pins boto3 and a hundred others.
$(CHECKOV)/.done: locks/checkov.txt | $(VENV)/.dev
	@echo "installing checkov (locks/checkov.txt)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(CHECKOV)
	@$(BIN)/uv pip install --quiet --python $(CHECKOV)/bin/python --require-hashes --requirement locks/checkov.txt
	@touch $@

SDK := $(VENV)/.sagemaker
images: $(SDK)/.done  ## the images of training by region against those that SageMaker's SDK knows
	@PYTHONPATH=. $(SDK)/bin/python -P tests/proof/images.py

# An environment of its own: the SDK asks for an older rich. Shells and notebooks use it too (docs/operations.md).
$(SDK)/.done: locks/sagemaker.txt | $(VENV)/.dev
	@echo "installing SageMaker's SDK (locks/sagemaker.txt)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(SDK)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(SDK)/bin/python --require-hashes \
		--requirement locks/sagemaker.txt
	@touch $@

.PHONY: iam
iam: $(VENV)/.dev workshop  ## write docs/iam/ anew, from what the commands of deploying call
	$(BIN)/python -m tests.proof.iam

.PHONY: tables
tables: $(VENV)/.dev  ## write docs/tables.md anew, from hoops/schemas
	$(BIN)/python -m hoops.tables.describe > docs/tables.md

format: $(VENV)/.dev  ## put every file into the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev  ## write locks/ anew from pyproject.toml
	$(call compile,pyproject.toml --extra local,run)
	$(call compile,pyproject.toml --extra dev,dev)
	echo uv | $(call compile,-,uv)
	echo checkov | $(call compile,-,checkov)
	$(call compile,pyproject.toml --extra sagemaker,sagemaker)
	printf '%s\n' $(TORCH_NEEDS) | $(call compile,- --constraint locks/dev.txt,torch)
	$(call compile_aws,pyproject.toml --extra pipeline --constraint locks/dev.txt,locks/pipeline.txt)
	$(call compile_aws,pyproject.toml --extra dashboard --extra deploy --constraint locks/dev.txt \
		--no-emit-package placebo,locks/dashboard.txt)
	printf '%s\n' $(LAYER) | $(call compile_aws,-,locks/layer.txt)
	printf '%s\n' $(RUNTIME) | $(call compile_aws,-,locks/runtime.txt)
	sed -i.bak '/^[^#]/d' requirements.txt && rm requirements.txt.bak
	printf '%s\n' $(FUNCTIONS) | $(call compile_aws,- --constraint locks/dev.txt,/dev/stdout) >> requirements.txt

compile = $(BIN)/uv pip compile $(1) $(COMPILED) --universal --python-version 3.11 --output-file locks/$(2).txt
compile_aws = $(BIN)/uv pip compile $(1) $(COMPILED) --python-version 3.12 --python-platform x86_64-manylinux_2_28 \
	--output-file $(2)
COMPILED := --quiet --upgrade --no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links --generate-hashes

# What runs on AWS: the functions' own needs (requirements.txt, where Chalice looks), and for the proof what is there
# already: the layer AWSSDKPandas-Python312:27, and the runtime, of whose boto3 we take the oldest that we support.
# placebo, which Zappa asks for and nothing imports, has no wheel.
FUNCTIONS := aws-lambda-powertools
LAYER := numpy==2.4.4 pandas==3.0.2 pyarrow==22.0.0
RUNTIME := "awslambdaric>=4" boto3==1.40.4

setup: $(VENV)/.dev  ## make .venv with everything for development
	@$(MAKE) --no-print-directory torch || echo "no CPU build of torch for this Python here: what trains is left out" >&2

torch: $(VENV)/.torch  ## add torch, without CUDA: for training and `madness backtest --model full`

workshop: $(VENV)/.dev  ## the environments from which `chalice deploy` and `zappa deploy` are run by hand
	@$(BIN)/python -m madness.deploy.workshop

clean:  ## delete what was built; .madness/ stays
	rm -rf $(VENV) .workshop build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "madness needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# Every hash is checked. uv takes seconds where pip takes minutes; where there is no uv, pip does it. The project
# itself is only linked.
define install
@echo "installing $(1) (locks/$(1).txt)"
@$(PIP) --require-hashes --requirement locks/uv.txt || true
@if test -x $(BIN)/uv; then $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement locks/$(1).txt; \
	else $(PIP) --require-hashes --requirement locks/$(1).txt; fi
@$(PIP) --no-deps --no-build-isolation --editable .
@touch $@
endef
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

# The CPU build, which pulls in no CUDA packages: from the wheels in PIP_FIND_LINKS if that is set, else from where uv
# knows that PyTorch keeps it. Its dependencies are locked like everything else.
TORCH := 2.13.0
TORCH_NEEDS := filelock fsspec jinja2 networkx setuptools sympy typing-extensions
TORCH_FROM := $(if $(PIP_FIND_LINKS),--find-links "$(PIP_FIND_LINKS)" torch==$(TORCH)+cpu,--torch-backend cpu torch==$(TORCH))

$(VENV)/.torch: locks/torch.txt | $(VENV)/.dev
	@echo "installing torch $(TORCH) (locks/torch.txt)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement locks/torch.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps $(TORCH_FROM)
	@touch $@

$(VENV)/.run: locks/run.txt pyproject.toml | $(BIN)/python
	$(call install,run)

$(VENV)/.dev: locks/dev.txt pyproject.toml | $(BIN)/python
	$(call install,dev)
	@touch $(VENV)/.run
