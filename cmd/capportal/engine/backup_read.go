package engine

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
	"go.mongodb.org/mongo-driver/bson"
)

// ReadBackup reads a backup from its beginning to its end and tells what it holds. The
// error is a *Fault: ErrForeign, ErrDamaged, ErrNewer, ErrUnreadable; or ctx's own.
func ReadBackup(ctx context.Context, path string) (Contents, error) {
	b, err := openBackup(ctx, path)
	if err != nil {
		return Contents{}, err
	}
	defer b.close()
	return b.read(ctx, nothing{})
}

// taker takes what a backup holds, in its order. What it is given is good until the next.
type taker interface {
	document(ctx context.Context, collection string, doc bson.Raw) error
	file(path string) error
	piece(b []byte) error
}

// nothing takes all and keeps none.
type nothing struct{}

func (nothing) document(context.Context, string, bson.Raw) error { return nil }
func (nothing) file(string) error                                { return nil }
func (nothing) piece([]byte) error                               { return nil }

// backup is a backup open for reading, whose checksum has been found right.
type backup struct {
	path   string
	f      *os.File
	header backupHeader
	start  int64 // of the records
	size   int64 // of the whole file
	sum    []byte
}

// openBackup opens a backup and holds it against its checksum, before anything of it is
// believed.
func openBackup(ctx context.Context, path string) (b *backup, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault(ErrUnreadable, err, "the backup %s cannot be read (%s): look at its name and its rights", path, reason(err))
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, fault(ErrUnreadable, err, "the backup %s cannot be read (%s)", path, reason(err))
	}
	b = &backup{path: path, f: f, size: info.Size()}
	if !info.Mode().IsRegular() {
		return nil, b.foreign("it is no ordinary file")
	}
	sum := sha256.New()
	if b.sum, err = b.verify(ctx, sum); err != nil {
		return nil, err
	}
	return b, b.readHeader()
}

func (b *backup) close() { b.f.Close() }

func (b *backup) foreign(why string) error {
	return fault(ErrForeign, nil, "%s is not a backup of capportal (%s): nothing was changed; give the file that 'capportal backup' wrote", b.path, why)
}

func (b *backup) damaged(why error) error {
	return fault(ErrDamaged, why, "the backup %s is damaged or was cut off (%v): nothing of it was restored; fetch it again from where it is kept, or take another", b.path, why)
}

// verify compares the checksum at the end with everything before it.
func (b *backup) verify(ctx context.Context, sum hash.Hash) ([]byte, error) {
	start := make([]byte, min(b.size, int64(len(backupMagic))))
	if _, err := b.f.ReadAt(start, 0); err != nil {
		return nil, b.unreadable(err)
	}
	if len(start) == 0 {
		return nil, b.foreign("it is empty")
	}
	if !strings.HasPrefix(backupMagic, string(start)) {
		return nil, b.foreign("it begins otherwise")
	}
	body := b.size - sha256.Size
	if body < int64(len(backupMagic)) {
		return nil, b.damaged(errors.New("it is too short"))
	}
	if _, err := io.Copy(sum, &patient{ctx, io.NewSectionReader(b.f, 0, body)}); err != nil {
		return nil, b.unreadable(err)
	}
	end := make([]byte, sha256.Size)
	if _, err := b.f.ReadAt(end, body); err != nil {
		return nil, b.unreadable(err)
	}
	if !bytes.Equal(end, sum.Sum(nil)) {
		return nil, b.damaged(errors.New("its checksum is wrong"))
	}
	return end, nil
}

func (b *backup) unreadable(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault(ErrUnreadable, err, "the backup %s cannot be read (%s)", b.path, reason(err))
}

func (b *backup) readHeader() error {
	start := make([]byte, len(backupMagic)+8)
	if _, err := b.f.ReadAt(start, 0); err != nil {
		return b.damaged(err)
	}
	if format := binary.BigEndian.Uint32(start[len(backupMagic):]); format > backupFormat {
		return fault(ErrNewer, nil, "the backup %s was written by a newer capportal (format %d, this program knows %d): restore it with the newer program", b.path, format, backupFormat)
	}
	length := int64(binary.BigEndian.Uint32(start[len(backupMagic)+4:]))
	b.start = int64(len(start)) + length
	if length > maxHeader || b.start > b.size-sha256.Size {
		return b.damaged(errors.New("its header is too long"))
	}
	head := make([]byte, length)
	if _, err := b.f.ReadAt(head, int64(len(start))); err != nil {
		return b.damaged(err)
	}
	if err := bson.Unmarshal(head, &b.header); err != nil {
		return b.damaged(err)
	}
	if b.header.Schema < 0 {
		return b.damaged(errors.New("its header makes no sense"))
	}
	return nil
}

// patient lets a long read end with its context.
type patient struct {
	ctx context.Context
	r   io.Reader
}

// Read reads unless the context has ended.
func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// read gives all records to the taker. It ends without error only if they are whole,
// come to what the end says, and the file is still the one whose checksum was right.
// An error of the taker comes back as it is.
func (b *backup) read(ctx context.Context, to taker) (Contents, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(b.f, 0, b.start)); err != nil {
		return Contents{}, b.unreadable(err)
	}
	packed := io.TeeReader(&patient{ctx, io.NewSectionReader(b.f, b.start, b.size-sha256.Size-b.start)}, sum)
	unpack, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(64<<20))
	if err != nil {
		return Contents{}, b.damaged(err)
	}
	defer unpack.Close()
	r := &records{in: bufio.NewReaderSize(unpack, 64<<10), to: to, found: backupEnd{Documents: map[string]int64{}}}
	if err := r.all(ctx); err != nil {
		if ctx.Err() != nil {
			return Contents{}, ctx.Err()
		}
		var theirs *takerError
		if errors.As(err, &theirs) {
			return Contents{}, theirs.err
		}
		return Contents{}, b.damaged(err)
	}
	if !bytes.Equal(sum.Sum(nil), b.sum) {
		return Contents{}, b.damaged(errors.New("it was changed while it was read"))
	}
	return contentsOf(b.header, r.found), nil
}
