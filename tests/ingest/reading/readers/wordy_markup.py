"""The same for markup by lines, subtitles, calendars, contacts, archives of mail and files, and XML's own languages."""

# ruff: noqa: E501 - a line is what a format writes in one.

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

from tests.ingest.reading.readers.packages import opendocument
from tests.ingest.reading.readers.wordy import Wordy


def restructured(w: Wordy) -> str:
    return (
        f"{w()}\n=======\n\n:Author: {w()}\n\n{w()} *{w()}* **{w()}** ``{w()}`` `{w()} <https://x.org/a>`_ "
        f":term:`{w()}`\n\n{w()}\n-------\n\n- {w()}\n\n  - {w()}\n\n1. {w()}\n\n{w()}\n    {w()}\n\n.. note:: {w()}\n   "
        f"{w()}\n\n.. warning::\n\n   {w()}\n\n.. code-block:: python\n\n   {w()}\n\n::\n\n   {w()}\n\n.. {w.gone('')}\n\n"
        f"=====  =====\n{w()}  {w()}\n=====  =====\n{w()}  {w()}\n=====  =====\n\n+--------+--------+\n| {w()} | {w()} |\n"
        f"+========+========+\n| {w()} | {w()} |\n+--------+--------+\n\n.. list-table:: {w()}\n\n   * - {w()}\n     - {w()}\n\n"
        f".. figure:: x.png\n   :alt: {w()}\n\n   {w()}\n\n{w()} [#a]_\n\n.. [#a] {w()}\n\n| {w()}\n| {w()}\n\n"
        f"    {w()}\n\n>>> {w()}\n\n.. topic:: {w()}\n\n   {w()}\n\n.. deprecated:: 1.0\n   {w()}\n"
    )


def asciidoc(w: Wordy) -> str:
    return (
        f"= {w()}\n{w()} <a@b.org>\n:toc:\n\n{w()} *{w()}* _{w()}_ `{w()}` https://x.org/a[{w()}]\n\n== {w()}\n\n"
        f"* {w()}\n** {w()}\n. {w()}\n\n{w()}:: {w()}\n\nNOTE: {w()}\n\n[WARNING]\n====\n{w()}\n====\n\n.{w()}\n----\n{w()}\n"
        f"----\n\n....\n{w()}\n....\n\n____\n{w()}\n____\n\n|===\n|{w()} |{w()}\n\n|{w()} |{w()}\n|===\n\n// {w.gone('')}\n\n"
        f"{w()} footnote:[{w()}]\n\nimage::x.png[{w()}]\n\n****\n{w()}\n****\n\n--\n{w()}\n--\n"
    )


def org(w: Wordy) -> str:
    return (
        f"#+TITLE: {w()}\n#+AUTHOR: {w()}\n\n{w()} *{w()}* /{w()}/ =ver{w()}= [[https://x.org/a][{w()}]]\n\n"
        f"* TODO {w()} :tag:\n:PROPERTIES:\n:ID: {w.gone('')}\n:END:\n{w()}\n** {w()}\n- {w()}\n  - {w()}\n1. {w()}\n"
        f"- {w()} :: {w()}\n\n| {w()} | {w()} |\n|---+---|\n| {w()} | {w()} |\n\n#+BEGIN_SRC sh\n{w()}\n#+END_SRC\n\n"
        f"#+BEGIN_QUOTE\n{w()}\n#+END_QUOTE\n\n# {w.gone('')}\n\n: {w()}\n\n{w()} [fn:1]\n\n[fn:1] {w()}\n"
    )


def latex(w: Wordy) -> str:
    return (
        rf"\documentclass{{article}}\title{{{w()}}}\author{{{w()}}}\begin{{document}}\maketitle\begin{{abstract}}{w()}"
        rf"\end{{abstract}}\section{{{w()}}}{w()} \emph{{{w()}}} \textbf{{{w()}}} \texttt{{{w()}}} "
        rf"\href{{https://x.org/a}}{{{w()}}}\footnote{{{w()}}} % {w.gone('')}"
        "\n"
        rf"\subsection*{{{w()}}}\begin{{itemize}}\item {w()}\item[{w()}] {w()}\end{{itemize}}"
        rf"\begin{{description}}\item[{w()}] {w()}\end{{description}}\begin{{tabular}}{{ll}}{w()} & {w()} \\ {w()} & {w()}"
        rf"\end{{tabular}}\begin{{figure}}\includegraphics{{{w.gone('')}}}\caption{{{w()}}}\end{{figure}}"
        rf"\begin{{verbatim}}{w()}\end{{verbatim}}\begin{{quote}}{w()}\end{{quote}}\begin{{theorem}}{w()}\end{{theorem}}"
        rf"\begin{{center}}{w()}\end{{center}}\paragraph{{{w()}}} {w()}\end{{document}}"
    )


def calendar(w: Wordy) -> str:
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{w.gone('')}\r\nDTSTART:20260301T090000Z\r\nSUMMARY:{w()}\r\n"
        f"DESCRIPTION:{w()}\\, {w()}\\n{w()} folded\r\n  {w()}\r\nLOCATION:{w()}\r\nORGANIZER;CN={w()}:mailto:a@b.org\r\n"
        f"ATTENDEE;CN={w()}:mailto:c@d.org\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nSUMMARY:{w()}\r\nEND:VTODO\r\n"
        f"BEGIN:VJOURNAL\r\nDESCRIPTION:{w()}\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n"
    )


def contact(w: Wordy) -> str:
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{w()} {w()}\r\nORG:{w()};{w()}\r\nTITLE:{w()}\r\nNOTE:{w()}\r\nADR:;;{w()};{w()};;;"
        f"{w()}\r\nEMAIL:{w()}@b.org\r\nTEL:+49 30 123\r\nURL:https://{w()}.org\r\nEND:VCARD\r\n"
    )


def mails(w: Wordy) -> bytes:
    parts = []
    for _ in range(3):
        message = EmailMessage()
        message["From"], message["Subject"] = f"{w()} <a@example.org>", w()
        message.set_content(f"{w()}\n\n{w()}")
        parts.append(b"From a@example.org Sun Mar  1 09:00:00 2026\n" + message.as_bytes() + b"\n")
    return b"".join(parts)


def archive(w: Wordy) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", w())
        package.writestr("deep/er/b.md", f"# {w()}\n\n{w()}")
        package.writestr("c.html", f"<p>{w()}</p>")
    return out.getvalue()


def fiction(w: Wordy) -> str:
    return (
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><book-title>'
        f"{w()}</book-title><annotation><p>{w()}</p></annotation></title-info></description><body><title><p>{w()}</p>"
        f"</title><section><title><p>{w()}</p></title><epigraph><p>{w()}</p></epigraph><p>{w()} <emphasis>{w()}</emphasis>"
        f"</p><poem><stanza><v>{w()}</v></stanza></poem><cite><p>{w()}</p><text-author>{w()}</text-author></cite><subtitle>"
        f"{w()}</subtitle><table><tr><th>{w()}</th></tr><tr><td>{w()}</td></tr></table></section></body><body "
        f'name="notes"><section id="n1"><p>{w()}</p></section></body></FictionBook>'
    )


def docbook(w: Wordy) -> str:
    return (
        f'<article xmlns="http://docbook.org/ns/docbook"><info><title>{w()}</title></info><section><title>{w()}</title>'
        f"<para>{w()} <emphasis>{w()}</emphasis><footnote><para>{w()}</para></footnote></para><itemizedlist><listitem>"
        f"<para>{w()}</para></listitem></itemizedlist><variablelist><varlistentry><term>{w()}</term><listitem><para>{w()}"
        f"</para></listitem></varlistentry></variablelist><note><para>{w()}</para></note><programlisting>{w()}"
        f"</programlisting><table><title>{w()}</title><tgroup cols='1'><thead><row><entry>{w()}</entry></row></thead><tbody>"
        f"<row><entry>{w()}</entry></row></tbody></tgroup></table><blockquote><para>{w()}</para></blockquote></section></article>"
    )


def open_slides(w: Wordy) -> bytes:
    box = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>".format
    page = "<draw:page>{}</draw:page>".format
    return opendocument(f"<office:presentation>{page(box(w()) + box(w()))}{page(box(w()))}</office:presentation>")


def cues(w: Wordy) -> str:
    return "".join(
        f"{number}\n00:00:{number:02},000 --> 00:00:{number:02},900\n{w()} <i>{w()}</i>\n\n" for number in range(1, 20)
    )


def web_cues(w: Wordy) -> str:
    said = "".join(f"00:{number:02}.000 --> 00:{number:02}.900\n<v {w()}>{w()}\n\n" for number in range(1, 10))
    return f"WEBVTT\n\nNOTE {w.gone('')}\n\n{said}"


def timed_text(w: Wordy) -> str:
    said = "".join(f'<p begin="{number}s" end="{number + 1}s">{w()}<br/>{w()}</p>' for number in range(9))
    return f'<tt xmlns="http://www.w3.org/ns/ttml"><body><div>{said}</div></body></tt>'


def wiki(w: Wordy) -> str:
    return (
        f"{{{{Infobox x\n| name = {w()}\n| of = [[x|{w()}]]\n}}}}\n{w()} '''{w()}''' [[{w()}]]<ref>{w()}</ref> <!-- "
        f"{w.gone('')} -->\n\n== {w()} ==\n* {w()}\n# {w()}\n; {w()}\n: {w()}\n\n{{|\n|+ {w()}\n! {w()} !! {w()}\n|-\n"
        f"| {w()} || {w()}\n|}}\n\n<pre>{w()}</pre>\n {w()}\n\n{{{{quote|{w()}|{w()}}}}} [https://x.org {w()}]\n"
        f"<math>{w()}</math> <nowiki>{w()}</nowiki> [[File:x.png|thumb|{w()} {w()}]]\n<blockquote>{w()}</blockquote>\n"
    )


def textile(w: Wordy) -> str:
    return (
        f'h1. {w()}\n\n{w()} *{w()}* _{w()}_ @{w()}@ "{w()}":https://x.org [1]\n\n* {w()}\n# {w()}\n\nbq. {w()}\n\nbc. '
        f"{w()}\n\n|_. {w()}|_. {w()}|\n|{w()}|{w()}|\n\n<div><p>{w()}</p></div>\n\nfn1. {w()}\n\n###. {w.gone('')}\n"
    )


MARKUP: dict[str, Callable[[Wordy], str | bytes]] = {
    "a.rst": restructured,
    "a.adoc": asciidoc,
    "a.org": org,
    "a.tex": latex,
    "a.wiki": wiki,
    "a.textile": textile,
    "a.ics": calendar,
    "a.vcf": contact,
    "a.mbox": mails,
    "a.zip": archive,
    "a.fb2": fiction,
    "a.docbook": docbook,
    "a.odp": open_slides,
    "a.srt": cues,
    "a.vtt": web_cues,
    "a.ttml": timed_text,
    "a.sbv": lambda w: f"0:00:01.000,0:00:02.000\n{w()}\n\n0:00:03.000,0:00:04.000\n{w()}\n",
    "a.lrc": lambda w: f"[ti:{w.gone('')}]\n[00:01.00]{w()}\n[00:02.00]{w()}\n",
    "a.ass": lambda w: (
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, "
        f"Text\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{{\\i1}}{w()}, {w()}\\N{w()}\n"
    ),
    "a.rss": lambda w: (
        f"<rss version='2.0'><channel><title>{w()}</title><item><title>{w()}</title><description>{w()}</description></item>"
        "</channel></rss>"
    ),
    "a.opml": lambda w: (
        f"<opml><body><outline text='{w()}'><outline text='{w()}' _note='{w()}'/></outline></body></opml>"
    ),
    "a.geojson": lambda w: f'{{"type": "FeatureCollection", "features": [{{"properties": {{"name": "{w()}"}}}}]}}',
    "a.toml": lambda w: f'[{w()}]\nname = "{w()}" # {w()}\n',
    "a.log": lambda w: f"{w()}\n{w()}\n",
}
