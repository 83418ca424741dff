"""pytest가 맨 먼저 읽는 파일이다. `pytest --nbval book/`에 그림 견주기를 더한다."""

pytest_plugins = ["tools.checks.nbval_figures"]
