# 할 일은 tools/의 프로그램이 하고, 여기서는 부르기만 한다. 목록은 `make help`가 보인다.
# 다른 파이썬으로 하려면 `make PYTHON=python3.12 book`처럼 친다.
BASE := $(or $(PYTHON),python3)
PY := .venv/bin/python
# 프로그램의 선택지는 `make run ARGS="--epochs 1"`처럼 넘긴다.
# AVX2뿐인 CPU에서는 TensorFlow가 oneDNN을 저절로 켜지 않는다. 켜면 합성곱이 몇 배 빠르다.
export TF_ENABLE_ONEDNN_OPTS ?= 1

.PHONY: help env book test offline pdf figures notebooks address derived data run evaluator lowest platforms colab test-variants linkcheck faults twin bench experiments update clean

help: ## 이 목록을 보인다
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do printf 'make %-14s %s\n' "$$name" "$$text"; done

env: ## .venv를 만들고 requirements.txt의 패키지를 깐다(이미 있으면 바로 끝난다)
	@command -v $(BASE) >/dev/null || { echo "$(BASE) 명령이 없으니 파이썬 3.10~3.13을 깔고 다시 친다." >&2; exit 1; }
	@$(BASE) tools/setup/environment.py $(if $(PYTHON),--exact)

book: env ## 책을 만든다: _build/html/index.html
	$(PY) -m tools.checks --only book
	@echo "책을 지었다. 브라우저로 연다: _build/html/index.html"

test: env ## 모든 검사를 한다: 린트, 단위 시험, 페이지와 노트북의 짝, 저장된 출력, 책, 링크
	$(PY) -m tools.checks

offline: book ## 책을 압축 파일 하나로 묶는다. 풀어서 index.html을 열면 인터넷 없이 움직인다
	$(PY) -m tools.makers.offline

pdf: book ## 책을 PDF로 찍는다(chromium이 있어야 한다)
	$(PY) -m tools.makers.pdf

figures: env ## 책의 그림을 모두 설명과 쓰는 조건이 든 PNG로 꺼낸다: _build/figures/index.html
	$(PY) -m tools.makers.figures

notebooks: env ## book/의 .md를 실행해 .ipynb를 다시 만든다
	$(PY) -m tools.checks.notebooks run $(ARGS)

address: env ## 저장소의 주소를 적고 노트북의 첫 셀을 맞춘다(URL=주소가 없으면 git remote의 것)
	$(PY) -m tools.makers.address $(URL)

derived: env ## 원천이 바뀐 것만 다시 만든다. 오래 걸리는 것은 이름과 명령만 보인다
	$(PY) -m tools.makers.derived

data: env ## 벽돌 그림을 처음부터 다시 그린다
	$(PY) -m tools.makers.bricks

run: env ## 책에 실은 훈련을 처음부터 다시 한다
	$(PY) -m tools.makers.recorded $(ARGS)

evaluator: env ## 평가에 쓰는 분류 신경망을 다시 훈련하고 기록된 생성자의 점수를 잰다
	$(PY) -m tools.makers.classifier
	$(PY) -m tools.makers.ladder

lowest: env ## pyproject.toml이 약속한 가장 낮은 버전으로 환경을 따로 만들어 companion의 단위 시험을 한다
	$(PY) -m tools.checks.lowest $(ARGS)

platforms: env ## requirements.txt가 윈도우와 macOS와 다음 파이썬에서도 풀리는지 본다(인터넷이 있어야 한다)
	$(PY) -m tools.checks.platforms

colab: env ## Colab의 버전으로 환경을 따로 만들어 노트북을 실행해 본다
	$(PY) -m tools.checks.colab $(ARGS)

test-variants: env ## 다른 종류의 기계를 흉내 내어 페이지를 실행해 본다
	$(PY) -m tools.checks.machines $(ARGS)

linkcheck: env ## 책 밖을 가리키는 링크가 살아 있는지 본다(인터넷이 있어야 한다)
	.venv/bin/jupyter-book build . --builder linkcheck --path-output _build/linkcheck

faults: env ## 일부러 고장을 내고(kill -9, 가득 찬 디스크, 깨진 파일 ...) 잃은 것이 있는지 여러 번 본다
	KILLS=$(or $(KILLS),12) SEED=$(or $(SEED),$$(date +%s)) $(PY) -m pytest -v -rs tests/faults

twin: env ## PyTorch가 든 환경을 따로 만들어, 훈련법의 실험에 쓰는 쌍둥이가 companion과 같은 것을 계산하는지 본다
	$(PY) -m tools.studies.pytorch $(ARGS)

bench: env ## 훈련 스텝과 입력의 속도를 다른 코드와 비교한다
	$(PY) -m tools.studies bench $(ARGS)

experiments: env ## 훈련법들을 여러 시드로 비교한다(두 코어에서 여러 시간, 멈추면 이어서 한다)
	$(PY) -m tools.studies experiments

update: env ## 패키지를 새 버전으로 올리고, 페이지를 다시 실행하고, 달라진 출력을 한 페이지에 모은다
	$(BASE) -m tools.setup.update

clean: ## 만든 것을 지운다(.venv와 따로 만든 환경, _build)
	rm -rf .venv .venv-* _build
