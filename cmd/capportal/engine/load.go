package engine

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"capportal/cmd/capportal/engine/embedded"

	"go.mongodb.org/mongo-driver/bson"
)

// readFile verifies the whole file, gives what it holds to the loader, and returns the
// tallies. It writes nothing.
func readFile(path string, into *embedded.Loader) (map[string]tally, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault(ErrUnwritable, err, "the store %s cannot be opened: %s; give it to the user that runs capportal", path, reason(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, damaged(path, err)
	}
	l := &loader{tallies: map[string]tally{}, into: into}
	if err = guard(func() error { return readPages(f, info.Size(), l.value) }); err == nil {
		l.turn("")
		err = l.agree()
	}
	wrong := into.Wait()
	switch {
	case info.Size() > 0 && errors.Is(err, errNotBolt), errors.Is(err, errNoManifest):
		return nil, fault(ErrForeign, err, "the file %s is not a store of capportal (%v): move it away, or set CAPPORTAL_DATA to another folder", path, err)
	case errors.Is(err, ErrNewer):
		return nil, err
	case err != nil || wrong != nil:
		return nil, damaged(path, errors.Join(err, wrong))
	}
	return l.tallies, nil
}

func damaged(path string, err error) error {
	return fault(ErrDamaged, err, "the store %s is damaged (%v): nothing was changed; move the file away and restore the last backup with 'capportal restore FILE'", path, err)
}

var errNoManifest = errors.New("it has no manifest")

// loader hands on what readPages finds, bucket by bucket, many documents at a time.
type loader struct {
	into     *embedded.Loader
	manifest *manifest
	wrong    error // the last value whose checksum is wrong
	ours     bool  // something is as only capportal writes it
	tallies  map[string]tally

	bucket    string // the one that is being read
	tally     tally
	documents []embedded.Document
}

// handful is how many documents are handed on at a time.
const handful = 512

func (l *loader) value(bucket string, key, sealed []byte) error {
	value, sum, ok := unseal(bucket, key, sealed)
	l.ours = l.ours || ok || bucket == manifestBucket
	if !ok {
		// Go on: a file without a manifest is another program's, not damaged.
		l.wrong = fmt.Errorf("the checksum of a value in %s is wrong", bucket)
		return nil
	}
	if bucket == manifestBucket {
		l.manifest = &manifest{}
		return bson.Unmarshal(value, l.manifest)
	}
	if bucket != l.bucket {
		l.turn(bucket)
	}
	l.tally.Count++
	l.tally.Sum += int64(sum)
	if bucket == indexBucket {
		return l.index(string(key), value)
	}
	id, ok := strings.CutPrefix(string(key), documentKey)
	if !ok {
		return errors.New("the key of a document is malformed")
	}
	// A copy of its own: the value lies in its page, which is read over.
	l.documents = append(l.documents, embedded.Document{ID: id, Raw: slices.Clone(value)})
	if len(l.documents) == handful {
		l.hand()
	}
	return nil
}

func (l *loader) hand() {
	if len(l.documents) > 0 {
		l.into.Documents(l.bucket, l.documents)
	}
	l.documents = make([]embedded.Document, 0, handful)
}

// turn ends one bucket and begins the next.
func (l *loader) turn(bucket string) {
	if l.bucket != "" {
		l.tallies[l.bucket] = l.tally
		l.hand()
	}
	l.bucket, l.tally = bucket, tally{}
}

func (l *loader) index(key string, value []byte) error {
	collection, name, ok := strings.Cut(key, "\x00")
	if !ok {
		return errors.New("the key of an index is malformed")
	}
	var d definition
	if err := bson.Unmarshal(value, &d); err != nil {
		return err
	}
	return l.into.Index(collection, name, embedded.Definition(d))
}

// agree holds what was found against the manifest.
func (l *loader) agree() error {
	switch {
	case l.manifest == nil && (l.wrong == nil || !l.ours):
		return errNoManifest
	case l.wrong != nil:
		return l.wrong
	case l.manifest.Format > fileFormat:
		return fault(ErrNewer, nil, "the store was written by a newer capportal (format %d, this program knows %d): start the newer program, or restore a backup taken before the upgrade", l.manifest.Format, fileFormat)
	case !sameTallies(l.tallies, l.manifest.Buckets):
		return errors.New("what it holds is not what was last stored")
	}
	return nil
}
