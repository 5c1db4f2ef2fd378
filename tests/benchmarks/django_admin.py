"""The peer: Django's admin list of the same rows in the same database, in a process and an environment of its own.

Run by that environment's Python with the database and a folder for Django's own tables. Answers each line "N" on its standard
input with the seconds that one of N requests took, and "quit" by ending. Nothing of the project is imported here.
"""

# mypy: disable-error-code="import-not-found, import-untyped, misc"
from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

ROWS = 50


def main(database: str, folder: str) -> None:
    """Set Django up around the tables, sign an administrator in, then answer."""
    import django
    from django.conf import settings

    settings.configure(
        DEBUG=False,
        SECRET_KEY="k" * 50,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LANGUAGE_CODE="vi",
        STATIC_URL="/static/",
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "peer.db")},
            "models": {"ENGINE": "django.db.backends.sqlite3", "NAME": database},
        },
        DATABASE_ROUTERS=[f"{__name__}.Router"],
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django_admin.PeerConfig",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()
    _declare()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.test import Client, RequestFactory

    call_command("migrate", verbosity=0)
    user, _ = get_user_model().objects.get_or_create(username="peer", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    application = get_wsgi_application()

    def request() -> bytes:
        environ = RequestFactory().get("/admin/peer/emulationmodel/", HTTP_COOKIE=cookie).environ
        return b"".join(application(environ, lambda status, headers, problem=None: None))

    first = request().count(b'name="_selected_action"')
    sys.stdout.write(f"{first}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        count = int(line)
        start = perf_counter()
        for _ in range(count):
            request()
        sys.stdout.write(f"{(perf_counter() - start) / count}\n")
        sys.stdout.flush()


class Router:
    """Django's own tables in its own file, the project's in the project's."""

    def db_for_read(self, model: Any, **_hints: Any) -> str:
        """Where a model's rows are."""
        return "default" if model._meta.managed else "models"

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """Nothing of the project is created or changed."""
        return db == "default" and app_label != "peer"


def _declare() -> None:
    """The tables as models, and their list with the columns, filters and search that the project's page has."""
    from django.contrib import admin
    from django.db import models

    def table(of: str, shown: str, **columns: Any) -> Any:
        meta = type("Meta", (), {"app_label": "peer", "managed": False, "db_table": of})
        label = "".join(part.capitalize() for part in of.split("_"))
        body = {"__module__": __name__, "Meta": meta, "__str__": lambda row: str(getattr(row, shown)), **columns}
        return type(label, (models.Model,), body)

    def to(target: Any, **options: Any) -> Any:
        return models.ForeignKey(target, models.DO_NOTHING, related_name="+", **options)

    text = models.CharField
    year = table("programme_year", "year", year=models.IntegerField())
    field = table("field", "label", label=text(max_length=120))
    unit = table("unit", "name", name=text(max_length=200))
    person = table("person", "full_name", full_name=text(max_length=120))
    model = table(
        "emulation_model",
        "name",
        code=text(max_length=30),
        name=text(max_length=300),
        name_folded=text(max_length=300),
        year=to(year),
        unit=to(unit),
        person=to(person, null=True),
        field=to(field),
        kind=text(max_length=10),
        state=text(max_length=40),
        late=models.BooleanField(),
        outstanding=models.BooleanField(),
    )

    class ModelList(admin.ModelAdmin):
        list_display = ("name", "code", "unit", "person", "field", "kind", "state", "late", "outstanding")
        list_filter = ("year", "field", "kind", "state", "late")
        list_select_related = ("unit", "person", "field")
        list_per_page = ROWS
        search_fields = ("name_folded", "code")
        show_full_result_count = False
        ordering = ("-id",)

    admin.site.register(model, ModelList)


def _addresses() -> list[Any]:
    from django.contrib import admin
    from django.urls import path

    return [path("admin/", admin.site.urls)]


def _application() -> Any:
    from django.apps import AppConfig

    return type(
        "PeerConfig", (AppConfig,), {"name": "django_admin", "label": "peer", "path": str(Path(__file__).parent)}
    )


def __getattr__(name: str) -> Any:
    """What Django asks this module for by name, made once Django itself is there."""
    if name == "urlpatterns":
        return _addresses()
    if name == "PeerConfig":
        return _application()
    raise AttributeError(name)


if __name__ == "__main__":
    sys.modules.setdefault("django_admin", sys.modules[__name__])
    main(sys.argv[1], sys.argv[2])
