package engine

import (
	"encoding/binary"
	"hash/crc32"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/bson"
)

// manifestBucket holds one value, which says the format and, of each other
// bucket, how many values it has and the sum of their checksums. Without it a
// page of an earlier commit in the place of a later one would pass unseen.
const manifestBucket = "~manifest"

var manifestKey = []byte("manifest")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// tally is what the manifest says of a bucket.
type tally struct {
	Count int64 `bson:"n"`
	Sum   int64 `bson:"s"` // of the CRC-32C of its values
}

type manifest struct {
	Format  int32            `bson:"format"`
	Buckets map[string]tally `bson:"buckets"`
}

// apply writes one bucket's edit and keeps its tally.
func (e edit) apply(tx *bbolt.Tx, tallies map[string]tally) error {
	b, err := tx.CreateBucketIfNotExists([]byte(e.bucket))
	if err != nil {
		return err
	}
	t := tallies[e.bucket]
	forget := func(key []byte) {
		if old := b.Get(key); old != nil {
			t.Count--
			t.Sum -= int64(binary.BigEndian.Uint32(old))
		}
	}
	for _, key := range e.removed {
		forget(key)
		if err := b.Delete(key); err != nil {
			return err
		}
	}
	for _, x := range e.put {
		forget(x.key)
		sealed := seal(e.bucket, x.key, x.value)
		t.Count++
		t.Sum += int64(binary.BigEndian.Uint32(sealed))
		if err := b.Put(x.key, sealed); err != nil {
			return err
		}
	}
	tallies[e.bucket] = t
	if t.Count == 0 {
		delete(tallies, e.bucket)
		return tx.DeleteBucket([]byte(e.bucket))
	}
	return nil
}

func putManifest(tx *bbolt.Tx, tallies map[string]tally) error {
	value, err := bson.Marshal(manifest{Format: fileFormat, Buckets: tallies})
	if err != nil {
		return err
	}
	b, err := tx.CreateBucketIfNotExists([]byte(manifestBucket))
	if err != nil {
		return err
	}
	return b.Put(manifestKey, seal(manifestBucket, manifestKey, value))
}

// seal puts the checksum before a value.
func seal(bucket string, key, value []byte) []byte {
	b := make([]byte, 4, 4+len(value))
	binary.BigEndian.PutUint32(b, checksum(bucket, key, value))
	return append(b, value...)
}

// unseal returns the value behind its checksum; false if they do not agree.
func unseal(bucket string, key, sealed []byte) (value []byte, sum uint32, ok bool) {
	if len(sealed) < 4 {
		return nil, 0, false
	}
	sum, value = binary.BigEndian.Uint32(sealed), sealed[4:]
	return value, sum, sum == checksum(bucket, key, value)
}

func checksum(bucket string, key, value []byte) uint32 {
	// The lengths keep what belongs to the bucket apart from what belongs to the key.
	var n [8]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(bucket)))
	binary.BigEndian.PutUint32(n[4:], uint32(len(key)))
	sum := crc32.Update(0, castagnoli, n[:])
	sum = crc32.Update(sum, castagnoli, []byte(bucket))
	sum = crc32.Update(sum, castagnoli, key)
	return crc32.Update(sum, castagnoli, value)
}
