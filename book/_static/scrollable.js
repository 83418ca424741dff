// 옆으로 넘치는 코드와 표는 키보드로도 밀 수 있어야 한다. 테마는 창의 크기가 바뀔 때만 다시 재므로, 글꼴이 늦게 와서 너비가
// 달라졌을 때도 알린다.
"use strict";

document.fonts.ready.then(() => dispatchEvent(new Event("resize")));
