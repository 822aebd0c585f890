"""Gives a Tesseract model whose weights are bytes (as Debian and npm carry it) floats again, to train it further.

python3 floats.py MODEL.lstm FLOATS.lstm   (combine_tessdata -u takes the .lstm out of a .traineddata)

The file is walked as Tesseract 5 writes it (src/lstm/*.cpp: Network, Plumbing, LSTM, FullyConnected,
WeightMatrix). A weight is its byte times the scale of its row, which is what the engine computes with, so the
result reads exactly as the original does.
"""

import struct
import sys
from pathlib import Path

AS_BYTES, WITH_ADAM, IN_DOUBLES = 1, 4, 128  # WeightMatrix: its first byte
TRAINED_AS_BYTES = 1  # LSTMRecognizer: training_flags
RATE_PER_LAYER = 64  # Network: network_flags
STACKS = {"Series", "Parallel", "Replicated", "ParBidiLSTM", "DepParUDLSTM", "Par2dLSTM", "RTLReversed", "TTBReversed",
          "XYTranspose"}
DENSE = {"Softmax", "SoftmaxNoCTC", "Linear", "Tanh", "Relu", "Logistic"}


class Model:
    def __init__(self, data):
        self.data, self.at, self.written = data, 0, bytearray()

    def read(self, form):
        values = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return values

    def keep(self, form):
        values = self.read(form)
        self.written += struct.pack(f"<{form}", *values)
        return values

    def keep_string(self):
        (size,) = self.keep("I")
        return self.keep(f"{size}s")[0].decode()

    def network(self):
        self.keep("b")
        kind = self.keep_string()
        _, _, flags, inputs, outputs, _ = self.keep("bb4i")  # training, to be trained, flags, sizes, weights
        self.keep_string()
        if kind == "Input":
            self.keep("5i")
        elif kind in ("Convolve", "Maxpool", "Reconfig"):
            self.keep("2i")
        elif kind in STACKS:
            (parts,) = self.keep("I")
            for _ in range(parts):
                self.network()
            if flags & RATE_PER_LAYER:
                (rates,) = self.keep("I")
                self.keep(f"{rates}f")
        elif kind in ("LSTM", "SummLSTM"):
            (joined,) = self.keep("i")
            for _ in range(5 if joined - outputs > inputs else 4):  # a gate more where it looks both ways
                self.weights()
        elif kind in DENSE:
            self.weights()
        else:
            sys.exit(f"a layer of the kind {kind!r} is not known here")

    def weights(self):
        (mode,) = self.read("B")
        if not mode & AS_BYTES:
            sys.exit("these weights are floats already")
        rows, columns, _ = self.read("2ib")
        cells = self.read(f"{rows * columns}b")
        (count,) = self.read("I")  # at least one a row; the engine rounds up
        scales = self.read(f"{count}{'d' if mode & IN_DOUBLES else 'f'}")
        self.written += struct.pack("<B2id", IN_DOUBLES | mode & WITH_ADAM, rows, columns, 0.0)
        for row in range(rows):
            line = cells[row * columns:(row + 1) * columns]
            self.written += struct.pack(f"<{columns}d", *(cell * scales[row] for cell in line))

    def rest(self):
        self.keep_string()  # the network's description
        (flags,) = self.read("i")
        self.written += struct.pack("<i", flags & ~TRAINED_AS_BYTES) + self.data[self.at:]


def main():
    model = Model(Path(sys.argv[1]).read_bytes())
    model.network()
    model.rest()
    Path(sys.argv[2]).write_bytes(model.written)


if __name__ == "__main__":
    main()
