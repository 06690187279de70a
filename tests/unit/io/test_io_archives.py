"""Archives: nothing outside the temporary folder, nothing larger than told, nothing left behind."""

from __future__ import annotations

import contextlib
import errno
import stat
import sys
import tempfile
import zipfile

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.errors import DiskFullError, InputError
from millesime.io import archives
from millesime.io.archives import Limits, vector_files

NESTED = "OCS-GE/1_DONNEES_LIVRAISON_2025-05-00080/OCSGE_2-0_GPKG_LAMB93_D09-2022/OCCUPATION_SOL.gpkg"


def make_zip(path, entries, *, link=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in entries.items():
            opened.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            opened.writestr(info, "/etc/passwd")
    return path


def make_7z(path, entries):
    with py7zr.SevenZipFile(path, "w") as opened:
        for name, content in entries.items():
            opened.writestr(content, name)
    return path


MAKERS = {".zip": make_zip, ".7z": make_7z}


@pytest.fixture(params=[".zip", ".7z"])
def pack(request, tmp_path):
    return lambda entries, name="delivery": MAKERS[request.param](tmp_path / f"{name}{request.param}", entries)


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The only place where temporary folders may be made."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_nested_delivery_is_unpacked_and_removed(pack, scratch):
    archive = pack({NESTED: b"map", "OCS-GE/3_SUPPLEMENTS/NomenclatureOCSGE.csv": b"a;b", "readme.exe": b"x"})
    with vector_files(archive) as found:
        assert [found.name_of(file) for file in found.files] == [NESTED]
        assert found.files[0].read_bytes() == b"map"
        assert found.root.parent == scratch
        assert not list(found.root.rglob("*.exe")), "only vector files are extracted"
    assert list(scratch.iterdir()) == []


def test_a_shapefile_comes_with_its_side_files(pack, scratch):
    names = [f"a/ZONE.{suffix}" for suffix in ("shp", "shx", "dbf", "prj", "cpg")]
    with vector_files(pack(dict.fromkeys(names, b"x"))) as found:
        assert [file.name for file in found.files] == ["ZONE.shp"]
        assert sorted(file.name for file in found.files[0].parent.iterdir()) == sorted(n[2:] for n in names)


def test_nothing_is_left_after_a_failure(pack, scratch):
    archive = pack({NESTED: b"map"})
    with pytest.raises(ValueError, match="in the middle"), vector_files(archive):
        raise ValueError("in the middle")
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("name", ["../out.gpkg", "a/../../out.gpkg", "/tmp/out.gpkg", "..\\out.gpkg", "C:/out.gpkg"])
def test_a_zip_that_points_outside_is_refused(tmp_path, scratch, name):
    archive = make_zip(tmp_path / "evil.zip", {"good.gpkg": b"x", name: b"x"})
    with pytest.raises(InputError, match="points outside"), vector_files(archive):
        pass
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "out.gpkg").exists()


def test_a_7z_that_points_outside_is_refused(tmp_path, scratch):
    """py7zr writes no such name, so it is put into the header of a sound archive, which is not compressed."""
    archive = tmp_path / "evil.7z"
    with py7zr.SevenZipFile(archive, "w") as opened:
        opened.set_encoded_header_mode(False)
        opened.writestr(b"x", "aa/out.gpkg")
    content = archive.read_bytes()
    before, after = "aa/out.gpkg".encode("utf-16le"), "../out.gpkg".encode("utf-16le")
    assert content.count(before) == 1
    archive.write_bytes(_with_checksums(content.replace(before, after)))
    with pytest.raises(InputError, match="points outside"), vector_files(archive):
        pass
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "out.gpkg").exists()
    assert not (scratch / "out.gpkg").exists()


def _with_checksums(content: bytes) -> bytes:
    """A 7z file whose header was changed, with the two checksums of its start header made right again."""
    import struct
    import zlib

    offset, size = struct.unpack_from("<QQ", content, 12)
    header = content[32 + offset : 32 + offset + size]
    start = struct.pack("<QQI", offset, size, zlib.crc32(header))
    return content[:8] + struct.pack("<I", zlib.crc32(start)) + start + content[32:]


def test_a_link_is_refused(tmp_path, scratch):
    archive = make_zip(tmp_path / "link.zip", {"good.gpkg": b"x"}, link="bad.gpkg")
    with pytest.raises(InputError, match="link"), vector_files(archive):
        pass


def test_a_7z_link_is_refused(tmp_path, scratch):
    (tmp_path / "target.gpkg").write_bytes(b"x")
    (tmp_path / "link.gpkg").symlink_to("target.gpkg")
    with py7zr.SevenZipFile(tmp_path / "link.7z", "w") as opened:
        opened.write(tmp_path / "link.gpkg", "link.gpkg")
    with pytest.raises(InputError, match="link"), vector_files(tmp_path / "link.7z"):
        pass


def test_sizes_are_bounded(pack, scratch, monkeypatch):
    archive = pack({"a.gpkg": b"x" * 1000, "b.gpkg": b"x" * 1000})
    with vector_files(archive, limits=Limits(files=2, total_bytes=2000)) as found:
        assert len(found.files) == 2
    with pytest.raises(InputError, match="unpacks to more"), vector_files(archive, limits=Limits(total_bytes=1999)):
        pass
    with pytest.raises(InputError, match="2 files"), vector_files(archive, limits=Limits(files=1)):
        pass
    monkeypatch.setattr(archives, "_RATIO_COUNTS_ABOVE_BYTES", 1000)
    monkeypatch.setattr(archives, "_LARGEST_RATIO", 2)
    with pytest.raises(InputError, match="2 times"), vector_files(archive):
        pass
    assert list(scratch.iterdir()) == []


def test_no_room_is_told_before_anything_is_written(pack, scratch, monkeypatch):
    usage = type("Usage", (), {"free": 10})
    monkeypatch.setattr(archives.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DiskFullError, match="TMPDIR"), vector_files(pack({"a.gpkg": b"x" * 1000})):
        pass


@pytest.mark.parametrize("suffix", [".zip", ".7z"])
@pytest.mark.parametrize("damage", ["text", "cut", "flipped"])
def test_a_damaged_archive_is_named(tmp_path, scratch, suffix, damage):
    path = MAKERS[suffix](tmp_path / f"a{suffix}", {"a.gpkg": bytes(range(256)) * 40})
    content = bytearray(path.read_bytes())
    if damage == "text":
        content = bytearray(b"not an archive")
    elif damage == "cut":
        content = content[: len(content) // 2]
    else:
        content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a sound"), vector_files(path):
        pass
    assert list(scratch.iterdir()) == []


def test_a_password_is_named(tmp_path, scratch):
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w", password="secret") as opened:
        opened.writestr(b"x", "a.gpkg")
    with pytest.raises(InputError, match="password"), vector_files(tmp_path / "a.7z"):
        pass


def test_the_same_name_twice_is_refused(tmp_path, scratch):
    archive = make_zip(tmp_path / "twice.zip", {"a.gpkg": b"x", "A.GPKG": b"y"})
    with pytest.raises(InputError, match="twice"), vector_files(archive):
        pass


def test_without_py7zr_the_message_says_what_to_install(tmp_path, scratch, monkeypatch):
    archive = make_7z(tmp_path / "a.7z", {"a.gpkg": b"x"})
    monkeypatch.setitem(sys.modules, "py7zr", None)
    with pytest.raises(InputError, match=r"millesime\[archives\]"), vector_files(archive):
        pass


def test_a_folder_and_a_file_are_read_where_they_are(tmp_path):
    for name in ("b/two.gpkg", "a/one.SHP", "a/one.dbf", ".hidden/three.gpkg", "note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    make_zip(tmp_path / "more.zip", {"a.gpkg": b"x"})
    with vector_files(tmp_path) as found:
        assert [found.name_of(file) for file in found.files] == ["a/one.SHP", "b/two.gpkg"]
        assert found.told == ("more.zip: an archive inside a folder, not looked into; give it by its own path",)
    with vector_files(tmp_path / "b" / "two.gpkg") as found:
        assert [found.name_of(file) for file in found.files] == ["two.gpkg"]
    with pytest.raises(InputError, match="no such file"), vector_files(tmp_path / "absent.7z"):
        pass


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    entries = {"x/a.gpkg": bytes(range(256)) * 20, "x/b.shp": b"hello"}
    return {suffix: maker(folder / f"a{suffix}", entries).read_bytes() for suffix, maker in MAKERS.items()}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(MAKERS)), st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1))
def test_whatever_the_damage_it_is_named_and_nothing_is_left(sound, damaged_folder, suffix, changes):
    content = bytearray(sound[suffix])
    for place, value in changes:
        content[int(place * len(content))] = value
    path = damaged_folder / f"damaged{suffix}"
    path.write_bytes(content)
    with contextlib.suppress(InputError), vector_files(path) as found:
        assert all(file.is_relative_to(found.root) for file in found.files)
    assert list((damaged_folder / "scratch").iterdir()) == []


@pytest.fixture(scope="module")
def damaged_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "scratch").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "scratch")
    yield folder
    tempfile.tempdir = before


def test_a_fault_of_the_machine_is_no_fault_of_the_archive(pack, scratch, monkeypatch):
    archive = pack({"a.gpkg": b"x"})
    monkeypatch.setattr(archives, "_wanted", _refused)
    with pytest.raises(PermissionError), vector_files(archive):
        pass


def _refused(*_):
    raise PermissionError(errno.EACCES, "not allowed")
