"""`python -m companion`으로 부르는 명령줄이다."""

from companion.cli import main

raise SystemExit(main())
