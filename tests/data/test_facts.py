"""What is known of a source's files without reading their rows."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from helpers.source_facts import look, only_file, only_problem, written

from kpi.data import facts
from kpi.plan.checks.source_facts import COLLIDING, MISSING, SourceFacts
from kpi.plan.model import Plan, ReadOptions, Source

# Names.


def test_columns_map_names_to_headers_and_the_header_stays_as_it_is(tmp_path: Path) -> None:
    known = written(tmp_path, "Call Id, Agent ,Answered (Y/N),2026,\n1,Ann,Y,2,\n")
    file = only_file(known)
    assert file.header == ("Call Id", " Agent ", "Answered (Y/N)", "2026", "")
    assert file.names == ("call_id", "Agent", "answered_y_n", "_2026", "column_5")
    assert known.columns == dict(zip(file.names, file.header, strict=True))
    assert known.files == (tmp_path / "a.csv",)
    assert known.kind == "csv"


@pytest.mark.parametrize("header", ["Order Date", " order date ", "ORDER DATE", "order_date"])
def test_columns_renames_by_the_header_without_regard_to_case_and_padding(tmp_path: Path, header: str) -> None:
    file = only_file(written(tmp_path, "id, Order Date\n1,2026-01-01\n", columns={"ordered_at": header}))
    assert file.names == ("id", "ordered_at")


def test_columns_names_a_blank_header_by_its_position_and_a_repeated_one_by_its_count(tmp_path: Path) -> None:
    columns = {"note": "column_2", "sprint_b": "Sprint (2)"}
    file = only_file(written(tmp_path, "Sprint,,Sprint\n1,x,2\n", columns=columns))
    assert file.names == ("Sprint", "note", "sprint_b")


def test_R3_headers_that_collide_ask_for_columns(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, "Total %,id,Total:\n1,2,3\n"))
    assert (problem.code, problem.field) == (COLLIDING, ("columns", "total"))
    assert problem.message == '"a.csv": "Total %" and "Total:" would all be called "total"'
    assert problem.hint == 'columns: {total_2: "Total:"}'
    renamed = written(tmp_path, "Total %,id,Total:\n1,2,3\n", columns={"total_2": "Total:"})
    assert only_file(renamed).names == ("total", "id", "total_2")


def test_R3_a_header_that_stands_twice_collides_and_the_mend_that_is_offered_works(tmp_path: Path) -> None:
    text = "Sprint,Sprint,sprint\n1,2,3\n"
    problem = only_problem(written(tmp_path, text))
    assert problem.hint == "columns: {Sprint_2: Sprint (2), sprint_3: sprint}"
    renamed = written(tmp_path, text, columns={"Sprint_2": "Sprint (2)", "sprint_3": "sprint"})
    assert only_file(renamed).names == ("Sprint", "Sprint_2", "sprint_3")


def test_R3_a_new_name_that_collides_with_a_header(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, "Sum,amount\n1,2\n", columns={"amount": "Sum"}))
    assert (problem.code, problem.hint) == (COLLIDING, "columns: {amount_2: amount}")


def test_a_header_named_under_columns_that_is_not_there(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, "Order Date,id\n", columns={"day": "Order Dat", "key": "id"}))
    assert (problem.code, problem.field) == ("E043", ("columns", "day"))
    assert problem.message == 'there is no header "Order Dat" in "a.csv"'
    assert problem.hint == 'did you mean "Order Date"?'


def test_two_names_for_one_header(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, "Sum,id\n", columns={"a": "Sum", "b": "Sum"}))
    assert (problem.code, problem.field) == ("E062", ("columns", "b"))


# Encodings.


@pytest.mark.parametrize(
    ("raw", "given", "encoding"),
    [
        ("größe,b\n".encode(), None, "utf-8"),
        ("größe,b\n".encode("utf-8-sig"), None, "utf-8"),
        ("größe,b\n".encode("utf-16"), None, "utf-16"),
        (b"\xfe\xff" + "größe,b\n".encode("utf-16-be"), None, "utf-16"),
        ("größe,b\n".encode("utf-32"), None, "utf-32"),
        ("größe,b\n".encode("cp1252"), "cp1252", "cp1252"),
        ("größe,b\n".encode("latin-1"), "Latin-1", "iso8859-1"),
        ("größe,b\n".encode("utf-16-le"), "utf-16-le", "utf-16-le"),
        ("größe,b\n".encode("utf-8-sig"), "cp1252", "utf-8"),
        ("größe,b\n".encode("utf-8-sig"), "utf-8-sig", "utf-8"),
    ],
)
def test_encodings(tmp_path: Path, raw: bytes, given: str | None, encoding: str) -> None:
    file = only_file(written(tmp_path, raw, read=ReadOptions(encoding=given)))
    assert (file.encoding, file.header) == (encoding, ("größe", "b"))


def test_a_file_that_is_not_utf8_asks_for_its_encoding_and_keeps_a_header_that_can_be_read(tmp_path: Path) -> None:
    known = written(tmp_path, b"name,b\nAnn,1\nJos\xe9,2\n")
    assert known.columns == {"name": "name", "b": "b"}
    problem = only_problem(known)
    assert (problem.code, problem.message) == ("E063", '"a.csv" is not UTF-8: byte 0xE9 in line 3')
    assert problem.hint is not None
    assert problem.hint.endswith("read: {encoding: cp1252}")


def test_a_header_that_cannot_be_decoded_is_one_problem_and_no_columns(tmp_path: Path) -> None:
    known = written(tmp_path, b"gr\xf6\xdfe,b\n1,Jos\xe9\n")
    assert known.columns is None
    assert only_problem(known).code == "E063"


def test_bytes_that_cp1252_does_not_have_suggest_latin_1(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, b"a,b\n\x81,1\n"))
    assert problem.hint is not None
    assert "latin-1" in problem.hint


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Stadt,n\nKöln,1\nMünchen,2\nDüsseldorf,3\n", "cp1252"),
        ("Stadt,n\nKöln,1\nMünchen,2\nDüsseldorf,3\n", "cp850"),
        ("item,n\nDesk\u00a0lamp,1\n“Oak” shelf\u00a0two,2\nChair – red,3\n", "cp1252"),
        ("ciudad,n\nMálaga,1\nCórdoba,2\nCádiz,3\n", "cp850"),
        ("ville,n\nNîmes,1\nOrléans,2\nBézier,3\n", "mac_roman"),
        ("miasto,n\nŁódź,1\nKraków,2\nGdańsk,3\nCzęstochowa,4\n", "cp1250"),
        ("город,n\nМосква,1\nТверь,2\nКазань,3\n", "cp1251"),
        ("город,n\nМосква,1\nТверь,2\nКазань,3\n", "koi8-r"),
        ("都市,n\n東京,1\n大阪,2\nさいたま,3\n", "shift_jis"),
        ("城市,n\n北京,1\n上海,2\n广州,3\n", "gb18030"),
        ("도시,n\n서울,1\n부산,2\n대전,3\n", "cp949"),
    ],
)
def test_the_encoding_that_is_advised_is_the_one_it_was_saved_in(tmp_path: Path, text: str, encoding: str) -> None:
    problem = only_problem(written(tmp_path, text.encode(encoding)))
    assert f"read: {{encoding: {encoding}}}" in (problem.hint or "")
    file = only_file(written(tmp_path, text.encode(encoding), read=ReadOptions(encoding=encoding)))
    assert file.header == tuple(text.split("\n")[0].split(","))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["name,n\nAnn,1\n", "Größe;n\nähnlich;1\n", "город\tn\nМосква\t1\n"])
def test_wide_characters_without_a_mark_are_advised_by_their_byte_order(
    tmp_path: Path, text: str, encoding: str
) -> None:
    problem = only_problem(written(tmp_path, text.encode(encoding)))
    assert (problem.hint or "").endswith(f"read: {{encoding: {encoding}}}")
    # Who says no more than utf-16 has said enough.
    given = encoding.rpartition("-")[0]
    assert only_file(written(tmp_path, text.encode(encoding), read=ReadOptions(encoding=given))).encoding == encoding


@pytest.mark.parametrize("given", ["utf-16", "utf-32"])
def test_utf8_that_is_declared_as_something_wider(tmp_path: Path, given: str) -> None:
    problem = only_problem(written(tmp_path, b"a,b\n1,2\n", read=ReadOptions(encoding=given)))
    assert (problem.code, problem.field) == ("E063", ("read", "encoding"))
    assert problem.message == f'"a.csv" is not {given}: it does not begin with a byte order mark'


@pytest.mark.parametrize("given", ["cp1252", "latin-1", "cp850", "mac_roman"])
def test_utf8_that_is_declared_as_something_narrower(tmp_path: Path, given: str) -> None:
    problem = only_problem(written(tmp_path, "a,b\nsüd,2\n".encode(), read=ReadOptions(encoding=given)))
    assert (problem.message, problem.hint) == (f'"a.csv" is UTF-8, not {given}', "leave encoding out")


def test_a_byte_is_named_by_its_line_where_lines_end_in_cr(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, b"name,b\rAnn,1\rJos\xe9,2\r"))
    assert problem.message == '"a.csv" is not UTF-8: byte 0xE9 in line 3'


def test_a_zero_byte_is_named_by_its_line(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, b"a,b\n1,2\nx\0y,3\n"))
    assert problem.message == '"a.csv" is not a text file: there is a zero byte in line 3'


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"PK\x03\x04\x14\0\0\0\x08\0[Content_Types].xml", "an Excel workbook"),
        (b"PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "a workbook of LibreOffice"),
        (b"PK\x03\x04\x14\0\0\0\x08\0sales.csv", "a zip archive"),
        (b"\x1f\x8b\x08\0", "a gzip file"),
        (b"\x28\xb5\x2f\xfd\x04", "a zstd file"),
        (b"BZh91AY&SY\x82", "a bzip2 file"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file such as .xls"),
        (b"%PDF-1.7\n%\xe2", "a PDF"),
        (b"\n<!DOCTYPE html><html>", "a web page, not a table"),
        (b'[{"a": 1}, {"a": 2}]', "JSON"),
        (b'{"a": 1}\n{"a": 2}\n', "JSON"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS, not the data"),
    ],
)
def test_what_a_file_is_that_is_no_table_of_text(tmp_path: Path, raw: bytes, what: str) -> None:
    problem = only_problem(written(tmp_path, raw))
    assert (problem.code, problem.message) == ("E063", f'"a.csv" is {what}')
    assert problem.hint


@pytest.mark.parametrize("text", ["BZh,b\n1,2\n", "ORC,n\n1,2\n", "[a],{b}\n1,2\n", "PK,PAR\n1,2\n"])
def test_headers_that_only_begin_like_another_kind_of_file(tmp_path: Path, text: str) -> None:
    assert len(only_file(written(tmp_path, text)).header) == 2


def test_an_encoding_that_is_given_and_wrong(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, b"a,b\n\xe9,1\n", read=ReadOptions(encoding="ascii")))
    assert (problem.code, problem.field) == ("E063", ("read", "encoding"))
    assert problem.message == '"a.csv" is not ascii: byte 0xE9 in line 2'


def test_a_character_cut_in_two_by_the_end_of_what_is_read_is_no_fault(tmp_path: Path) -> None:
    for shift in range(4):
        rows = "x" * shift + "€,€\n" + "€€€,€\n" * 9000
        assert len(rows.encode()) > 65_536
        known = written(tmp_path, "a,b\n" + rows)
        assert only_file(known).header == ("a", "b")
    assert only_file(written(tmp_path, "a,b\n" + "€,😀\n" * 30_000, name="b.csv")).header == ("a", "b")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "has no row"),
        (b"PK\x03\x04\x00\x00", "is a zip archive"),
        ("a,b\n".encode("utf-16-le"), "is not a text file"),
        (b"a" * 70_000, "more than 64 KiB"),
    ],
)
def test_files_without_a_header(tmp_path: Path, raw: bytes, words: str) -> None:
    known = written(tmp_path, raw)
    assert known.columns is None
    problem = only_problem(known)
    assert (problem.code, problem.file) == ("E063", tmp_path / "a.csv")
    assert problem.message.startswith('"a.csv" ')
    assert words in problem.message


# Other kinds.


def test_compressed_text(tmp_path: Path) -> None:
    file = only_file(written(tmp_path, gzip.compress(b"a;b\n1;2\n" * 50_000), "a.csv.gz"))
    assert (file.delimiter, file.header) == (";", ("a", "b"))
    for raw, words in ((b"a,b\n1,2\n", "a gzip file"), (gzip.compress(b"a,b\n1,2\n")[:-12], "a whole gzip file")):
        problem = only_problem(written(tmp_path, raw, "b.csv.gz"))
        assert (problem.code, problem.message) == ("E063", f'"b.csv.gz" is not {words}')
    known = written(tmp_path, b"anything", "a.csv.zst")
    assert (known.kind, known.columns, known.problems) == ("csv", None, ())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"Order Id": 1, "b": 2}, {"c": 3}, 4]'),
        ("a.json", '{"Order Id": 1, "b": [2], "c": null}'),
        ("a.jsonl", '{"Order Id": 1, "b": 2}\n\n{"c": 3}\n'),
        ("a.json", '{"Order Id": 1, "b": 2}\n{"c": 3}\n'),
        ("a.ndjson", '\ufeff{"Order Id": 1, "b": 2, "c": 3}\n'),
    ],
)
def test_the_columns_of_json_are_all_keys(tmp_path: Path, name: str, text: str) -> None:
    known = written(tmp_path, text, name)
    assert known.kind == "json"
    assert known.columns == {"order_id": "Order Id", "b": "b", "c": "c"}


def test_json_that_is_large_or_broken(tmp_path: Path) -> None:
    rows = json.dumps([{"a": "x" * 1000}] * 1001)
    assert written(tmp_path, rows, "a.json") == SourceFacts("json", (tmp_path / "a.json",))
    for text in ('[{"a": 1}', "{'a': 1}", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", ""):
        known = written(tmp_path, text, "b.json")
        assert known.columns is None
        assert only_problem(known).code == "E063"
    packed = written(tmp_path, gzip.compress(b'[{"a": 1}]'), "c.json.gz")
    assert packed.columns == {"a": "a"}


@pytest.mark.parametrize(
    ("name", "kind"), [("a.parquet", "parquet"), ("a.XLSX", "excel"), ("a.txt", "csv"), ("a", "csv")]
)
def test_kinds_by_the_ending(tmp_path: Path, name: str, kind: str) -> None:
    assert written(tmp_path, "a,b\n", name).kind == kind


def test_N2_columns_of_other_kinds_are_unknown(tmp_path: Path) -> None:
    assert written(tmp_path, b"PAR1", "a.parquet").columns is None
    assert written(tmp_path, b"PK", "a.xlsx").columns is None
    plan = Plan(folder=tmp_path, root=tmp_path)
    assert facts(Source(id="a", query="select 1"), plan) == SourceFacts("query")
    assert facts(Source(id="a", table="t", connection="${X}"), plan) == SourceFacts("table")


# Several files.


def test_R5_files_are_united_by_name_and_each_keeps_its_own_header(tmp_path: Path) -> None:
    (tmp_path / "o-1.csv").write_text("id,Amount\n1,2\n")
    (tmp_path / "o-2.csv").write_text("amount;ID;note\n1;2;x\n")
    known = look(tmp_path, "o-*.csv")
    assert known.columns == {"id": "id", "Amount": "Amount", "note": "note"}
    assert [(file.path.name, file.delimiter, file.names) for file in known.per_file] == [
        ("o-1.csv", ",", ("id", "Amount")),
        ("o-2.csv", ";", ("amount", "ID", "note")),
    ]


def test_files_that_begin_alike_are_written_alike_each_with_its_own_encoding(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"o-{number}.csv").write_text("a;b\n1,5;2\n", encoding="utf-8-sig" if number else "utf-8")
    (tmp_path / "o-3.csv").write_text("a;b;c\n1,5;2;3\n")
    known = look(tmp_path, "o-*.csv")
    assert [(file.delimiter, len(file.names)) for file in known.per_file] == [(";", 2), (";", 2), (";", 2), (";", 3)]


def test_a_hundred_files_with_one_fault_are_one_problem(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"o-{number:02}.csv").write_bytes(b"a,b\n" + b"x,y\n" * number + b"\xe9,1\n")
    problem = only_problem(look(tmp_path, "o-*.csv"))
    assert problem.message == '"o-00.csv" is not UTF-8: byte 0xE9 in line 2 (and 99 more files)'


def test_files_of_two_kinds_do_not_go_together(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("a\n1\n")
    (tmp_path / "o.json").write_text('[{"a": 1}]')
    known = look(tmp_path, "o.*")
    assert known.columns is None
    assert only_problem(known).code == "E063"


def test_a_file_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a\n1\n")
    known = look(tmp_path, "a-*.csv", "b.csv", "c.csv")
    assert known.columns == {"a": "a"}
    assert [(each.code, each.field) for each in known.problems] == [(MISSING, ("path", 0)), (MISSING, ("path", 2))]
    assert look(tmp_path, "d.csv").columns is None


def test_a_folder_and_a_path_outside_are_errors(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    problem = only_problem(look(tmp_path, "data"))
    assert (problem.code, problem.field, problem.hint) == ("E063", ("path", 0), "data/*.csv")
    problem = only_problem(look(tmp_path, "data/x.csv", "../x.csv"))
    assert (problem.code, problem.field) == ("E061", ("path", 1))


def test_one_file_that_cannot_be_read_makes_the_columns_unknown(tmp_path: Path) -> None:
    (tmp_path / "o-1.csv").write_text("a,b\n1,2\n")
    (tmp_path / "o-2.csv").write_text("")
    known = look(tmp_path, "o-*.csv")
    assert known.columns is None
    assert only_problem(known).code == "E063"


def test_nothing_is_raised_whatever_the_bytes(tmp_path: Path) -> None:
    from random import Random

    random = Random(1)
    pieces = [bytes([byte]) for byte in b",;\"'\n\r\ta1 \xe4=|"] + [b"\xc3\xa4", b"\xff\xfe"]
    for _ in range(400):
        raw = b"".join(random.choices(pieces, k=random.randrange(40)))
        known = written(tmp_path, raw, "a.csv")
        for file in known.per_file:
            assert len(file.header) == len(file.names) > 0
        assert known.columns is not None or known.problems
