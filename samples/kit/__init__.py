"""The parts `make.py` builds its sample scans from: sheets, marks, ageing, people, files."""
