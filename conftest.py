"""pytest가 맨 먼저 읽는 파일이다. `pytest --nbval book/`에 그림 견주기를 더한다."""

pytest_plugins = ["nbval_figures"]  # tools/에 있다. 찾는 곳은 pyproject.toml의 pythonpath에 적었다
