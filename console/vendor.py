"""``make vendor``: brings what pages use of others into the tree, as ``vendor.yaml`` names it, to the letter."""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from domain.base import Model
from domain.yaml_file import read_yaml

FOLDER: Final = Path(__file__).parent / "static" / "vendor"
_LIST: Final = Path(__file__).parent / "vendor.yaml"


class Vendored(Model):
    """A file of a package as it stands in the tree."""

    package: str
    version: str
    integrity: str
    """Of the package, as its registry gives it."""
    licence: str
    file: str
    """Within the package."""
    sha256: str

    @property
    def path(self) -> Path:
        """Where it stands: the version is in the name, so that a browser may keep it for good."""
        name, ending = Path(self.file), "".join(Path(self.file).suffixes)
        if not ending:
            return FOLDER / f"{self.package.removeprefix('@').replace('/', '-')}-{self.version}-{name.name}"
        return FOLDER / f"{name.name.removesuffix(ending)}-{self.version}{ending}"


def vendored() -> list[Vendored]:
    """Every file that was brought in."""
    return [Vendored.model_validate(row) for row in read_yaml(_LIST.read_text(encoding="utf-8"))["files"]]


def bring(one: Vendored) -> None:
    """Fetch a package and lay its file into the tree. Raises ValueError where it is not what the list says."""
    with tempfile.TemporaryDirectory() as folder:
        packed = f"{one.package}@{one.version}"
        told = subprocess.run(
            ["npm", "pack", "--silent", packed], cwd=folder, check=True, capture_output=True, text=True
        )  # fmt: skip
        archive = Path(folder) / told.stdout.strip().splitlines()[-1]
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != one.integrity:
            raise ValueError(f"{packed}: integrity is sha512-{digest}")
        with tarfile.open(archive) as opened:
            inside = opened.extractfile(f"package/{one.file}")
            assert inside is not None
            content = inside.read()
    if hashlib.sha256(content).hexdigest() != one.sha256:
        raise ValueError(f"{packed} {one.file}: sha256 is {hashlib.sha256(content).hexdigest()}")
    one.path.parent.mkdir(exist_ok=True)
    one.path.write_bytes(content)


if __name__ == "__main__":
    for one in vendored():
        bring(one)
