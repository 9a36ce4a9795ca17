#!/usr/bin/python3
"""A bare WebKitGTK window for WebKitWebDriver: of any width, with its console in a file (WEBKIT_CONSOLE)."""
import os

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402

console = os.open(os.environ["WEBKIT_CONSOLE"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.dup2(console, 1)
context = WebKit2.WebContext.get_default()
context.set_automation_allowed(True)
context.set_preferred_languages(["ja"])
settings = WebKit2.Settings(
    enable_write_console_messages_to_stdout=True,
    enable_page_cache=True,
    enable_tabs_to_links=True,
)


def view_of(_session):
    window = Gtk.Window(default_width=1280, default_height=800)
    view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
    view.connect("close", lambda *_: window.destroy())
    window.add(view)
    window.show_all()
    window.present()
    return view


def started(_context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("portal-tests")
    versions = WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
    info.set_version(*versions)
    session.set_application_info(info)
    session.connect("create-web-view::window", view_of)
    session.connect("create-web-view::tab", view_of)


context.connect("automation-started", started)
Gtk.main()
