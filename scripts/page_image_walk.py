"""How far a page's picture travels through the reading of one page, counted from the sources alone.

    python3 scripts/page_image_walk.py [FOLDER [FILE FUNCTION]]      by default workers/src pipeline.rs read_page

What is counted: from the function that reads a page, every call of a function that is handed the page is followed, in the
order of the source, each function once. A function is handed the page when its signature names a picture or a struct that
holds one, directly or in another struct. It *sees* the picture when its signature names a buffer of pixels or a bitmap of the
page, or when its body reads a field that is one or asks a method for one that a struct holds; a function that only hands the
page on does not. Cut-out parts of a page (struct Crop, once Cutout) are not the page. The file of each function that sees the
picture is a stop, when it is entered and again whenever a call it makes returns; equal neighbours are one stop. Files: how
many different ones. Ways back: stops less files.

Methods are found by name and type, without a compiler: of two methods of one name the one in the same file is taken.
"""

import pathlib
import re
import sys

BUFFERS = {"GrayImage", "RgbImage", "DynamicImage", "Bitmap"}
BUFFER = re.compile(r"\b(%s)\b" % "|".join(BUFFERS))
PARTS = {"Crop", "Cutout"}
# Fields of structs that are pictures of the whole page; of a part where the value's name says so.
FIELD = re.compile(r"\b(\w+)\s*:\s*([^,:]*)")
FIELD_OF_PART = re.compile(r"\b(alone|crop|piece|strip|cut|cutout|larger|part)\.picture\b")
LENT = re.compile(r"&\s*(?:'\w+\s+)?(?:mut\s+)?(?:%s)\b" % "|".join(BUFFERS))
SELF = re.compile(r"\s*(&\s*('\w+\s+)?)?(mut\s+)?self\b")
CALL = re.compile(r"((?:\b\w+(?:::<[^>]*>)?::)*|\.\s*)\b(\w+)(?:::<[^>(]*>)?\s*\(")
# Names of the standard library that methods of ours share; found only in the file they are called from.
COMMON = {"read", "lines", "apply", "of", "own_words"}


class Function:
    def __init__(self, file, name, parameters, result, body, owner):
        self.file, self.name, self.owner = file, name, owner
        self.parameters, self.result, self.body = parameters, result, body
        self.signature = re.sub(r"impl Fn\w*\([^)]*\)", "", parameters + result)
        self.is_method = bool(SELF.match(parameters))


def without_comments_and_texts(source):
    pattern = r"//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\[^']*|[^'\\])'"
    return re.sub(pattern, lambda found: "" if found[0].startswith("//") else '""', source)


def closing(source, at, opens="{", closes="}"):
    depth = 0
    for place in range(at, len(source)):
        depth += (source[place] == opens) - (source[place] == closes)
        if depth == 0:
            return place
    return len(source) - 1


def without_tests(source):
    while found := re.search(r"#\[cfg\(test\)\]\s*(pub(\([a-z ]+\))?\s+)?(mod|fn|impl)\b[^;{]*", source):
        end = found.end()
        end = closing(source, end) if source[end] == "{" else end
        source = source[: found.start()] + source[end + 1 :]
    return source


def read(folder):
    functions, structs, sources = [], {}, {}
    for path in sorted(folder.rglob("*.rs")):
        file = str(path.relative_to(folder))
        if file.endswith("tests.rs") or file == "testing.rs":
            continue
        source = sources[file] = without_tests(without_comments_and_texts(path.read_text()))
        for found in re.finditer(r"\bstruct\s+(\w+)[^;{(]*([{(;])", source):
            start, opens = found.end() - 1, found[2]
            end = start if opens == ";" else closing(source, start, opens, "}" if opens == "{" else ")")
            structs[found[1]] = source[start:end]
        owners = [
            (found.end() - 1, closing(source, found.end() - 1), found[1].split("::")[-1])
            for found in re.finditer(r"^\s*impl(?:<[^{]*?>)?\s+(?:[^{]*?\bfor\s+)?([\w:]+)[^{;]*\{", source, re.M)
        ]
        for found in re.finditer(r"\bfn\s+(\w+)\s*(<[^(]*>)?\s*\(", source):
            opens = found.end() - 1
            closes = closing(source, opens, "(", ")")
            body = min(at for at in (source.find("{", closes), source.find(";", closes), len(source)) if at >= 0)
            if body == len(source) or source[body] == ";":
                continue
            owner = [name for start, end, name in owners if start < found.start() < end]
            functions.append(
                Function(
                    file,
                    found[1],
                    source[opens + 1 : closes],
                    source[closes + 1 : body],
                    source[body : closing(source, body)],
                    owner[-1] if owner else None,
                )
            )
    return functions, structs, sources


def buffers_in(body):
    """The fields of a struct that are buffers, lent ones and those that may be absent included."""
    return {name for name, kind in FIELD.findall(body) if BUFFER.search(kind)}


def holders(structs):
    names = set(BUFFERS)
    while True:
        held = re.compile(r"\b(%s)\b" % "|".join(names))
        more = {name for name, body in structs.items() if name not in names | PARTS and held.search(body)}
        if not more:
            return names
        names |= more


class Walk:
    def __init__(self, folder):
        functions, self.structs, self.sources = read(folder)
        self.holders = holders(self.structs)
        self.held = re.compile(r"\b(%s)\b" % "|".join(self.holders))
        fields = {name for kind, body in self.structs.items() if kind not in PARTS for name in buffers_in(body)}
        self.reads_field = re.compile(r"\.(%s)\b(?!\s*\()" % "|".join(fields))
        lending = {one.name for one in functions if one.is_method and one.owner in self.holders and LENT.search(one.result)}
        self.asks = re.compile(r"\.(%s)\(\)" % "|".join(lending or {"$"}))
        self.functions = [function for function in functions if self.is_handed(function)]
        self.stops, self.known = [], set()

    def sees(self, function):
        if function.owner in PARTS:
            return False
        if BUFFER.search(function.signature):
            return True
        body = FIELD_OF_PART.sub("", function.body)
        return bool(self.reads_field.search(body) or self.asks.search(body))

    def is_handed(self, function):
        own = function.is_method and function.owner in self.holders
        return bool(self.held.search(function.signature)) or own or self.sees(function)

    def called(self, caller, before, name):
        named = [function for function in self.functions if function.name == name]
        near = lambda found: [one for one in found if one.file == caller.file]
        if before.strip().endswith("."):
            named = [function for function in named if function.owner and function.is_method]
            found = near(named) or ([] if name in COMMON else named)
        elif before:
            path = [part for part in before.split("::") if part]
            found = self.by_path(caller, path[-1], named)
        else:
            free = [function for function in named if not function.owner]
            found = near(free) or [one for one in free if self.imports(caller.file, one)]
        return found[0] if found else None

    def imports(self, file, function):
        """Whether a file imports that function, from its own module or from one above that hands it on."""
        own = function.file[:-3].split("/")
        for found in re.finditer(r"\buse\s+([^;{]*?)(?:(\w+)|\{([^}]*)\})\s*;", self.sources[file]):
            names = re.findall(r"\w+", found[3] or found[2])
            path = [part for part in re.findall(r"\w+", found[1]) if part not in ("crate", "super", "self")]
            if function.name in names and path == own[: len(path)] or path and path == own[-len(path) :]:
                return function.name in names
        return False

    @staticmethod
    def by_path(caller, last, named):
        if last == "Self":
            return [one for one in named if one.owner == caller.owner and one.file == caller.file]
        if last[0].isupper():
            found = [one for one in named if one.owner == last]
        elif last in ("self", "super", "crate"):
            found = [one for one in named if not one.owner]
        else:
            modules = lambda one: one.file[:-3].split("/")
            free = [one for one in named if not one.owner]
            found = [one for one in free if modules(one)[-1] == last] or [one for one in free if last in modules(one)]
        below = caller.file[:-3] + "/"
        return [one for one in found if one.file == caller.file or one.file.startswith(below)] or found

    def stop(self, function):
        if self.sees(function) and self.stops[-1:] != [function.file]:
            self.stops.append(function.file)

    def follow(self, function):
        self.known.add(function)
        self.stop(function)
        for call in CALL.finditer(function.body):
            callee = self.called(function, call[1], call[2])
            if callee and callee not in self.known:
                self.follow(callee)
                self.stop(function)


def main():
    folder, file, name = (sys.argv[1:] + ["workers/src", "pipeline.rs", "read_page"][len(sys.argv) - 1 :])[:3]
    walk = Walk(pathlib.Path(folder))
    walk.follow(next(one for one in walk.functions if (one.file, one.name) == (file, name)))
    files = sorted(set(walk.stops))
    print("\n".join(files))
    print(f"{len(walk.stops)} stops in {len(files)} files, {len(walk.stops) - len(files)} ways back")


main()
