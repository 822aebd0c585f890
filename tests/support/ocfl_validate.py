"""Validates an OCFL storage root and every object in it with ocfl-py.

ocfl-py does not know layout extension 0004, so it is taught where 0004 puts an
object, and every object is checked to lie there.
"""

import hashlib
import sys

import ocfl
from ocfl.layout import Layout
from ocfl.layout_registry import add_layout

NAME = "0004-hashed-n-tuple-storage-layout"


class HashedNTuple(Layout):
    """Three folders of three characters, then one of the whole digest."""

    def __init__(self):
        super().__init__()
        self.NAME = NAME
        self.DESCRIPTION = NAME
        self.PARAMS = {
            "digestAlgorithm": self.expect("sha256"),
            "tupleSize": self.expect(3),
            "numberOfTuples": self.expect(3),
            "shortObjectRoot": self.expect(False),
        }

    @staticmethod
    def expect(due):
        def check(value):
            if value != due:
                raise ocfl.StorageRootException("E070", layout_name=NAME)

        return check

    def identifier_to_path(self, identifier):
        digest = hashlib.sha256(identifier.encode()).hexdigest()
        return "/".join([digest[0:3], digest[3:6], digest[6:9], digest])


def main(root):
    add_layout(NAME, HashedNTuple)
    store = ocfl.StorageRoot(root=root)
    valid = store.validate()
    for place, messages in store.errors:
        print(place, messages)
    print(store.log)
    print(f"objects={store.num_objects} valid={store.good_objects}")
    layout = HashedNTuple()
    misplaced = [path for path, name in store.list_objects() if layout.identifier_to_path(name) != path]
    print("misplaced:", misplaced)
    return valid and store.num_objects == store.good_objects and not misplaced


sys.exit(0 if main(sys.argv[1]) else 1)
