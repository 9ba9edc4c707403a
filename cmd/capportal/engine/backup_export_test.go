package engine

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// Migrations is how many migrations this program knows.
func Migrations() int { return len(migrations()) }

// RestoreAhead restores as a program would that knows one migration more: it adds
// a field to each registration, and a unique index.
func RestoreAhead(ctx context.Context, path string, o Restoring) (Contents, error) {
	steps := migrations()
	steps = append(steps, migration{number: len(steps) + 1, name: "number the registrations",
		indexes: []index{{collection: "registrations", fields: "badge", unique: true, present: "badge"}},
		change: func(ctx context.Context, d *DB) error {
			_, err := d.database.Collection("registrations").UpdateMany(ctx, bson.M{}, bson.M{"$set": bson.M{"numbered": true}})
			return err
		}})
	return restore(ctx, path, o, steps)
}

// MarkRestoring leaves a database as a restore that died would, so long ago.
func (d *DB) MarkRestoring(ctx context.Context, ago time.Duration, filling bool) error {
	m, _, err := d.mark(ctx)
	if err == nil {
		_, err = d.database.Collection("migrations").UpdateOne(ctx, m.own(), bson.M{"$set": bson.M{"at": m.At.Add(-ago), "filling": filling}})
	}
	return err
}

// SealBackup makes a backup of any records, with a checksum that is right.
func SealBackup(format uint32, schema int, records []byte) []byte {
	head, _ := bson.Marshal(backupHeader{Taken: time.Unix(0, 0).UTC(), Engine: Memory, Schema: schema})
	b := binary.BigEndian.AppendUint32([]byte(backupMagic), format)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(head))), head...)
	pack, _ := zstd.NewWriter(nil)
	b = pack.EncodeAll(records, b)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// ExtendBackup adds records to those of a backup that holds c, and says at its end that
// it holds what they come to.
func ExtendBackup(b []byte, c Contents, extra []byte, documents map[string]int64, files, fileBytes int64) ([]byte, error) {
	records, err := UnsealBackup(b)
	if err != nil {
		return nil, err
	}
	end := backupEnd{Documents: c.Documents, Files: c.Files, FileBytes: c.FileBytes}
	records = records[:len(records)-len(endRecord(end))]
	end.Documents, end.Files, end.FileBytes = maps.Clone(end.Documents), end.Files+files, end.FileBytes+fileBytes
	for name, n := range documents {
		end.Documents[name] += n
	}
	return SealBackup(backupFormat, c.Schema, slices.Concat(records, extra, endRecord(end))), nil
}

func endRecord(end backupEnd) []byte {
	content, _ := bson.Marshal(end)
	return append(binary.AppendUvarint([]byte{recordEnd}, uint64(len(content))), content...)
}

// ReadRecords reads the records of a backup, unpacked.
func ReadRecords(ctx context.Context, b []byte) (Contents, error) {
	r := &records{in: bufio.NewReader(bytes.NewReader(b)), to: nothing{}, found: backupEnd{Documents: map[string]int64{}}}
	err := r.all(ctx)
	return contentsOf(backupHeader{}, r.found), err
}

// UnsealBackup gives the records of a backup.
func UnsealBackup(b []byte) ([]byte, error) {
	n := len(backupMagic) + 4
	start := n + 4 + int(binary.BigEndian.Uint32(b[n:]))
	unpack, err := zstd.NewReader(bytes.NewReader(b[start : len(b)-sha256.Size]))
	if err != nil {
		return nil, err
	}
	defer unpack.Close()
	var out bytes.Buffer
	_, err = out.ReadFrom(unpack)
	return out.Bytes(), err
}

// LastOfOlder is the last migration as a program reads it that knows of no restore.
func (d *DB) LastOfOlder(ctx context.Context) (int, error) {
	var a applied
	err := d.database.Collection("migrations").FindOne(ctx, bson.D{}, options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})).Decode(&a)
	return a.Number, err
}

// OpenAhead opens what RestoreAhead has restored.
func OpenAhead(ctx context.Context, dir string) (*DB, error) {
	return Open(ctx, Options{Dir: dir, bare: true})
}

// Unreadable puts an error of a long read into words.
func (d *DB) Unreadable(err error) error { return d.unreadable(err) }
