"""Pages made from Jinja templates, which stand in `templates/` beside the code that fills them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from usiran.errors import counted
from usiran.hidden import plain
from usiran.io.markdown import cell, score, signed, signed_span, span_of, words


def template(package: str, name: str) -> Template:
    """Return a template of a package; a name that it uses and is not given is an error."""
    return _environment(package).get_template(name)


def render(package: str, name: str, **values: object) -> str:
    """Return a page."""
    return template(package, name).render(**values)


@cache
def _environment(package: str) -> Environment:
    # The pages are Markdown: escaping for HTML would show in code and quotations. What others
    # wrote is escaped where it is put in (`words`); hidden characters come through nowhere.
    return environment(
        package,
        cell,
        words,
        autoescape=False,
        keep_trailing_newline=True,
        finalize=lambda value: plain(value) if isinstance(value, str) else value,
    )


def environment(package: str, *filters: Callable[..., str], **options: Any) -> Environment:
    """Return what fills a package's templates, with filters for figures and these besides."""
    made = Environment(
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )
    ours = (counted, score, signed, signed_span, span_of)
    made.filters |= {each.__name__: each for each in (*filters, *ours)}
    return made
