"""companion/recorded/manifest.json의 SHA-256을 적는다. 그 폴더에 쓰는 프로그램은 모두 이것을 부른다."""

import hashlib
import json
from typing import Any

from companion.recorded import FOLDER


def update(*names: str, **about: Any) -> None:
    """`names` 파일들의 지금 SHA-256과, 훈련의 개요 `about`을 적는다. 나머지는 그대로 둔다."""
    path = FOLDER / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | about
    for name in names:
        manifest["files"][name] = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
