package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"

	"capportal/cmd/capportal/engine"
	"capportal/cmd/capportal/engine/enginetest"
)

// What a store meets while a server changes says that it can be asked again; what is wrong with the
// question, or has an unknown end, does not.
func TestAway(t *testing.T) {
	for name, err := range map[string]error{"Nothing": nil, "Absent": mongo.ErrNoDocuments, "Rule": &ruleError{"pool_full"},
		"Unknown": fmt.Errorf("confirm: %w", &engine.Fault{Kind: engine.ErrUnknown, Cause: context.DeadlineExceeded}),
		"Damaged": &engine.Fault{Kind: engine.ErrDamaged}} {
		t.Run(name, func(t *testing.T) {
			if engine.Away(err) {
				t.Errorf("%v is no reason to ask again", err)
			}
		})
	}
	for _, kind := range []error{engine.ErrBusy, engine.ErrUnreachable, engine.ErrUnwritable, engine.ErrClosed} {
		if !engine.Away(errors.Join(errors.New("confirm"), &engine.Fault{Kind: kind})) {
			t.Errorf("%v: one may ask again", kind)
		}
	}
	t.Run("Closed", func(t *testing.T) {
		enginetest.Run(t, func(t *testing.T, db *engine.DB) {
			if err := db.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Database().Collection("seats").CountDocuments(t.Context(), bson.D{}); !engine.Away(err) {
				t.Errorf("reading a closed database: %v", err)
			}
		})
	})
	for name, data := range map[string]bson.D{
		"Cut":          {{Key: "failCommands", Value: bson.A{"find"}}, {Key: "closeConnection", Value: true}},
		"SteppedDown":  {{Key: "failCommands", Value: bson.A{"find"}}, {Key: "errorCode", Value: 189}},
		"ShuttingDown": {{Key: "failCommands", Value: bson.A{"find"}}, {Key: "errorCode", Value: 91}},
	} {
		t.Run(name, func(t *testing.T) {
			db := enginetest.Mongo(t)
			failing(t, db, 2, data) // the driver asks twice by itself
			if err := db.Database().Collection("seats").FindOne(t.Context(), bson.D{}).Err(); !engine.Away(err) {
				t.Errorf("reading met %v", err)
			}
		})
	}
	t.Run("Question", func(t *testing.T) {
		db := enginetest.Mongo(t)
		err := db.Database().Collection("seats").FindOne(t.Context(), bson.D{{Key: "$none", Value: 1}}).Err()
		if err == nil || engine.Away(err) {
			t.Errorf("a wrong question met %v", err)
		}
	})
}
