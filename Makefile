# Two commands: `make demo` shows it at work, `make test` proves it. `make bench` measures it, `make package` packs it.

.PHONY: demo test bench package

demo:  ## install what is missing, build, deliver the sample scans, issue a copy, keep serving (ONCE=1 ends there)
	@scripts/install-packages.sh demo
	@scripts/demo.sh

test:  ## install what the tests need and pass them all
	@scripts/install-packages.sh test
	@scripts/test.sh

bench:  ## our figures beside tesseract, ocrmypdf, cp and sha256sum on the same samples (CORPUS=DIR for others)
	@scripts/install-packages.sh bench
	@scripts/bench.sh

package:  ## a Debian package in target/package (SOGOC_BINARY=FILE packs an executable built already)
	@scripts/install-packages.sh package
	@scripts/package.sh
