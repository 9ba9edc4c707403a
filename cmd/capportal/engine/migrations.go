package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// migration is one step from one shape of the data to the next. Steps are only
// ever appended; one that has been released is never changed.
//
// Two instances may start at once and run the same step side by side. Creating an
// index that exists is no change, so indexes are created outside a transaction;
// change runs in one transaction with the record that it ran, so that one of the
// two finds the record and does nothing.
type migration struct {
	number  int    // 1, 2, 3, … without gap
	name    string // what it does, for the record
	indexes []index
	change  func(ctx context.Context, d *DB) error // may be nil
}

// migrations returns all steps in order.
func migrations() []migration {
	return []migration{
		{number: 1, name: "create the first indexes", indexes: firstIndexes()},
	}
}

// applied is the record of a migration, in the collection "migrations".
type applied struct {
	ID     string    `bson:"_id"` // the number, four digits
	Number int       `bson:"number"`
	Name   string    `bson:"name"`
	At     time.Time `bson:"at"` // UTC
}

// migrate runs the steps that the database has not seen, and refuses a database
// that has seen more than this program knows.
func (d *DB) migrate(ctx context.Context, steps []migration) error {
	last, err := d.lastMigration(ctx)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if last > len(steps) {
		return fault(ErrNewer, nil, "the data was written by a newer capportal (migration %d, this program knows %d): start the newer program, or restore a backup taken before the upgrade", last, len(steps))
	}
	if d.kind != MongoDB {
		// Stores of before the embedded engine had other indexes than unique ones lack them.
		var all []index
		for _, m := range steps[:last] {
			all = append(all, m.indexes...)
		}
		if err := d.createIndexes(ctx, all); err != nil {
			return err
		}
	}
	for _, m := range steps[last:] {
		if err := d.apply(ctx, m); err != nil {
			return fmt.Errorf("migration %d (%s): %w", m.number, m.name, err)
		}
	}
	return nil
}

func (d *DB) lastMigration(ctx context.Context) (int, error) {
	var a applied
	err := d.database.Collection("migrations").FindOne(ctx, d.withoutMarker("migrations"),
		options.FindOne().SetSort(bson.D{{Key: "_id", Value: -1}})).Decode(&a)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return a.Number, err
}

func (d *DB) apply(ctx context.Context, m migration) error {
	if err := d.createIndexes(ctx, m.indexes); err != nil {
		return err
	}
	records := d.database.Collection("migrations")
	id := fmt.Sprintf("%04d", m.number)
	return d.Transact(ctx, func(ctx context.Context) error {
		n, err := records.CountDocuments(ctx, bson.D{{Key: "_id", Value: id}})
		if err != nil || n > 0 {
			return err
		}
		if m.change != nil {
			if err := m.change(ctx, d); err != nil {
				return err
			}
		}
		_, err = records.InsertOne(ctx, applied{ID: id, Number: m.number, Name: m.name, At: d.now().UTC()})
		return err
	})
}
