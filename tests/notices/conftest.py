"""The post of the tests of notices."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.notices.post import Post


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    post = Post(tmp_path / "var")
    await post.begin()
    yield post
    post.close()
