package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"go.mongodb.org/mongo-driver/bson"
)

// Sizes gives how many documents each collection holds, without looking at them: MongoDB
// may be out by a few after it was killed.
func (d *DB) Sizes(ctx context.Context) (map[string]int64, error) {
	names, err := d.database.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return nil, fmt.Errorf("list the collections: %w", err)
	}
	sizes := make(map[string]int64, len(names))
	for _, name := range names {
		n, err := d.database.Collection(name).EstimatedDocumentCount(ctx)
		if err != nil {
			return nil, fmt.Errorf("count the collection %s: %w", name, err)
		}
		sizes[name] = n
	}
	return sizes, nil
}

// FileSize gives the bytes of the embedded file in a folder.
func FileSize(dir string) (int64, error) {
	f, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil {
		return 0, err
	}
	return f.Size(), nil
}
