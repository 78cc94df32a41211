"""The extensions of the application, made once and bound to it in `create_app`."""

from __future__ import annotations

from flask import Flask, current_app, g
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from survey.database import make_engine


class Database:
    """One engine per application and one session per request or command."""

    def init_app(self, app: Flask, url: str) -> None:
        engine = make_engine(url)
        app.extensions["hailong_database"] = (engine, sessionmaker(engine, expire_on_commit=False))
        app.teardown_appcontext(self._close)

    def engine(self, app: Flask) -> Engine:
        engine: Engine = app.extensions["hailong_database"][0]
        return engine

    @property
    def session(self) -> Session:
        """The session of the running request or command."""
        if "database_session" not in g:
            g.database_session = current_app.extensions["hailong_database"][1]()
        session: Session = g.database_session
        return session

    @staticmethod
    def _close(_error: BaseException | None) -> None:
        session: Session | None = g.pop("database_session", None)
        if session is not None:
            session.close()


db = Database()
babel = Babel()
csrf = CSRFProtect()
login_manager = LoginManager()
limiter = Limiter(get_remote_address, storage_options={"socket_connect_timeout": 1, "socket_timeout": 1})
