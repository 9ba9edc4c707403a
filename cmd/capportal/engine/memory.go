package engine

import "github.com/256dpi/lungo"

// memoryStore is the lungo.Store of tests: it keeps nothing but what lungo keeps.
type memoryStore struct{}

func (*memoryStore) Load() (*lungo.Catalog, error) { return lungo.NewCatalog(), nil }

func (*memoryStore) Store(c *lungo.Catalog) error {
	forgetLog(c)
	return nil
}

// forgetLog empties the log of changes in a catalog about to become the current
// one. Nobody reads it, and lungo copies it at every write.
func forgetLog(c *lungo.Catalog) {
	c.Namespaces[lungo.Oplog] = lungo.NewCatalog().Namespaces[lungo.Oplog]
}
