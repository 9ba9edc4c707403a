package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// bbolt checks only the two pages that begin its file, and a damaged page further
// in can bring the process down in a goroutine of bbolt's own, where nothing can be
// caught. So the whole file is read here first, by the format that bbolt writes
// (version 2): each page is in its place, reached once, laid out to the byte as
// bbolt lays it out, its keys in order and within the bounds its parent gives.

const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2
	headSize    = 16 // of a page, of a page's element, of a bucket
	metaSize    = 64

	flagBranch = 0x01
	flagLeaf   = 0x02
	flagMeta   = 0x04

	flagBucket = 0x01 // of a leaf's element

	noFreelist = ^uint64(0)
)

var errNotBolt = errors.New("it does not begin as a bbolt file does")

// meta is what one of the two first pages says of the file.
type meta struct {
	pageSize uint32
	root     uint64 // page of the root bucket
	freelist uint64
	high     uint64 // pages in use, the free ones among them
	txid     uint64
}

// pageReader walks the pages of one file.
type pageReader struct {
	file    io.ReaderAt
	meta    meta
	reached []bool
	// found is called with each key and value in order, bucket by bucket; both hold
	// only until it returns.
	found func(bucket string, key, value []byte) error
	spare [][]byte // room for pages, used again and again
}

// readPages verifies the whole file of the given size and hands over what it holds.
func readPages(file io.ReaderAt, size int64, found func(bucket string, key, value []byte) error) error {
	m, err := readMeta(file, size)
	if err != nil {
		return err
	}
	r := &pageReader{file: file, meta: m, reached: make([]bool, m.high), found: found}
	return r.page("", m.root, nil, nil)
}

// readMeta reads both first pages. Both must be whole and consecutive: bbolt would
// fall back from a damaged newer one to the older, and lose a commit in silence.
func readMeta(file io.ReaderAt, size int64) (meta, error) {
	head := make([]byte, headSize+metaSize)
	if _, err := file.ReadAt(head, 0); err != nil {
		return meta{}, errNotBolt
	}
	ne := binary.NativeEndian
	pageSize := int64(ne.Uint32(head[headSize+8:]))
	first, err := parseMeta(head, 0)
	if err != nil {
		// The first page may be the damaged one: try the sizes of a page there are.
		for pageSize = 512; pageSize <= 65536; pageSize *= 2 {
			if _, e := file.ReadAt(head, pageSize); e != nil {
				break
			}
			if _, e := parseMeta(head, 1); e == nil {
				return meta{}, errors.New("its first page is damaged")
			}
		}
		return meta{}, err
	}
	if _, e := file.ReadAt(head, pageSize); e != nil {
		return meta{}, errors.New("it ends within its first pages")
	}
	second, err := parseMeta(head, 1)
	if err != nil {
		return meta{}, errors.New("its second page is damaged")
	}
	m, older := first, second
	if second.txid > first.txid {
		m, older = second, first
	}
	switch {
	case m.txid != older.txid+1 || first.txid%2 != 0:
		return meta{}, errors.New("its first two pages do not belong together")
	case m.pageSize != older.pageSize:
		return meta{}, errors.New("its first two pages disagree on the size of a page")
	case m.freelist != noFreelist:
		return meta{}, errors.New("another program has rewritten it")
	case m.high > uint64(size)/uint64(m.pageSize):
		return meta{}, fmt.Errorf("it is cut short: %d bytes of %d", size, m.high*uint64(m.pageSize))
	}
	return m, nil
}

func parseMeta(b []byte, page uint64) (meta, error) {
	ne := binary.NativeEndian
	if ne.Uint32(b[headSize:]) != boltMagic {
		return meta{}, errNotBolt
	}
	if v := ne.Uint32(b[headSize+4:]); v != boltVersion {
		return meta{}, fmt.Errorf("it has version %d of the bbolt format, not %d", v, boltVersion)
	}
	sum := fnv.New64a()
	sum.Write(b[headSize : headSize+metaSize-8])
	if sum.Sum64() != ne.Uint64(b[headSize+metaSize-8:]) {
		return meta{}, errors.New("a first page is damaged")
	}
	if ne.Uint64(b) != page || ne.Uint16(b[8:]) != flagMeta {
		return meta{}, errors.New("a first page is damaged")
	}
	m := b[headSize:]
	return meta{
		pageSize: ne.Uint32(m[8:]),
		root:     ne.Uint64(m[16:]),
		freelist: ne.Uint64(m[32:]),
		high:     ne.Uint64(m[40:]),
		txid:     ne.Uint64(m[48:]),
	}, nil
}

// page walks one page and what hangs from it. Its keys must be at least from and
// less than to; nil is no bound.
func (r *pageReader) page(bucket string, id uint64, from, to []byte) error {
	if id < 2 || id >= r.meta.high {
		return fmt.Errorf("a page %d outside the file is referred to", id)
	}
	b := r.room(int(r.meta.pageSize))
	defer func() { r.spare = append(r.spare, b) }()
	if _, err := r.file.ReadAt(b, int64(id)*int64(r.meta.pageSize)); err != nil {
		return fmt.Errorf("page %d cannot be read: %w", id, err)
	}
	overflow := uint64(binary.NativeEndian.Uint32(b[12:]))
	if overflow >= r.meta.high-id {
		return fmt.Errorf("page %d is damaged: it exceeds the file", id)
	}
	for i := id; i <= id+overflow; i++ {
		if r.reached[i] {
			return fmt.Errorf("page %d is referred to twice", i)
		}
		r.reached[i] = true
	}
	if overflow > 0 {
		more := r.room(int((overflow + 1) * uint64(r.meta.pageSize)))
		n := copy(more, b)
		if _, err := r.file.ReadAt(more[n:], int64(id)*int64(r.meta.pageSize)+int64(n)); err != nil {
			return fmt.Errorf("page %d cannot be read: %w", id, err)
		}
		b = more
	}
	return r.parse(bucket, id, b, from, to)
}

// room returns a slice of the length. Without it opening would leave as much garbage as
// the file is long.
func (r *pageReader) room(n int) []byte {
	if last := len(r.spare) - 1; last >= 0 {
		b := r.spare[last]
		r.spare = r.spare[:last]
		if cap(b) >= n {
			return b[:n]
		}
	}
	return make([]byte, n)
}

// element is one entry of a page.
type element struct {
	key, value []byte
	child      uint64
	bucket     bool
}

// parse checks a page's bytes and descends.
func (r *pageReader) parse(bucket string, id uint64, b []byte, from, to []byte) error {
	elements, used, err := parsePage(b, id)
	if err != nil {
		return fmt.Errorf("page %d is damaged: %w", id, err)
	}
	if id != 0 { // an inline page lies within another
		pages := (used + int(r.meta.pageSize) - 1) / int(r.meta.pageSize)
		if pages*int(r.meta.pageSize) != len(b) {
			return fmt.Errorf("page %d is damaged: its length is wrong", id)
		}
	} else if used != len(b) {
		return errors.New("an inline page is damaged: its length is wrong")
	}
	for i, e := range elements {
		if i > 0 && bytes.Compare(elements[i-1].key, e.key) >= 0 {
			return fmt.Errorf("page %d is damaged: its keys are out of order", id)
		}
		if bytes.Compare(e.key, from) < 0 || to != nil && bytes.Compare(e.key, to) >= 0 {
			return fmt.Errorf("page %d is damaged: a key is out of place", id)
		}
	}
	for i := range elements {
		if bucket == "" { // what tells of the other buckets is the last, and wanted first
			i = len(elements) - 1 - i
		}
		e, next := elements[i], to
		if i+1 < len(elements) {
			next = elements[i+1].key
		}
		switch {
		case e.child != 0:
			err = r.page(bucket, e.child, e.key, next)
		case e.bucket:
			err = r.bucket(bucket, e)
		case bucket == "":
			err = errors.New("a value lies outside all buckets")
		default:
			err = r.found(bucket, e.key, e.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *pageReader) bucket(parent string, e element) error {
	if parent != "" {
		return fmt.Errorf("bucket %q lies within another", e.key)
	}
	if len(e.value) < headSize || binary.NativeEndian.Uint64(e.value[8:]) != 0 {
		return fmt.Errorf("bucket %q is damaged", e.key)
	}
	if root := binary.NativeEndian.Uint64(e.value); root != 0 {
		if len(e.value) != headSize {
			return fmt.Errorf("bucket %q is damaged", e.key)
		}
		return r.page(string(e.key), root, nil, nil)
	}
	return r.parse(string(e.key), 0, e.value[headSize:], nil, nil)
}

// parsePage reads the elements of a branch or a leaf, and how many bytes they use.
// Each element must lie exactly where bbolt puts it.
func parsePage(b []byte, id uint64) (elements []element, used int, err error) {
	if len(b) < headSize {
		return nil, 0, errors.New("it is too short")
	}
	ne := binary.NativeEndian
	flags, count := ne.Uint16(b[8:]), int(ne.Uint16(b[10:]))
	if ne.Uint64(b) != id {
		return nil, 0, errors.New("it is another page")
	}
	if flags != flagBranch && flags != flagLeaf || flags == flagBranch && (count == 0 || id == 0) {
		return nil, 0, errors.New("its kind is unknown")
	}
	used = headSize + headSize*count
	elements = make([]element, count)
	for i := range elements {
		at := headSize + headSize*i
		if at+headSize > len(b) {
			return nil, 0, errors.New("it has too many entries")
		}
		var e element
		var pos, keySize, valueSize uint32
		h := b[at : at+headSize]
		if flags == flagBranch {
			pos, keySize, e.child = ne.Uint32(h), ne.Uint32(h[4:]), ne.Uint64(h[8:])
			if e.child == 0 {
				return nil, 0, errors.New("an entry leads nowhere")
			}
		} else {
			pos, keySize, valueSize = ne.Uint32(h[4:]), ne.Uint32(h[8:]), ne.Uint32(h[12:])
			f := ne.Uint32(h)
			if f&^flagBucket != 0 {
				return nil, 0, errors.New("the kind of an entry is unknown")
			}
			e.bucket = f == flagBucket
		}
		end := used + int(keySize) + int(valueSize)
		if at+int(pos) != used || keySize == 0 || end > len(b) {
			return nil, 0, errors.New("an entry is out of place")
		}
		e.key, e.value = b[used:used+int(keySize)], b[used+int(keySize):end]
		elements[i], used = e, end
	}
	return elements, used, nil
}
