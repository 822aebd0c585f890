// Judges a transparency log with Go's own implementation (golang.org/x/mod/sumdb), from which nothing of the program
// is taken: signature of the checkpoint, root over all entries, inclusion, consistency.
//
// Standard input, JSON: {"verifier", "checkpoint", "entries": [base64 …], "inclusion": [{"index", "hashes": [base64 …]}],
// "earlier": {"size", "root", "hashes"} or null}. Prints "size root" when all of it holds; else ends with 1.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	Index  int64
	Size   int64
	Root   string
	Hashes []string
}

type question struct {
	Verifier   string
	Checkpoint string
	Entries    []string
	Inclusion  []proof
	Earlier    *proof
}

type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		if i < 0 || i >= int64(len(s)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		out = append(out, s[i])
	}
	return out, nil
}

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func hash(text string) tlog.Hash {
	h, err := tlog.ParseHash(text)
	check(err, "hash")
	return h
}

func hashes(texts []string) []tlog.Hash {
	var out []tlog.Hash
	for _, text := range texts {
		out = append(out, hash(text))
	}
	return out
}

func main() {
	var q question
	check(json.NewDecoder(os.Stdin).Decode(&q), "question")
	verifier, err := note.NewVerifier(q.Verifier)
	check(err, "verifier")
	opened, err := note.Open([]byte(q.Checkpoint), note.VerifierList(verifier))
	check(err, "checkpoint")
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root := hash(lines[2])
	var all stored
	for n, text := range q.Entries {
		entry, err := base64.StdEncoding.DecodeString(text)
		check(err, "entry")
		new, err := tlog.StoredHashes(int64(n), entry, all)
		check(err, "stored hashes")
		all = append(all, new...)
	}
	if int64(len(q.Entries)) != size {
		check(fmt.Errorf("%d entries, signed are %d", len(q.Entries), size), "entries")
	}
	made, err := tlog.TreeHash(size, all)
	check(err, "tree hash")
	if made != root {
		check(fmt.Errorf("made %v, signed is %v", made, root), "root")
	}
	for _, p := range q.Inclusion {
		entry, _ := base64.StdEncoding.DecodeString(q.Entries[p.Index])
		check(tlog.CheckRecord(hashes(p.Hashes), size, root, p.Index, tlog.RecordHash(entry)), "inclusion")
	}
	if q.Earlier != nil {
		check(tlog.CheckTree(hashes(q.Earlier.Hashes), size, root, q.Earlier.Size, hash(q.Earlier.Root)), "consistency")
	}
	fmt.Println(size, root)
}
