package engine

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.mongodb.org/mongo-driver/bson"
)

// A backup is one file:
//
//	"capportal backup"        16 bytes
//	format                    4 bytes, big-endian; a reader refuses a higher one
//	length of the header      4 bytes, big-endian
//	header                    BSON: backupHeader
//	records                   one zstd stream
//	SHA-256                   32 bytes, of everything before; so in every format
//
// A record is one byte for its kind, then as the kind says: the name of a collection, to
// which the documents that follow belong; a document; the path of a file, slashes
// between, to which the pieces that follow belong; a piece of a file; and at the end,
// once, what all that comes to. Names, paths, pieces and the end have their length
// before them as an unsigned varint; a document, being BSON, begins with its own.
const (
	backupMagic  = "capportal backup"
	backupFormat = 1

	recordCollection = 'c'
	recordDocument   = 'd'
	recordFile       = 'f'
	recordPiece      = 'p'
	recordEnd        = 'e'
)

// Limits that a reader holds, so that no file makes it take memory without bound.
const (
	maxHeader   = 64 << 10
	maxName     = 120
	maxPath     = 4096
	maxPiece    = 256 << 10
	maxDocument = 16<<20 + 16<<10 // what MongoDB takes, and what it allows itself beyond
	maxEnd      = 1 << 20
)

// backupHeader is what can be read of a backup without unpacking it.
type backupHeader struct {
	Taken  time.Time `bson:"taken"` // UTC
	Engine string    `bson:"engine"`
	Schema int       `bson:"schema"` // number of the last migration
}

// backupEnd is what the records come to.
type backupEnd struct {
	Documents map[string]int64 `bson:"documents"` // by collection
	Files     int64            `bson:"files"`
	FileBytes int64            `bson:"file_bytes"`
}

// backupWriter writes a backup from its beginning to its end; it keeps nothing.
type backupWriter struct {
	out    *bufio.Writer
	sum    hash.Hash
	pack   *zstd.Encoder
	header backupHeader
	end    backupEnd
	name   string // of the collection that documents belong to
}

func newBackupWriter(w io.Writer, h backupHeader) (*backupWriter, error) {
	b := &backupWriter{sum: sha256.New(), header: h, end: backupEnd{Documents: map[string]int64{}}}
	b.out = bufio.NewWriterSize(io.MultiWriter(w, b.sum), 64<<10)
	head, err := bson.Marshal(h)
	if err != nil {
		return nil, err
	}
	start := binary.BigEndian.AppendUint32([]byte(backupMagic), backupFormat)
	start = binary.BigEndian.AppendUint32(start, uint32(len(head)))
	if _, err := b.out.Write(append(start, head...)); err != nil {
		return nil, err
	}
	// Two hands at most, because the portal serves beside it; and the fastest level, which
	// on documents as ours packs as small as the next, in two thirds of the time.
	b.pack, err = zstd.NewWriter(b.out, zstd.WithEncoderConcurrency(2), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	return b, err
}

// abandon frees what a writer holds that does not come to its end; after finish it does nothing.
func (b *backupWriter) abandon() {
	b.out.Reset(io.Discard)
	_ = b.pack.Close()
}

func (b *backupWriter) collection(name string) error {
	b.name = name
	return b.record(recordCollection, []byte(name))
}

func (b *backupWriter) document(doc bson.Raw) error {
	b.end.Documents[b.name]++
	if _, err := b.pack.Write([]byte{recordDocument}); err != nil {
		return err
	}
	_, err := b.pack.Write(doc)
	return err
}

func (b *backupWriter) record(kind byte, content []byte) error {
	head := binary.AppendUvarint([]byte{kind}, uint64(len(content)))
	if _, err := b.pack.Write(head); err != nil {
		return err
	}
	_, err := b.pack.Write(content)
	return err
}

// folder writes the files below a folder, which need not be there.
func (b *backupWriter) folder(ctx context.Context, path string) error {
	if path == "" {
		return nil
	}
	root, err := os.OpenRoot(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the folder %s: %w", path, err)
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // taken away since its folder was listed
			return nil
		case err != nil:
			return fmt.Errorf("read %s in %s: %w", name, path, err)
		case e.IsDir():
			return ctx.Err()
		case !e.Type().IsRegular():
			return fmt.Errorf("%s in %s is no ordinary file, so a backup cannot hold it: take it away and try again", name, path)
		}
		return b.file(ctx, root, name)
	})
}

func (b *backupWriter) file(ctx context.Context, root *os.Root, name string) error {
	f, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the file %s: %w", name, err)
	}
	defer f.Close()
	if err := b.record(recordFile, []byte(name)); err != nil {
		return err
	}
	b.end.Files++
	piece := make([]byte, maxPiece)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := f.Read(piece)
		if n > 0 {
			b.end.FileBytes += int64(n)
			if err := b.record(recordPiece, piece[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read the file %s: %w", name, err)
		}
	}
}

// finish writes the end and the checksum, and tells what the backup holds.
func (b *backupWriter) finish() (Contents, error) {
	end, err := bson.Marshal(b.end)
	if err != nil {
		return Contents{}, err
	}
	if err := b.record(recordEnd, end); err != nil {
		return Contents{}, err
	}
	if err := b.pack.Close(); err != nil {
		return Contents{}, err
	}
	if err := b.out.Flush(); err != nil {
		return Contents{}, err
	}
	if _, err := b.out.Write(b.sum.Sum(nil)); err != nil {
		return Contents{}, err
	}
	return contentsOf(b.header, b.end), b.out.Flush()
}

func contentsOf(h backupHeader, e backupEnd) Contents {
	return Contents{Taken: h.Taken, Engine: h.Engine, Schema: h.Schema, Documents: e.Documents, Files: e.Files, FileBytes: e.FileBytes}
}
