// Verifies an exported ledger with golang.org/x/mod/sumdb, which is not ours: the
// checkpoint's signature, the hash of each event against the tiles, the inclusion of each
// event, and the consistency of every earlier checkpoint with the newest one.
//
//	tlog FOLDER CHECKPOINT...
//
// FOLDER is the newest export; each CHECKPOINT is a file with an earlier head. A file
// FOLDER/witness.pub makes it check the cosignature in FOLDER/checkpoint.cosigned, too.
package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// files reads tiles below a folder; the library names them tile/8/L/NNN, the folder has
// tile/L/NNN.
type files string

// A tile is read from the disk once.
var read = map[string][]byte{}

func (f files) Height() int { return height }

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, t := range tiles {
		path := "tile/" + strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
		if read[path] == nil {
			data, err := os.ReadFile(filepath.Join(string(f), path))
			if err != nil {
				return nil, err
			}
			read[path] = data
		}
		all[i] = read[path]
	}
	return all, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

// witness checks a cosignature/v1, which the library does not know.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(sig))
	return ed25519.Verify(w.key, append([]byte(head), msg...), sig[8:])
}

func newWitness(text string) (*witness, error) {
	parts := strings.SplitN(strings.TrimSpace(text), "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a verifier key")
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		return nil, errors.New("not a cosignature/v1 key")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] {
		return nil, errors.New("the key does not fit its hash")
	}
	return &witness{parts[0], hash, key[1:]}, nil
}

func head(path string, verifiers ...note.Verifier) (tlog.Tree, error) {
	var tree tlog.Tree
	text, err := os.ReadFile(path)
	if err != nil {
		return tree, err
	}
	n, err := note.Open(text, note.VerifierList(verifiers...))
	if err != nil {
		return tree, fmt.Errorf("%s: %v", path, err)
	}
	if len(n.Sigs) != len(verifiers) {
		return tree, fmt.Errorf("%s: %d signatures of %d", path, len(n.Sigs), len(verifiers))
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifiers[0].Name() {
		return tree, fmt.Errorf("%s: not a checkpoint", path)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// each leaf against its tile, which the library has led to the root; and the inclusion
// proof of every `step`-th one.
func events(folder string, tree tlog.Tree, hashes tlog.HashReader) error {
	file, err := os.Open(filepath.Join(folder, "events.jsonl"))
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	step := tree.N/4096*8 + 1
	var leaves []tlog.Hash
	for lines.Scan() {
		leaves = append(leaves, tlog.RecordHash(lines.Bytes()))
	}
	if int64(len(leaves)) != tree.N {
		return fmt.Errorf("%d events, %d were signed", len(leaves), tree.N)
	}
	for n := int64(0); n < tree.N; n += 256 {
		var wanted []int64
		for i := n; i < n+256 && i < tree.N; i++ {
			wanted = append(wanted, tlog.StoredHashIndex(0, i))
		}
		kept, err := hashes.ReadHashes(wanted)
		if err != nil {
			return err
		}
		for i := range kept {
			if kept[i] != leaves[n+int64(i)] {
				return fmt.Errorf("event %d is not in its tile", n+int64(i)+1)
			}
		}
	}
	for n := int64(0); n < tree.N; n += step {
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		if err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n])
		}
		if err != nil {
			return fmt.Errorf("event %d: %v", n+1, err)
		}
	}
	return lines.Err()
}

func run(folder string, earlier []string) error {
	text, err := os.ReadFile(filepath.Join(folder, "key.pub"))
	if err != nil {
		return err
	}
	key, err := note.NewVerifier(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	tree, err := head(filepath.Join(folder, "checkpoint"), key)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, files(folder))
	if err = events(folder, tree, hashes); err != nil {
		return err
	}
	for _, path := range earlier {
		old, err := head(path, key)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, old.N, hashes)
		if err != nil {
			return err
		}
		if err = tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return fmt.Errorf("%s: %v", path, err)
		}
	}
	text, err = os.ReadFile(filepath.Join(folder, "witness.pub"))
	if err != nil {
		return nil
	}
	seen, err := newWitness(string(text))
	if err != nil {
		return err
	}
	cosigned, err := head(filepath.Join(folder, "checkpoint.cosigned"), key, seen)
	if err == nil && cosigned != tree {
		err = errors.New("another head was cosigned")
	}
	return err
}

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
