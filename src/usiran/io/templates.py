"""Pages made from Jinja templates, which stand in `templates/` beside the code that fills them."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from usiran.io.markdown import cell, score, signed, signed_span, span_of


def template(package: str, name: str) -> Template:
    """Return a template of a package; a name that it uses and is not given is an error."""
    return _environment(package).get_template(name)


def render(package: str, name: str, **values: object) -> str:
    """Return a page."""
    return template(package, name).render(**values)


@cache
def _environment(package: str) -> Environment:
    # The pages are Markdown: escaping for HTML would show in code and quotations. What others
    # wrote is escaped where it is put in.
    environment = Environment(
        autoescape=False,
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for function in (cell, score, signed, signed_span, span_of):
        environment.filters[function.__name__] = function
    return environment
