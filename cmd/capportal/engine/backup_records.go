package engine

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
)

// records reads the stream of records.
type records struct {
	in     *bufio.Reader
	to     taker
	found  backupEnd
	name   string // of the collection; empty before the first, and among files
	inFile bool
	buffer []byte
}

// takerError tells an error of the taker from one of the backup.
type takerError struct{ err error }

func (e *takerError) Error() string { return e.err.Error() }

func taken(err error) error {
	if err == nil {
		return nil
	}
	return &takerError{err}
}

func (r *records) all(ctx context.Context) error {
	for {
		kind, err := r.in.ReadByte()
		if err != nil {
			return whole(err)
		}
		if kind == recordEnd {
			return r.end()
		}
		if err := r.one(ctx, kind); err != nil {
			return err
		}
	}
}

func (r *records) one(ctx context.Context, kind byte) error {
	switch kind {
	case recordCollection:
		content, err := r.content(maxName)
		if err != nil {
			return err
		}
		r.name, r.inFile = string(content), false
		if !collectionName(r.name) {
			return fmt.Errorf("%q is no name of a collection", r.name)
		}
		return nil
	case recordDocument:
		doc, err := r.document()
		if err != nil {
			return err
		}
		r.found.Documents[r.name]++
		return taken(r.to.document(ctx, r.name, doc))
	case recordFile:
		content, err := r.content(maxPath)
		if err != nil {
			return err
		}
		path := string(content)
		if !filePath(path) {
			return fmt.Errorf("%q is no path of a file", path)
		}
		r.name, r.inFile = "", true
		r.found.Files++
		return taken(r.to.file(path))
	case recordPiece:
		content, err := r.content(maxPiece)
		if err != nil {
			return err
		}
		if !r.inFile {
			return errors.New("a piece belongs to no file")
		}
		r.found.FileBytes += int64(len(content))
		return taken(r.to.piece(content))
	}
	return fmt.Errorf("a record of kind %q is unknown", kind)
}

// collectionName says whether a collection may have the name: neither engine gives it a
// meaning of its own.
func collectionName(name string) bool {
	return name != "" && !strings.ContainsAny(name, "$~\x00") && !strings.HasPrefix(name, "system.")
}

// filePath says whether the path leads below the folder it stands in, on any system.
func filePath(path string) bool {
	return path != "." && fs.ValidPath(path) && !strings.ContainsAny(path, "\\\x00") && filepath.IsLocal(filepath.FromSlash(path))
}

func (r *records) content(most uint64) ([]byte, error) {
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return nil, whole(err)
	}
	if n > most {
		return nil, errors.New("a record is too long")
	}
	return r.take(int(n))
}

func (r *records) document() (bson.Raw, error) {
	length, err := r.in.Peek(4)
	if err != nil {
		return nil, whole(err)
	}
	n := binary.LittleEndian.Uint32(length)
	if n < 5 || n > maxDocument || r.name == "" {
		return nil, errors.New("a document is malformed")
	}
	b, err := r.take(int(n))
	if err != nil {
		return nil, err
	}
	return b, bson.Raw(b).Validate()
}

func (r *records) take(n int) ([]byte, error) {
	if cap(r.buffer) < n {
		r.buffer = make([]byte, n)
	}
	b := r.buffer[:n]
	_, err := io.ReadFull(r.in, b)
	return b, whole(err)
}

// end holds what was found against what the end says.
func (r *records) end() error {
	content, err := r.content(maxEnd)
	if err != nil {
		return err
	}
	var said backupEnd
	if err := bson.Unmarshal(content, &said); err != nil {
		return err
	}
	if !maps.Equal(said.Documents, r.found.Documents) || said.Files != r.found.Files || said.FileBytes != r.found.FileBytes {
		return errors.New("it does not hold what it says")
	}
	if _, err := r.in.ReadByte(); err != io.EOF {
		return errors.New("something follows its end")
	}
	return nil
}

// whole makes the end of the stream an error: it has an end of its own.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
