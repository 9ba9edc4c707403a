package engine

import (
	"context"

	"github.com/256dpi/lungo"
)

// viewEmbedded opens a second engine on the catalog of this moment, which never changes.
func (d *DB) viewEmbedded(ctx context.Context, fn func(ctx context.Context) error) error {
	client, engine, err := lungo.Open(ctx, lungo.Options{Store: still{d.embedded.Catalog()}, ExpireInterval: 365 * 24 * 60 * 60 * 1e9})
	if err != nil {
		return err
	}
	defer engine.Close()
	return fn(context.WithValue(ctx, viewing{d}, client.Database(databaseName)))
}

// still is the lungo.Store of a view: it has one catalog and takes no other.
type still struct{ catalog *lungo.Catalog }

func (s still) Load() (*lungo.Catalog, error) { return s.catalog, nil }

func (still) Store(*lungo.Catalog) error { return errViewWrites }
